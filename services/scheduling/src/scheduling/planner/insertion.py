"""An urgent visit into a published plan: a place at once if there is one, else warm search, else the nearest offers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scheduling.planner.board import Board
from scheduling.planner.draft import Draft, Insertion
from scheduling.planner.explain import Relaxation, relaxations
from scheduling.planner.funnel import reason
from scheduling.planner.model import Commitment, Problem, Visit
from scheduling.planner.plan import Plan, Reason
from scheduling.planner.solver import Effort, adopt, solve


@dataclass(frozen=True)
class Offer:
    """Where an urgent visit goes, and the kilometres it adds."""

    brigade: str
    day: date
    start: int
    km: float


@dataclass(frozen=True)
class Answer:
    """`plan` has the visit; else `reason` is the broken rule and `offers` what would make it possible."""

    plan: Plan | None
    offer: Offer | None
    moved: tuple[str, ...] = ()
    reason: Reason | None = None
    offers: tuple[Relaxation, ...] = ()


class Desk:
    """A published plan kept ready for urgent visits: made once, each `scan` then takes well under a millisecond."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        taken = frozenset((held.brigade, held.day) for held in plan.receptions)
        self.board = Board(problem, stays=plan.stays, taken=taken)
        self.draft = adopt(self.board, plan)
        self.draft.warm_up()

    def scan(self, visit: Visit) -> Offer | None:
        """The cheapest place that moves nobody to another brigade or day."""
        found = self._best(visit)
        if found is None:
            return None
        one = self.board.brigade_days[found.brigade_day]
        return Offer(one.brigade.id, one.day, found.times.starts[found.position], round(found.price, 2))

    def _best(self, visit: Visit) -> Insertion | None:
        best: Insertion | None = None
        for one in self.board.brigade_days:
            if visit.may_be_on(one.day):
                best = self.draft.best_insertion(visit, one, best.price if best else float("inf")) or best
        return best

    def insert(self, visit: Visit, seconds: float = 2.0, seed: int = 1, steps: int | None = None) -> Answer:
        """Scan; when nothing fits, search warm with everyone else priced to stay; when that fails, say why."""
        problem = self.problem.model_copy(update={"visits": (*self.problem.visits, visit)})
        found = self._best(visit)
        if found is not None:
            return Answer(self._with(problem, visit, found), self.scan(visit))
        plan = solve(staying(problem, self.plan), Effort(seconds, steps), seed, warm=self.plan)
        places = _places(plan)
        if visit.id in places:
            moved = tuple(name for name, place in _places(self.plan).items() if places.get(name) != place)
            return Answer(plan, None, moved)
        board = Board(problem, stays=self.plan.stays)
        return Answer(None, None, (), reason(board, visit), tuple(relaxations(problem, self.plan, visit.id))[:3])

    def _with(self, problem: Problem, visit: Visit, found: Insertion) -> Plan:
        board = Board(problem, stays=self.plan.stays, taken=frozenset((h.brigade, h.day) for h in self.plan.receptions))
        draft: Draft = adopt(board, self.plan)
        draft.add(visit, found)
        left = [(one.id, one.reason) for one in self.plan.unplaced if one.id != visit.id]
        return draft.plan("insertion", self.plan.seed, left, self.plan.receptions)


def staying(problem: Problem, plan: Plan, price: float = 100.0) -> Problem:
    """The problem with every placed visit promised where it is."""
    known = {promise.visit for promise in problem.commitments}
    return problem.model_copy(update={"commitments": (*problem.commitments, *_promises(plan, known, price))})


def _promises(plan: Plan, known: set[str], price: float) -> Iterator[Commitment]:
    for route in plan.routes:
        for stop in route.stops:
            if stop.visit not in known:
                yield Commitment(
                    visit=stop.visit, brigade=route.brigade, day=route.day, start=stop.start, move_price=price
                )


def _places(plan: Plan) -> dict[str, tuple[str, date]]:
    return {stop.visit: (route.brigade, route.day) for route in plan.routes for stop in route.stops}
