"""Why a visit has no place and what would give it one; why a placed visit is where it is. Confirmed by the oracle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scheduling.planner.board import Board
from scheduling.planner.check import check
from scheduling.planner.draft import Draft
from scheduling.planner.funnel import Stage, funnel, reason
from scheduling.planner.greedy import cheapest
from scheduling.planner.model import Problem, Visit
from scheduling.planner.plan import Plan, Reason
from scheduling.planner.solver import adopt


@dataclass(frozen=True)
class Relaxation:
    """One rule given up, and the place this opens. Rules come from the smallest concession to the largest."""

    rule: str
    brigade: str
    day: date
    start: int
    detail: str = ""


@dataclass(frozen=True)
class Place:
    """A brigade-day and what the visit adds there, in kilometres with prices."""

    brigade: str
    day: date
    price: float


@dataclass(frozen=True)
class Explanation:
    """Unplaced: `reason`, the funnel and the relaxations. Placed: where, and the runner-up with its price."""

    visit: str
    funnel: tuple[Stage, ...]
    reason: Reason | None = None
    relaxations: tuple[Relaxation, ...] = ()
    place: Place | None = None
    runner_up: Place | None = None


def explain(problem: Problem, plan: Plan, name: str) -> Explanation:
    """Raises KeyError when the problem has no such visit."""
    visit = {one.id: one for one in problem.visits}[name]
    board = _board(problem, plan)
    stages = tuple(funnel(board, visit))
    draft = adopt(board, plan)
    if name not in draft.where:
        return Explanation(name, stages, reason(board, visit), tuple(relaxations(problem, plan, name)))
    place, runner_up = _alternatives(draft, visit)
    return Explanation(name, stages, None, (), place, runner_up)


def _board(problem: Problem, plan: Plan) -> Board:
    taken = frozenset((held.brigade, held.day) for held in plan.receptions)
    return Board(problem, stays=plan.stays, taken=taken)


def _alternatives(draft: Draft, visit: Visit) -> tuple[Place, Place | None]:
    """Price here and at the best other brigade-day, both for the plan without the visit."""
    at = draft.board.brigade_days[draft.where[visit.id]]
    pinned = draft.pins.get(visit.id)
    draft.remove(visit)
    if pinned is not None:
        draft.pins[visit.id] = pinned
    here = draft.best_insertion(visit, at)
    others = [one for one in draft.board.brigade_days if one is not at and visit.may_be_on(one.day)]
    best = cheapest(draft, visit, others)
    place = Place(at.brigade.id, at.day, round(here.price, 2) if here else 0.0)
    if best is None:
        return place, None
    other = draft.board.brigade_days[best.brigade_day]
    return place, Place(other.brigade.id, other.day, round(best.price, 2))


def relaxations(problem: Problem, plan: Plan, name: str) -> Iterator[Relaxation]:
    """Each rule of the visit given up alone, then each visit in the way taken out; only what the oracle confirms."""
    visit = {one.id: one for one in problem.visits}[name] if name in {v.id for v in problem.visits} else None
    if visit is None:
        return
    for rule, eased in _eased(visit):
        found = _try(problem, plan, visit, eased, rule)
        if found is not None:
            yield found
    yield from _swaps(problem, plan, visit)


def _eased(visit: Visit) -> Iterator[tuple[str, Visit]]:
    """The smallest concession first."""
    if visit.windows:
        yield "window", visit.model_copy(update={"windows": ()})
    if visit.weekdays is not None:
        yield "weekday", visit.model_copy(update={"weekdays": None})
    if visit.iso_weeks is not None:
        yield "week", visit.model_copy(update={"iso_weeks": None})
    if visit.days is not None:
        yield "day", visit.model_copy(update={"days": None})
    if visit.series is not None:
        yield "spacing", visit.model_copy(update={"series": None})
    if visit.brigades is not None:
        yield "brigade", visit.model_copy(update={"brigades": None})
    if visit.duration > 30:
        yield "duration", visit.model_copy(update={"duration": 30})
    for skill in visit.skills:
        yield f"skill {skill}", visit.model_copy(update={"skills": tuple(one for one in visit.skills if one != skill)})
    free = {"windows": (), "weekdays": None, "iso_weeks": None, "days": None, "series": None, "brigades": None}
    yield "window and day", visit.model_copy(update=free)


def _try(problem: Problem, plan: Plan, visit: Visit, eased: Visit, rule: str) -> Relaxation | None:
    others = tuple(eased if one.id == visit.id else one for one in problem.visits)
    changed = problem.model_copy(update={"visits": others})
    board = _board(changed, plan)
    draft = adopt(board, plan)
    days = [one for one in board.brigade_days if eased.may_be_on(one.day)]
    best = None if visit.id in board.pairs else cheapest(draft, eased, days)
    if best is None:
        return None
    draft.add(eased, best)
    left = [(one.id, one.reason) for one in plan.unplaced if one.id != visit.id]
    if check(changed, draft.plan("relaxation", plan.seed, left, plan.receptions)):
        return None
    one = board.brigade_days[best.brigade_day]
    return Relaxation(rule, one.brigade.id, one.day, best.times.starts[best.position])


def _swaps(problem: Problem, plan: Plan, visit: Visit) -> Iterator[Relaxation]:
    """Less urgent visits that stand in the way: without one of them the visit fits."""
    board = _board(problem, plan)
    draft = adopt(board, plan)
    for one in board.brigade_days:
        if not visit.may_be_on(one.day) or not board.crew_mask(visit, one):
            continue
        for other in [other for other in draft.lines[one.index].visits if other.priority < visit.priority]:
            if other.id in board.pairs or (other.id in board.promises and board.promises[other.id].frozen):
                continue
            place = draft.lines[one.index].visits.index(other)
            draft.remove(other)
            found = draft.best_insertion(visit, one)
            draft.restore(other, one, place)
            if found is not None:
                start = found.times.starts[found.position]
                yield Relaxation("swap", one.brigade.id, one.day, start, other.id)
                break
