"""What a plan costs in kilometres, by component. Written apart from the solvers, so that they can be compared."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from scheduling.planner.model import Problem
from scheduling.planner.plan import Plan
from scheduling.planner.travel import TravelTimes


@dataclass(frozen=True)
class Score:
    """Kilometres driven, and the priced wishes the plan does not meet."""

    placed: int
    km: float
    unplaced: float
    quota: float
    brigades: float
    moved: float
    nights: float
    brigades_per_child: float

    @property
    def total(self) -> float:
        """One number to compare plans of one problem."""
        return self.km + self.unplaced + self.quota + self.brigades + self.moved + self.nights


def score(problem: Problem, plan: Plan) -> Score:
    """The price of a plan; whether it is valid is the oracle's question."""
    visits = {visit.id: visit for visit in problem.visits}
    places = {stop.visit: (route.brigade, route.day) for route in plan.routes for stop in route.stops}
    seen: dict[str, set[str]] = defaultdict(set)
    for name, (brigade, _) in places.items():
        if visits[name].child:
            seen[visits[name].child].add(brigade)
    extra = sum(len(brigades) - 1 for brigades in seen.values())
    promised = {promise.visit: promise for promise in problem.commitments}
    moved = [
        promised[name].move_price for name, place in places.items()
        if name in promised and (promised[name].brigade, promised[name].day) != place
    ]  # fmt: skip
    left = [problem.prices.unplaced[visit.priority - 1] for visit in problem.visits if visit.id not in places]
    return Score(
        placed=len(places), km=round(route_km(problem, plan), 2), unplaced=sum(left),
        quota=problem.prices.quota * sum(shortfalls(problem, plan).values()),
        brigades=problem.prices.extra_brigade * extra, moved=sum(moved),
        nights=problem.prices.overnight * sum(stay not in problem.stays for stay in plan.stays),
        brigades_per_child=1 + extra / max(1, len(seen)),
    )  # fmt: skip


def route_km(problem: Problem, plan: Plan) -> float:
    """Kilometres of all routes and of the ways to receptions."""
    travel, total = TravelTimes(problem), 0.0
    place = {visit.id: visit.place for visit in problem.visits}
    for route in plan.routes:
        stops = [route.start_place, *(place[stop.visit] for stop in route.stops), route.end_place]
        total += sum(travel.km(a, b) for a, b in pairwise(stops))
    points = {reception.id: reception.place for reception in problem.receptions}
    brigades = {brigade.id: brigade for brigade in problem.brigades}
    for held in plan.receptions:
        brigade, point = brigades[held.brigade], points[held.reception]
        total += travel.km(brigade.base, point) + travel.km(point, brigade.end or brigade.base)
    return total


def shortfalls(problem: Problem, plan: Plan) -> dict[tuple[str, str], int]:
    """Services missing to each child's quota, by kind; children whose quota is met are not listed."""
    placed = {stop.visit for route in plan.routes for stop in route.stops}
    done: dict[tuple[str, str], int] = defaultdict(int)
    for visit in problem.visits:
        if visit.id in placed:
            done[visit.child, visit.kind] += visit.services
    missing = {(one.child, one.kind): one.minimum - done[one.child, one.kind] for one in problem.quotas}
    return {key: number for key, number in missing.items() if number > 0}
