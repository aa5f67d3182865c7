"""Oracle, one route: place, crew, eligibility, windows, travel, shift, lunch. No solver code."""

from collections.abc import Iterator
from datetime import timedelta

from scheduling.planner.model import Brigade, Lunch, Problem, Shift, Visit
from scheduling.planner.plan import Plan, Route
from scheduling.planner.travel import TravelTimes
from scheduling.planner.violations import Violation


def route_violations(problem: Problem, plan: Plan, route: Route, travel: TravelTimes) -> Iterator[Violation]:
    """Everything that can be said about a route on its own."""
    brigade = next(brigade for brigade in problem.brigades if brigade.id == route.brigade)
    visits = {visit.id: visit for visit in problem.visits}
    stops = [visits[stop.visit] for stop in route.stops]
    shift = working_shift(problem, brigade, route.day)
    where = f"{route.brigade} {route.day}"
    if shift is None:
        yield Violation("day-off", tuple(visit.id for visit in stops), where)
        return
    yield from crew_violations(problem, brigade, route, where)
    yield from _eligibility(problem, brigade, route, stops)
    yield from _ends(brigade, plan, route, where)
    strangers = tuple(visit.id for visit in stops if not travel.reaches(visit.place))
    if strangers or not (travel.reaches(route.start_place) and travel.reaches(route.end_place)):
        yield Violation("place", strangers, where)
        return
    yield from _times(route, stops, travel, where)
    yield from shift_violations(shift, brigade.lunch, route, where)
    yield from _lunch(brigade.lunch, route, stops, travel, where)


def working_shift(problem: Problem, brigade: Brigade, day: object) -> Shift | None:
    """The brigade's shift on a day it works, else none."""
    for known in problem.days:
        if known == day and known not in brigade.absences and (brigade.days is None or known in brigade.days):
            return brigade.shift_on(known)
    return None


def crew_violations(problem: Problem, brigade: Brigade, used: Route, where: str) -> Iterator[Violation]:
    """Who goes: members only, present, within the seats."""
    absent = {person.id for person in problem.specialists if used.day in person.absences}
    wrong = [name for name in used.crew if name not in brigade.crew or name in absent]
    too_many = brigade.seats is not None and len(used.crew) > brigade.seats
    if wrong or too_many or len(set(used.crew)) < len(used.crew):
        yield Violation("crew", (), where)


def _eligibility(problem: Problem, brigade: Brigade, route: Route, stops: list[Visit]) -> Iterator[Violation]:
    skills = set(brigade.skills)
    for person in problem.specialists:
        if person.id in route.crew:
            skills |= set(person.skills)
    for visit in stops:
        if not set(visit.skills) <= skills:
            yield Violation("skills", (visit.id,))
        if visit.brigades is not None and brigade.id not in visit.brigades:
            yield Violation("brigade", (visit.id,))
        if not visit.may_be_on(route.day):
            yield Violation("day", (visit.id,))


def _ends(brigade: Brigade, plan: Plan, route: Route, where: str) -> Iterator[Violation]:
    start, end = brigade.base, brigade.end or brigade.base
    for stay in plan.stays:
        if stay.brigade == brigade.id and stay.night == route.day:
            end = stay.place
        if stay.brigade == brigade.id and stay.night + timedelta(days=1) == route.day:
            start = stay.place
    if (route.start_place, route.end_place) != (start, end):
        yield Violation("ends", (), where)


def _times(route: Route, stops: list[Visit], travel: TravelTimes, where: str) -> Iterator[Violation]:
    here, free = route.start_place, route.leave
    for stop, visit in zip(route.stops, stops, strict=True):
        if stop.start < free + travel.minutes(here, visit.place):
            yield Violation("travel", (visit.id,), where)
        if not inside_window(visit, route, stop.start):
            yield Violation("window", (visit.id,), where)
        here, free = visit.place, stop.start + visit.duration
    if route.back < free + travel.minutes(here, route.end_place):
        yield Violation("travel", (), where)


def inside_window(visit: Visit, route: Route, start: int) -> bool:
    """The whole service lies in one window that is open on the day."""
    if not visit.windows:
        return True
    return any(
        window.applies(route.day) and window.opens <= start and start + visit.duration <= window.closes
        for window in visit.windows
    )


def shift_violations(shift: Shift, lunch: Lunch | None, used: Route, where: str) -> Iterator[Violation]:
    """Inside the shift and not longer than it allows; lunch is not work."""
    if used.leave < shift.earliest or used.back > shift.latest:
        yield Violation("shift", (), where)
    rest = lunch.minutes if lunch is not None and used.lunch is not None else 0
    if shift.max_minutes is not None and used.back - used.leave - rest > shift.max_minutes:
        yield Violation("shift-length", (), where)


def _lunch(
    lunch: Lunch | None, route: Route, stops: list[Visit], travel: TravelTimes, where: str
) -> Iterator[Violation]:
    if route.lunch is None:
        if lunch is not None and route.back - route.leave > lunch.after:
            yield Violation("lunch", (), where)
        return
    fits = lunch is not None and lunch.earliest <= route.lunch and route.lunch + lunch.minutes <= lunch.latest
    if lunch is None or not fits or not _lunch_gap(route, stops, travel, lunch.minutes):
        yield Violation("lunch", (), where)


def _lunch_gap(route: Route, stops: list[Visit], travel: TravelTimes, minutes: int) -> bool:
    """Lunch is taken at a stop: before driving on, or after arriving at the next one; never at the base."""
    if not stops or route.lunch is None:
        return False
    begin, end = route.lunch, route.lunch + minutes
    here, free = route.start_place, route.leave
    for number, (stop, visit) in enumerate(zip(route.stops, stops, strict=True)):
        way = travel.minutes(here, visit.place)
        before_driving = number > 0 and free <= begin and end + way <= stop.start
        if before_driving or (free + way <= begin and end <= stop.start):
            return True
        here, free = visit.place, stop.start + visit.duration
    return free <= begin and end + travel.minutes(here, route.end_place) <= route.back
