"""A day at a point: who sees whom, when, in which room. List scheduling over several orders of the families."""

import random
from collections import defaultdict
from dataclasses import dataclass, field

from scheduling.planner.model import Family, Lunch, Reception, Service, Specialist
from scheduling.planner.plan import Session

ORDERS = 24
Span = tuple[int, int]


@dataclass(frozen=True)
class Frame:
    """What the day offers: the minutes the team is there, who came, when they eat."""

    opens: int
    closes: int
    people: tuple[Specialist, ...]
    lunch: Lunch | None


@dataclass
class DayAtPoint:
    """Sessions so far, and who or what is busy when."""

    sessions: list[Session] = field(default_factory=list)
    busy: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    left: list[str] = field(default_factory=list)

    def waiting(self, families: tuple[Family, ...]) -> int:
        """Minutes the families spend at the point in all."""
        spans = [self.busy[f"family {family.child}"] for family in families]
        return sum(max(end for _, end in one) - min(start for start, _ in one) for one in spans if one)


def arrange_sessions(reception: Reception, frame: Frame) -> DayAtPoint:
    """As many services as fit, with the least waiting of families among the orders tried; always the same answer."""
    dice = random.Random(reception.id)  # noqa: S311 - an order to try, nothing secret
    orders = [sorted(reception.families, key=lambda family: -sum(one.duration for one in family.services))]
    orders += [dice.sample(reception.families, len(reception.families)) for _ in range(ORDERS - 1)]
    days = [_arrange(reception, frame, order, dice) for order in orders]
    return min(days, key=lambda day: (len(day.left), day.waiting(reception.families)))


def _arrange(reception: Reception, frame: Frame, families: list[Family], dice: random.Random) -> DayAtPoint:
    day = DayAtPoint()
    if frame.lunch is not None:
        _reserve_lunches(day, frame, frame.lunch)
    for family in families:
        services = list(family.services)
        if not family.ordered:
            dice.shuffle(services)
        after = 0
        for service in services:
            session = _earliest(reception, frame, day, family, service, after)
            if session is None:
                day.left.append(service.id)
                continue
            _book(day, session, family, service)
            after = session.start + service.duration if family.ordered else 0
    return day


def _reserve_lunches(day: DayAtPoint, frame: Frame, lunch: Lunch) -> None:
    """Staggered, so that the point never stands empty."""
    slots = max(1, (lunch.latest - lunch.earliest) // lunch.minutes)
    for number, person in enumerate(frame.people):
        start = lunch.earliest + number % slots * lunch.minutes
        day.busy[f"person {person.id}"].append((start, start + lunch.minutes))


def _earliest(
    reception: Reception, frame: Frame, day: DayAtPoint, family: Family, service: Service, after: int
) -> Session | None:
    opens = max(frame.opens, after, family.opens or 0)
    closes = min(frame.closes, frame.closes if family.closes is None else family.closes)
    best: Session | None = None
    for person in frame.people:
        if service.skill not in person.skills:
            continue
        for room in range(1, reception.rooms + 1):
            spans = [*day.busy[f"person {person.id}"], *day.busy[f"family {family.child}"], *day.busy[f"room {room}"]]
            start = _gap(spans, opens, closes if best is None else best.start + service.duration - 1, service.duration)
            if start is not None:
                best = Session(service=service.id, specialist=person.id, room=room, start=start)
    return best


def _gap(spans: list[Span], opens: int, closes: int, duration: int) -> int | None:
    """Earliest start of a free stretch between `opens` and `closes`."""
    start = opens
    for begin, end in sorted(spans):
        if begin >= start + duration:
            break
        start = max(start, end)
    return start if start + duration <= closes else None


def _book(day: DayAtPoint, session: Session, family: Family, service: Service) -> None:
    day.sessions.append(session)
    for whom in (f"person {session.specialist}", f"family {family.child}", f"room {session.room}"):
        day.busy[whom].append((session.start, session.start + service.duration))
