"""Planning again when the month has changed: what is near stays, what is far may move, and every move is reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduling.planner.board import Board, BrigadeDay
from scheduling.planner.model import Commitment, Problem
from scheduling.planner.plan import Plan
from scheduling.planner.score import route_km
from scheduling.planner.solver import Effort, Watch, solve

Why = Literal["absence", "rule", "freed", "order", "urgent", "no-room", "new", "withdrawn"]
Spot = tuple[str, date, int]


@dataclass(frozen=True)
class Stability:
    """Routes up to `frozen_until` stand. Later a move costs `far` km, rising to `near` at the edge of the freeze over
    `days`; and `notified` once the family knows the date (up to `notified_until`)."""

    frozen_until: date | None = None
    notified_until: date | None = None
    near: float = 80.0
    far: float = 40.0
    notified: float = 100.0
    days: int = 14

    def price(self, day: date) -> float:
        """What moving a visit of that day costs."""
        if self.notified_until is not None and day <= self.notified_until:
            return self.notified
        if self.frozen_until is None:
            return self.far
        ahead = min(self.days, max(0, (day - self.frozen_until).days))
        return self.near + (self.far - self.near) * ahead / self.days


def replan(
    problem: Problem, old: Plan, stability: Stability, effort: Effort, seed: int = 1, watch: Watch | None = None
) -> Plan:
    """A new plan near the old one. The problem it answers is `held_to(problem, old, stability)`."""
    return solve(held_to(problem, old, stability), effort, seed, warm=old, watch=watch)


def held_to(problem: Problem, old: Plan, stability: Stability) -> Problem:
    """The problem with the old plan's visits promised: frozen in the frozen horizon, priced beyond it."""
    board = Board(problem, stays=old.stays)
    promises = tuple(_promises(board, old, stability))
    return problem.model_copy(
        update={"commitments": promises, "frozen_until": stability.frozen_until, "stays": old.stays}
    )


def _promises(board: Board, old: Plan, stability: Stability) -> Iterator[Commitment]:
    ones = {(one.brigade.id, one.day): one for one in board.brigade_days}
    for route in old.routes:
        frozen = stability.frozen_until is not None and route.day <= stability.frozen_until
        for stop in route.stops:
            if _possible(board, stop.visit, ones.get((route.brigade, route.day))):
                yield Commitment(
                    visit=stop.visit, brigade=route.brigade, day=route.day, start=stop.start, frozen=frozen,
                    move_price=stability.price(route.day),
                )  # fmt: skip


def _possible(board: Board, name: str, one: BrigadeDay | None) -> bool:
    visit = board.visits.get(name)
    return one is not None and visit is not None and board.crew_mask(visit, one) != 0


@dataclass(frozen=True)
class Change:
    """One visit that is not where it was."""

    visit: str
    before: Spot | None
    after: Spot | None
    why: Why


@dataclass(frozen=True)
class Difference:
    """What accepting the new plan means. `retimed` visits keep brigade and day and start at another minute."""

    moved: tuple[Change, ...]
    dropped: tuple[Change, ...]
    added: tuple[Change, ...]
    retimed: tuple[Change, ...]
    km_before: float
    km_after: float


def difference(problem: Problem, old: Plan, new: Plan) -> Difference:
    """Old against new, under the new problem."""
    before, after = _spots(old), _spots(new)
    board = Board(problem, stays=new.stays)
    changes = [
        Change(name, before.get(name), after.get(name), _why(board, name, before.get(name), after.get(name)))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    both = [one for one in changes if one.before is not None and one.after is not None]
    moved = [one for one in both if one.why != "order"]
    return Difference(
        moved=tuple(moved), dropped=tuple(one for one in changes if one.after is None),
        added=tuple(one for one in changes if one.before is None),
        retimed=tuple(one for one in both if one not in moved),
        km_before=round(_km_of_old(problem, old), 2), km_after=round(route_km(problem, new), 2),
    )  # fmt: skip


def _km_of_old(problem: Problem, old: Plan) -> float:
    """Kilometres of the old plan; visits withdrawn since are left out of its routes."""
    known = {visit.id for visit in problem.visits}
    routes = tuple(
        route.model_copy(update={"stops": tuple(stop for stop in route.stops if stop.visit in known)})
        for route in old.routes
    )
    return route_km(problem, old.model_copy(update={"routes": routes}))


def _spots(plan: Plan) -> dict[str, Spot]:
    return {stop.visit: (route.brigade, route.day, stop.start) for route in plan.routes for stop in route.stops}


def _why(board: Board, name: str, before: Spot | None, after: Spot | None) -> Why:
    """`freed`: its old place still exists, the way became shorter or room was made for another."""
    if before is not None and after is not None and before[:2] == after[:2]:
        return "order"
    visit = board.visits.get(name)
    if visit is None:
        return "withdrawn"
    if before is None:
        return "urgent" if visit.priority == 3 else "new"
    one = next((one for one in board.brigade_days if (one.brigade.id, one.day) == before[:2]), None)
    if one is None:
        return "absence"
    if not board.crew_mask(visit, one):
        return "rule"
    if after is None:
        return "no-room"
    return "freed"
