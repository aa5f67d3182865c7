"""The oracle: which rules of the problem a plan breaks. No solver code and no arrays here, on purpose.

A plan without violations may be shown to people. Every violation names its rule and the visits concerned.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from scheduling.planner.check_receptions import reception_violations
from scheduling.planner.check_routes import route_violations
from scheduling.planner.model import Commitment, Pair, Problem, Series, Visit
from scheduling.planner.plan import Held, Plan, Route
from scheduling.planner.travel import TravelTimes
from scheduling.planner.violations import Violation


@dataclass(frozen=True)
class Placed:
    """A visit as the plan has it."""

    visit: Visit
    route: Route
    start: int

    @property
    def end(self) -> int:
        return self.start + self.visit.duration

    @property
    def day(self) -> date:
        return self.route.day


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """All broken rules, in a stable order; an empty list means the plan is valid."""
    visits = {visit.id: visit for visit in problem.visits}
    found = list(_structure(problem, plan, visits))
    if found:
        return found
    travel = TravelTimes(problem)
    placed = {
        stop.visit: Placed(visits[stop.visit], route, stop.start) for route in plan.routes for stop in route.stops
    }
    for route in plan.routes:
        found += route_violations(problem, plan, route, travel)
    found += reception_violations(problem, plan, travel)
    for rule in (_pairs, _series, _children, _commitments, _frozen_days, _stays, _people):
        found += rule(problem, plan, placed)
    return found


def _structure(problem: Problem, plan: Plan, visits: dict[str, Visit]) -> Iterator[Violation]:
    """Only when every id is known does it make sense to look at times."""
    brigades = {brigade.id for brigade in problem.brigades}
    receptions = {reception.id for reception in problem.receptions}
    days: list[Route | Held] = [*plan.routes, *plan.receptions]
    for name in [*(used.brigade for used in days), *(stay.brigade for stay in plan.stays)]:
        if name not in brigades:
            yield Violation("unknown-brigade", (), name)
    for held in plan.receptions:
        if held.reception not in receptions:
            yield Violation("unknown-reception", (held.reception,))
    counted = Counter(stop.visit for route in plan.routes for stop in route.stops)
    listed = {left.id for left in plan.unplaced}
    for visit, times in counted.items():
        if visit not in visits:
            yield Violation("unknown-visit", (visit,))
        if times > 1 or visit in listed:
            yield Violation("visit-twice", (visit,))
    for visit in visits:
        if visit not in counted and visit not in listed:
            yield Violation("visit-lost", (visit,))
    for (brigade, day), times in Counter((used.brigade, used.day) for used in days).items():
        if times > 1:
            yield Violation("day-twice", (), f"{brigade} {day}")


Rule = dict[str, Placed]


def _pairs(problem: Problem, _plan: Plan, placed: Rule) -> Iterator[Violation]:
    for pair in problem.pairs:
        first, second = placed.get(pair.first), placed.get(pair.second)
        if first is None and second is None:
            continue
        if first is None or second is None or not _in_step(pair, first, second):
            yield Violation("pair", (pair.first, pair.second))


def _in_step(pair: Pair, first: Placed, second: Placed) -> bool:
    lag = second.start - first.start
    apart = first.route.brigade != second.route.brigade
    return apart and first.day == second.day and pair.min_lag <= lag <= pair.max_lag


def _series(problem: Problem, _plan: Plan, placed: Rule) -> Iterator[Violation]:
    members: dict[str, list[Placed]] = defaultdict(list)
    for one in placed.values():
        if one.visit.series is not None:
            members[one.visit.series].append(one)
    for series in problem.series:
        ordered = sorted(members[series.id], key=lambda one: one.day)
        yield from _spacing(series, ordered)


def _spacing(series: Series, ordered: list[Placed]) -> Iterator[Violation]:
    for one, other in pairwise(ordered):
        if (other.day - one.day).days < series.min_gap_days:
            yield Violation("series-gap", (one.visit.id, other.visit.id))
    weeks: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in ordered:
        weeks[one.day.isocalendar()[:2]].append(one.visit.id)
    for names in weeks.values():
        if series.max_per_week is not None and len(names) > series.max_per_week:
            yield Violation("series-week", tuple(names))


def _children(problem: Problem, _plan: Plan, placed: Rule) -> Iterator[Violation]:
    limits = {child.id: child.day_limit for child in problem.children}
    paired = {frozenset((pair.first, pair.second)) for pair in problem.pairs}
    days: dict[tuple[str, date], list[Placed]] = defaultdict(list)
    for one in placed.values():
        if one.visit.child:
            days[one.visit.child, one.day].append(one)
    for (child, _), together in days.items():
        together.sort(key=lambda one: one.start)
        names = tuple(one.visit.id for one in together)
        limit = limits.get(child)
        if limit is not None and sum(one.visit.duration for one in together) > limit:
            yield Violation("child-limit", names)
        for i, one in enumerate(together):
            for other in together[i + 1 :]:
                if other.start < one.end and frozenset((one.visit.id, other.visit.id)) not in paired:
                    yield Violation("child-overlap", (one.visit.id, other.visit.id))


def _commitments(problem: Problem, _plan: Plan, placed: Rule) -> Iterator[Violation]:
    for promise in problem.commitments:
        if promise.frozen and not _kept(promise, placed.get(promise.visit)):
            yield Violation("frozen", (promise.visit,))


def _kept(promise: Commitment, one: Placed | None) -> bool:
    if one is None:
        return False
    return (one.route.brigade, one.day, one.start) == (promise.brigade, promise.day, promise.start)


def _frozen_days(problem: Problem, plan: Plan, _placed: Rule) -> Iterator[Violation]:
    """In the frozen horizon nothing may appear that was not frozen there."""
    if problem.frozen_until is None:
        return
    frozen = {promise.visit for promise in problem.commitments if promise.frozen}
    for route in plan.routes:
        added = tuple(stop.visit for stop in route.stops if stop.visit not in frozen)
        if route.day <= problem.frozen_until and added:
            yield Violation("frozen-day", added)


def _stays(problem: Problem, plan: Plan, _placed: Rule) -> Iterator[Violation]:
    lodgings = {brigade.id: brigade.lodgings for brigade in problem.brigades}
    routes = {(route.brigade, route.day) for route in plan.routes}
    for stay in plan.stays:
        morning = stay.night + timedelta(days=1)
        both = (stay.brigade, stay.night) in routes and (stay.brigade, morning) in routes
        ordered = stay in problem.stays
        if not both or not (ordered or stay.place in lodgings[stay.brigade]):
            yield Violation("stay", (), f"{stay.brigade} {stay.night} {stay.place}")
    for stay in problem.stays:
        if stay not in plan.stays:
            yield Violation("stay", (), f"{stay.brigade} {stay.night} {stay.place}")


def _people(_problem: Problem, plan: Plan, _placed: Rule) -> Iterator[Violation]:
    """A specialist is in one brigade a day."""
    days: list[Route | Held] = [*plan.routes, *plan.receptions]
    crews = Counter((person, used.day) for used in days for person in used.crew)
    for (person, day), times in crews.items():
        if times > 1:
            yield Violation("person-twice", (), f"{person} {day}")
