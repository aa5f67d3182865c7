"""Days at points: which brigade holds which reception on which day, and who sees whom when."""

from datetime import date

from scheduling.planner.model import Problem
from scheduling.planner.plan import Held, Reason


def hold_receptions(problem: Problem) -> tuple[tuple[Held, ...], list[tuple[str, Reason]]]:
    """Held receptions, and what of them found no place."""
    taken: set[tuple[str, date]] = set()
    held: list[Held] = []
    left: list[tuple[str, Reason]] = []
    for reception in problem.receptions:
        left.append((reception.id, "room"))
    del taken
    return tuple(held), left
