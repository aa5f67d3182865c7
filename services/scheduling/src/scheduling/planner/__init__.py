"""Problem in, plan out: the planner's stable facade. Importing it loads no solver library."""

from scheduling.planner.check import check
from scheduling.planner.faults import Fault, ProblemError, faults, read_plan, read_problem
from scheduling.planner.model import (
    Brigade,
    Child,
    Commitment,
    Family,
    Lunch,
    Pair,
    Place,
    Prices,
    Problem,
    Quota,
    Reception,
    Series,
    Service,
    Shift,
    Specialist,
    Stay,
    Travel,
    Visit,
    Window,
)
from scheduling.planner.plan import Held, Plan, Route, Session, Stop, Unplaced
from scheduling.planner.solver import Effort, solve, warm_up
from scheduling.planner.violations import Violation

__all__ = [
    "Brigade", "Child", "Commitment", "Effort", "Family", "Fault", "Held", "Lunch", "Pair", "Place", "Plan", "Prices",
    "Problem", "ProblemError", "Quota", "Reception", "Route", "Series", "Service", "Session", "Shift", "Specialist",
    "Stay", "Stop", "Travel", "Unplaced", "Violation", "Visit", "Window", "check", "faults", "read_plan",
    "read_problem", "solve", "warm_up",
]  # fmt: skip
