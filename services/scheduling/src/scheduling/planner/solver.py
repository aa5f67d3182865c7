"""The one port all solvers stand behind."""

from scheduling.planner import greedy
from scheduling.planner.faults import require
from scheduling.planner.model import Problem
from scheduling.planner.plan import Plan


def solve(problem: Problem) -> Plan:
    """A valid plan. Raises ProblemError when the problem contradicts itself."""
    require(problem)
    return greedy.solve(problem)
