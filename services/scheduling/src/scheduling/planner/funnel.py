"""Why a visit has no place: brigade-days that remain after each rule, in the order a dispatcher would ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scheduling.planner.board import Board, crews
from scheduling.planner.model import Brigade, Specialist, Visit
from scheduling.planner.plan import Reason
from scheduling.planner.timetable import timetable


@dataclass(frozen=True)
class Stage:
    """How many brigade-days are left once the rule has been applied."""

    rule: Reason
    left: int


def funnel(board: Board, visit: Visit) -> list[Stage]:
    """Place, brigades, skills, days, freeze, absences, window, reach: what is left at the end could take the visit."""
    if not board.travel.reaches(visit.place):
        return [Stage("place", 0)]
    stages = [Stage("brigades", len(board.problem.brigades) * len(board.days))]
    able = [brigade for brigade in board.problem.brigades if _able(board, brigade, visit)]
    stages.append(Stage("skills", len(able) * len(board.days)))
    days = [day for day in board.days if visit.may_be_on(day)]
    stages.append(Stage("days", len(able) * len(days)))
    free = [(brigade, day) for brigade in able for day in days if _unfrozen(board, visit, brigade, day)]
    stages.append(Stage("freeze", len(free)))
    return [*stages, *_by_brigade_day(board, visit, {(brigade.id, day) for brigade, day in free})]


def _by_brigade_day(board: Board, visit: Visit, free: set[tuple[str, date]]) -> Iterator[Stage]:
    need = set(visit.skills)
    present = [
        one for one in board.brigade_days
        if (one.brigade.id, one.day) in free and any(need <= crew.skills for crew in one.crews)
    ]  # fmt: skip
    yield Stage("absences", len(present))
    open_ = [
        one for one in present
        if any(low <= one.shift.latest and high >= one.shift.earliest for low, high in board.openings(visit, one.day))
    ]  # fmt: skip
    yield Stage("window", len(open_))
    yield Stage("reach", sum(timetable(board, one, [visit]) is not None for one in open_))


def reason(board: Board, visit: Visit) -> Reason:
    """The first rule that leaves nothing; `room` when an empty month would have a place."""
    for stage in funnel(board, visit):
        if stage.left == 0:
            return stage.rule
    return "pair" if visit.id in board.pairs else "room"


def _able(board: Board, brigade: Brigade, visit: Visit) -> bool:
    people: dict[str, Specialist] = {person.id: person for person in board.problem.specialists}
    allowed = visit.brigades is None or brigade.id in visit.brigades
    everyone = crews(brigade, [people[name] for name in brigade.crew])
    return allowed and any(set(visit.skills) <= crew.skills for crew in everyone)


def _unfrozen(board: Board, visit: Visit, brigade: Brigade, day: date) -> bool:
    promise, until = board.promises.get(visit.id), board.problem.frozen_until
    if promise is not None and promise.frozen:
        return (promise.brigade, promise.day) == (brigade.id, day)
    return until is None or day > until
