"""Stretches of time, and the territory's clock (trap T12: its time zone decides the day, not the server's)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
"""A day people name; what no calendar reaches is a slip of the pen."""


class Span(NamedTuple):
    """From a moment up to, not including, another; both aware."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: Span) -> bool:
        """Whether the two share a moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def is_free(span: Span, taken: Iterable[Span]) -> bool:
    """Whether nothing taken meets the span."""
    return not any(span.meets(other) for other in taken)


def moment_at(day: date, clock: time | int, zone: ZoneInfo) -> datetime:
    """The moment of a local time (or minute after midnight) of a day, in UTC."""
    midnight = datetime.combine(day, time(), zone)
    wall = midnight + timedelta(minutes=clock) if isinstance(clock, int) else datetime.combine(day, clock, zone)
    return wall.astimezone(UTC)


def minute(clock: time) -> int:
    """Minutes after midnight."""
    return clock.hour * 60 + clock.minute


def minute_of(moment: datetime, zone: ZoneInfo) -> int:
    """Minutes after local midnight of the moment's own day."""
    return minute(moment.astimezone(zone).time())


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day a moment falls on there."""
    return moment.astimezone(zone).date()


def whole_day(day: date, zone: ZoneInfo) -> Span:
    """A local day from midnight to midnight."""
    return Span(moment_at(day, 0, zone), moment_at(day + timedelta(days=1), 0, zone))


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
