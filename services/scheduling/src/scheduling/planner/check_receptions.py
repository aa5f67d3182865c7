"""Oracle, days at points: host hours, rooms, specialists and families in parallel. No solver code."""

from collections import defaultdict
from collections.abc import Iterator

from scheduling.planner.check_routes import crew_violations, shift_violations, working_shift
from scheduling.planner.model import Brigade, Family, Lunch, Problem, Reception, Service
from scheduling.planner.plan import Held, Plan, Route, Session
from scheduling.planner.travel import TravelTimes
from scheduling.planner.violations import Violation

Timed = tuple[Session, Service, Family]


def reception_violations(problem: Problem, plan: Plan, travel: TravelTimes) -> Iterator[Violation]:
    """Every reception is held or listed; every service of a held one is given or listed."""
    listed = {left.id for left in plan.unplaced}
    for reception in problem.receptions:
        held = [one for one in plan.receptions if one.reception == reception.id]
        if len(held) + (reception.id in listed) != 1:
            yield Violation("reception-lost", (reception.id,))
        for one in held:
            yield from _held(problem, reception, one, listed, travel)


def _held(
    problem: Problem, reception: Reception, held: Held, listed: set[str], travel: TravelTimes
) -> Iterator[Violation]:
    brigade = next(brigade for brigade in problem.brigades if brigade.id == held.brigade)
    given = {session.service for session in held.sessions}
    wanted = {service.id for family in reception.families for service in family.services}
    astray = (wanted ^ given) - listed | (given - wanted) | (given & listed)
    if astray or len(given) < len(held.sessions):
        yield Violation("reception-lost", tuple(sorted(astray)) or (reception.id,))
        return
    yield from _day(problem, brigade, reception, held)
    known = {service.id: (service, family) for family in reception.families for service in family.services}
    sessions = [(session, *known[session.service]) for session in held.sessions]
    yield from _way(brigade, reception, held, sessions, travel)
    yield from _hours(problem, reception, held, sessions)
    yield from _overlaps(sessions)
    yield from _order(reception, held)
    if brigade.lunch is not None and held.back - held.leave > brigade.lunch.after:
        yield from _lunches(brigade.lunch, sessions)


def _day(problem: Problem, brigade: Brigade, reception: Reception, held: Held) -> Iterator[Violation]:
    shift = working_shift(problem, brigade, held.day)
    allowed = reception.brigades is None or brigade.id in reception.brigades
    if shift is None or not allowed or held.day not in reception.days:
        yield Violation("reception-day", (reception.id,))
        return
    frame = Route(
        brigade=brigade.id, day=held.day, start_place=brigade.base, end_place=brigade.end or brigade.base,
        leave=held.leave, back=held.back, crew=held.crew, lunch=0 if brigade.lunch else None,
    )  # fmt: skip
    yield from crew_violations(problem, brigade, frame, reception.id)
    yield from shift_violations(shift, brigade.lunch, frame, reception.id)


def _way(
    brigade: Brigade, reception: Reception, held: Held, sessions: list[Timed], travel: TravelTimes
) -> Iterator[Violation]:
    end = brigade.end or brigade.base
    if not all(travel.reaches(place) for place in (brigade.base, end, reception.place)):
        yield Violation("place", (reception.id,))
        return
    first = min((session.start for session, _, _ in sessions), default=held.back)
    last = max((session.start + service.duration for session, service, _ in sessions), default=held.leave)
    there, home = travel.minutes(brigade.base, reception.place), travel.minutes(reception.place, end)
    if held.leave + there > first or last + home > held.back:
        yield Violation("travel", (reception.id,))


def _hours(problem: Problem, reception: Reception, held: Held, sessions: list[Timed]) -> Iterator[Violation]:
    skills = {person.id: person.skills for person in problem.specialists}
    for session, service, family in sessions:
        opens = max(reception.opens, family.opens or 0)
        closes = min(reception.closes, family.closes if family.closes is not None else reception.closes)
        room = 1 <= session.room <= reception.rooms
        if session.start < opens or session.start + service.duration > closes or not room:
            yield Violation("session-hours", (service.id,))
        if session.specialist not in held.crew or service.skill not in skills.get(session.specialist, ()):
            yield Violation("session-specialist", (service.id,))


def _overlaps(sessions: list[Timed]) -> Iterator[Violation]:
    ordered = sorted(sessions, key=lambda timed: timed[0].start)
    for i, (one, service, family) in enumerate(ordered):
        for other, other_service, other_family in ordered[i + 1 :]:
            same = family is other_family or one.specialist == other.specialist or one.room == other.room
            if same and other.start < one.start + service.duration:
                yield Violation("session-overlap", (service.id, other_service.id))


def _order(reception: Reception, held: Held) -> Iterator[Violation]:
    starts = {session.service: session.start for session in held.sessions}
    for family in reception.families:
        given = [service.id for service in family.services if service.id in starts]
        if family.ordered and sorted(given, key=lambda service: starts[service]) != given:
            yield Violation("session-order", tuple(given))


def _lunches(lunch: Lunch, sessions: list[Timed]) -> Iterator[Violation]:
    busy: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for session, service, _ in sessions:
        busy[session.specialist].append((session.start, session.start + service.duration))
    for person, spans in busy.items():
        free, found = lunch.earliest, False
        for begin, end in [*sorted(spans), (lunch.latest, lunch.latest)]:
            found = found or min(begin, lunch.latest) - free >= lunch.minutes
            free = max(free, end)
        if not found:
            yield Violation("session-lunch", (), person)
