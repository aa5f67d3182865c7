"""Why a visit has no place: brigade-days that remain after each rule, in the order a dispatcher would ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scheduling.planner.board import Board, BrigadeDay, crews
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
    stages = list(_stages(board, visit))
    if stages[-1].rule != "window":
        return stages
    return [*stages, Stage("reach", sum(_reached(board, visit)))]


def reason(board: Board, visit: Visit) -> Reason:
    """The first rule that leaves nothing; `room` when an empty month would have a place."""
    if any(_reached(board, visit)):
        return "pair" if visit.id in board.pairs else "room"
    return next((stage.rule for stage in _stages(board, visit) if stage.left == 0), "reach")


def _stages(board: Board, visit: Visit) -> Iterator[Stage]:
    """All but the last, which alone takes long."""
    if not board.travel.reaches(visit.place):
        yield Stage("place", 0)
        return
    yield Stage("brigades", len(board.problem.brigades) * len(board.days))
    able = [brigade for brigade in board.problem.brigades if _able(board, brigade, visit)]
    yield Stage("skills", len(able) * len(board.days))
    days = [day for day in board.days if visit.may_be_on(day)]
    yield Stage("days", len(able) * len(days))
    free = {(brigade.id, day) for brigade in able for day in days if _unfrozen(board, visit, brigade, day)}
    yield Stage("freeze", len(free))
    able_there = zip(board.brigade_days, board.able(visit.skills), strict=True)
    yield Stage("absences", sum(mask != 0 and (one.brigade.id, one.day) in free for one, mask in able_there))
    yield Stage("window", sum(1 for _ in _open(board, visit)))


def _open(board: Board, visit: Visit) -> Iterator[BrigadeDay]:
    """Brigade-days that may take the visit, and whose shift touches one of its openings."""
    for one, mask in zip(board.brigade_days, board.crew_masks(visit), strict=True):
        starts = board.openings(visit, one.day) if mask else ()
        if any(low <= one.shift.latest and high >= one.shift.earliest for low, high in starts):
            yield one


def _reached(board: Board, visit: Visit) -> Iterator[bool]:
    """Whether an empty day has a place, for each brigade-day that is open."""
    return (timetable(board, one, [visit]) is not None for one in _open(board, visit))


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
