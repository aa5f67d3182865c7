"""Remote sessions have no travel: each takes a free stretch of a specialist who has the skill. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from workdays import Calendar

from scheduling.pack import Hours, opening_on
from scheduling.spans import Span, is_free, local_day, moment_at

STEP = timedelta(minutes=30)


class Wish(NamedTuple):
    """A session to be placed on one of the days."""

    visit_id: UUID
    child_id: UUID
    skill: str
    minutes: int
    days: tuple[date, ...]


class Placed(NamedTuple):
    """A session with its specialist and time."""

    visit_id: UUID
    specialist_id: UUID
    span: Span


@dataclass
class Diary:
    """Everybody's taken time while sessions are placed one after another; ``taken`` grows with them."""

    specialists: Mapping[UUID, tuple[frozenset[str], Hours]]
    calendar: Calendar
    zone: ZoneInfo
    taken: dict[UUID, list[Span]]

    def place(self, wishes: Sequence[Wish]) -> tuple[list[Placed], list[UUID]]:
        """Spread each child's sessions evenly over its days; whatever finds no time is named."""
        placed: list[Placed] = []
        left: list[UUID] = []
        for wish, wanted in _targets(wishes):
            found = next(self._free(wish, wanted), None)
            if found is None:
                left.append(wish.visit_id)
                continue
            placed.append(found)
            self.taken.setdefault(found.specialist_id, []).append(found.span)
            self.taken.setdefault(wish.child_id, []).append(found.span)
        return placed, left

    def _free(self, wish: Wish, wanted: int) -> Iterator[Placed]:
        able = [id for id, (skills, _) in sorted(self.specialists.items()) if wish.skill in skills]
        near = sorted(range(len(wish.days)), key=lambda place: (abs(place - wanted), place))
        for day in (wish.days[place] for place in near):
            busy = self.taken.get(wish.child_id, [])
            if any(local_day(span.starts_at, self.zone) == day for span in busy):
                continue  # one thing a day is enough for a child
            for specialist in able:
                for span in self._spans(specialist, day, wish.minutes):
                    if is_free(span, self.taken.get(specialist, ())):
                        yield Placed(wish.visit_id, specialist, span)

    def _spans(self, specialist: UUID, day: date, minutes: int) -> Iterator[Span]:
        opening = opening_on(self.specialists[specialist][1], day, self.calendar)
        if opening is None:
            return
        start, closes = moment_at(day, opening.opens, self.zone), moment_at(day, opening.closes, self.zone)
        while start + timedelta(minutes=minutes) <= closes:
            yield Span(start, start + timedelta(minutes=minutes))
            start += STEP


def _targets(wishes: Sequence[Wish]) -> Iterator[tuple[Wish, int]]:
    """Each wish with the place in its days where it would lie if the child's sessions were spread evenly."""
    numbers: dict[UUID, int] = {}
    for wish in wishes:
        turn = numbers.get(wish.child_id, 0)
        numbers[wish.child_id] = turn + 1
        of = sum(other.child_id == wish.child_id for other in wishes)
        yield wish, (2 * turn + 1) * len(wish.days) // (2 * of)
