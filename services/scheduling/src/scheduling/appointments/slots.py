"""When an appointment may start: every needed skill has a specialist at work and free, and a room is free. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from workdays import Calendar

from scheduling.pack import Hours, opening_on
from scheduling.spans import Span, is_free, local_day, moment_at

Taken = Mapping[UUID, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A specialist who may take part."""

    id: UUID
    skills: frozenset[str]
    hours: Hours


@dataclass(frozen=True, slots=True)
class Slot:
    """A free appointment: its time, who holds it (one specialist per needed skill), and where."""

    span: Span
    specialist_ids: tuple[UUID, ...]
    room_id: UUID


@dataclass(frozen=True, slots=True)
class Desk:
    """What an organisation has to hold appointments with.

    Args:
        taken: booked stretches of specialists, rooms and the child.
        away: stretches of absence of specialists.
        skills: one specialist is needed for each.
    """

    candidates: Sequence[Candidate]
    rooms: Sequence[UUID]
    skills: Sequence[str]
    minutes: int
    step_minutes: int
    calendar: Calendar
    zone: ZoneInfo
    taken: Taken = field(default_factory=dict)
    away: Taken = field(default_factory=dict)

    def slots(self, after: datetime, until: datetime, child_id: UUID | None = None) -> Iterator[Slot]:
        """Free slots that start later than ``after`` and no later than ``until``, in order of time."""
        day, last = local_day(after, self.zone), local_day(until, self.zone)
        while day <= last:
            for span in self._spans(day):
                if after < span.starts_at <= until and (slot := self.slot(span, child_id)):
                    yield slot
            day += timedelta(days=1)

    def slot(self, span: Span, child_id: UUID | None = None) -> Slot | None:
        """The slot at exactly this time, if people, room and child are free then."""
        if child_id is not None and not is_free(span, self.taken.get(child_id, ())):
            return None
        room = next((room for room in self.rooms if is_free(span, self.taken.get(room, ()))), None)
        people = [
            one for one in self.candidates if self.at_work(one, span) and is_free(span, self.taken.get(one.id, ()))
        ]
        found = _one_each(self.skills, people)
        return Slot(span, found, room) if room is not None and found is not None else None

    def at_work(self, one: Candidate, span: Span) -> bool:
        """Whether the whole span lies in the specialist's working hours, on a day without absence."""
        if not is_free(span, self.away.get(one.id, ())):
            return False
        day = local_day(span.starts_at, self.zone)
        opening = opening_on(one.hours, day, self.calendar)
        return opening is not None and (
            moment_at(day, opening.opens, self.zone) <= span.starts_at
            and span.ends_at <= moment_at(day, opening.closes, self.zone)
        )

    def staffed(self, span: Span, chosen: Sequence[UUID] | None = None) -> bool:
        """Whether those at work then (or exactly the chosen of them) make the composition, taken or not."""
        people = [one for one in self.candidates if self.at_work(one, span) and (chosen is None or one.id in chosen)]
        return (chosen is None or len(people) == len(chosen)) and _one_each(self.skills, people) is not None

    def _spans(self, day: date) -> Iterator[Span]:
        openings = [opening for one in self.candidates if (opening := opening_on(one.hours, day, self.calendar))]
        if not openings:
            return
        start = moment_at(day, min(opening.opens for opening in openings), self.zone)
        latest = moment_at(day, max(opening.closes for opening in openings), self.zone)
        length = timedelta(minutes=self.minutes)
        while start + length <= latest:
            yield Span(start, start + length)
            start += timedelta(minutes=self.step_minutes)


def _one_each(skills: Sequence[str], people: Sequence[Candidate]) -> tuple[UUID, ...] | None:
    """One different person for each skill, or none where that is impossible."""
    if not skills:
        return ()
    for one in people:
        if skills[0] in one.skills:
            rest = _one_each(skills[1:], [other for other in people if other is not one])
            if rest is not None:
                return (one.id, *rest)
    return None
