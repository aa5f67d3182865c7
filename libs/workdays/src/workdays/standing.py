"""The one function that says whether a deadline is kept (REQUIREMENTS §4, trap T3)."""

from datetime import datetime, timedelta
from enum import StrEnum

SOON = timedelta(hours=4)


class Standing(StrEnum):
    """How a deadline stands at a moment."""

    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    SOON = "soon"
    OPEN = "open"


def overdue(due_at: datetime, done_at: datetime | None, now: datetime, soon: timedelta = SOON) -> Standing:
    """The standing of a deadline, for every screen, report and event alike.

    The due moment itself is still on time. `soon` is how long before it a reminder is wanted.

    Raises:
        ValueError: a moment has no time zone.
    """
    if any(moment.utcoffset() is None for moment in (due_at, done_at, now) if moment is not None):
        raise ValueError("due_at, done_at and now need a time zone")
    if done_at is not None:
        return Standing.DONE_ON_TIME if done_at <= due_at else Standing.DONE_LATE
    late_before, soon_until = horizon(now, soon)
    if due_at < late_before:
        return Standing.OVERDUE
    return Standing.SOON if due_at <= soon_until else Standing.OPEN


def horizon(now: datetime, soon: timedelta = SOON) -> tuple[datetime, datetime]:
    """The same rule for a query: what was due before the first moment is overdue, up to the second it is soon."""
    return now, now + soon
