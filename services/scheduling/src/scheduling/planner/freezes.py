"""Whether all frozen visits can stand where they were promised, together."""

from collections.abc import Iterator

from scheduling.planner.board import Board, BrigadeDay
from scheduling.planner.model import Problem
from scheduling.planner.timetable import timetable


def impossible_freezes(problem: Problem) -> Iterator[str]:
    """Frozen visits that break a rule of their own, or the whole frozen route when its times contradict."""
    board = Board(problem)
    days = {(one.brigade.id, one.day): one for one in board.brigade_days}
    routes: dict[int, list[tuple[int, str]]] = {}
    for promise in problem.commitments:
        if not promise.frozen:
            continue
        one = days.get((promise.brigade, promise.day))
        if one is None or not board.crew_mask(board.visits[promise.visit], one):
            yield promise.visit
        else:
            routes.setdefault(one.index, []).append((promise.start, promise.visit))
    for index, stops in routes.items():
        yield from _contradictions(board, board.brigade_days[index], sorted(stops))


def _contradictions(board: Board, one: BrigadeDay, stops: list[tuple[int, str]]) -> Iterator[str]:
    visits = [board.visits[name] for _, name in stops]
    crews = (1 << 62) - 1
    for visit in visits:
        crews &= board.crew_mask(visit, one)
    if not crews or timetable(board, one, visits) is None:
        yield from (visit.id for visit in visits)
