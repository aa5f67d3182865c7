"""What a careful dispatcher does by hand: the urgent and the picky first, each on the first day that has room.

Milliseconds, always there, and the lower bar for every other solver.
"""

from datetime import date

from scheduling.planner.board import Board, BrigadeDay
from scheduling.planner.draft import Draft, Insertion
from scheduling.planner.funnel import reason
from scheduling.planner.model import Pair, Problem, Visit
from scheduling.planner.plan import Plan
from scheduling.planner.receptions import hold_receptions


def solve(problem: Problem) -> Plan:
    """A valid plan at once. Whatever has no place is listed with the rule that stood in the way."""
    held, left = hold_receptions(problem)
    board = Board(problem, taken=frozenset((one.brigade, one.day) for one in held))
    draft = fill(Draft(board))
    missing = [(visit.id, reason(board, visit)) for visit in problem.visits if visit.id not in draft.where]
    return draft.plan("greedy", 0, [*left, *missing], held)


def fill(draft: Draft) -> Draft:
    """Place what is not yet placed, most urgent first."""
    board = draft.board
    by_day: dict[date, list[BrigadeDay]] = {}
    for one in board.brigade_days:
        by_day.setdefault(one.day, []).append(one)
    for visit in sorted(board.problem.visits, key=lambda visit: _urgency(board, visit)):
        if visit.id in draft.where:
            continue
        pair = board.pairs.get(visit.id)
        for day, brigade_days in by_day.items():
            if visit.may_be_on(day) and (
                place_pair(draft, pair, brigade_days) if pair else _place(draft, visit, brigade_days)
            ):
                break
    return draft


def _urgency(board: Board, visit: Visit) -> tuple[bool, int, int, str]:
    promise = board.promises.get(visit.id)
    days = sum(visit.may_be_on(day) for day in board.days)
    return not (promise is not None and promise.frozen), -visit.priority, days, visit.id


def _place(draft: Draft, visit: Visit, brigade_days: list[BrigadeDay]) -> bool:
    best = cheapest(draft, visit, brigade_days)
    if best is not None:
        draft.add(visit, best)
    return best is not None


def cheapest(draft: Draft, visit: Visit, brigade_days: list[BrigadeDay]) -> Insertion | None:
    """The cheapest insertion over the given brigade-days."""
    best: Insertion | None = None
    masks = draft.board.crew_masks(visit)
    for one in (one for one in brigade_days if masks[one.index]):
        best = draft.best_insertion(visit, one, best.price if best else float("inf")) or best
    return best


def place_pair(draft: Draft, pair: Pair, brigade_days: list[BrigadeDay]) -> bool:
    """Both visits of a pair on one day by two brigades, or neither: the one placed first sets the time."""
    first, second = draft.board.visits[pair.first], draft.board.visits[pair.second]
    for leading, following, low, high in (
        (first, second, pair.min_lag, pair.max_lag),
        (second, first, -pair.max_lag, -pair.min_lag),
    ):
        for one in brigade_days:
            led = draft.best_insertion(leading, one)
            others = [other for other in brigade_days if other is not one]
            if led is not None and _follow(draft, leading, led, following, (low, high), others):
                return True
    return False


def _follow(
    draft: Draft, leading: Visit, led: Insertion, following: Visit, lag: tuple[int, int], others: list[BrigadeDay]
) -> bool:
    start = led.times.starts[led.position]
    draft.pins[leading.id] = ((start, start),)
    draft.add(leading, led)
    day = draft.board.brigade_days[led.brigade_day].day
    ranges = [
        (max(low, start + lag[0]), min(high, start + lag[1])) for low, high in draft.board.openings(following, day)
    ]
    draft.pins[following.id] = tuple(one for one in ranges if one[0] <= one[1])
    best = cheapest(draft, following, others) if draft.pins[following.id] else None
    if best is None:
        draft.pins.pop(following.id)
        draft.remove(leading)
        return False
    moment = best.times.starts[best.position]
    draft.pins[following.id] = ((moment, moment),)
    draft.add(following, best)
    return True
