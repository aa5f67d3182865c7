"""When a term that started at a moment is over, in the territory's own time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from workdays.calendar import Calendar
from workdays.counting import Count, count, count_same_working_day
from workdays.explanation import Explanation, Step, StepCode
from workdays.terms import OfficeHours, Term, TermKind


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due moment (UTC) and its explanation. `provisional` ones are to be computed again with new data."""

    due_at: datetime
    explanation: Explanation

    @property
    def provisional(self) -> bool:
        return self.explanation.provisional

    def to_json(self) -> dict[str, Any]:
        return {"due_at": self.due_at.isoformat(), "explanation": self.explanation.to_json()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(datetime.fromisoformat(data["due_at"]), Explanation.from_json(data["explanation"]))


def deadline(term: Term, start: datetime, calendar: Calendar, zone: ZoneInfo, hours: OfficeHours) -> Deadline:
    """When `term` runs out if it started at `start`.

    The territory's `zone` decides which day that is (trap T12). A term in days or months ends when the office
    closes on its last day (Civil Code art. 194). `same_working_day` (D2-17) starts afresh on the next working
    day when the office has closed or the day is off.

    Raises:
        ValueError: `start` has no time zone.
    """
    if start.utcoffset() is None:
        raise ValueError("start needs a time zone")
    local = start.astimezone(zone)
    if term.kind is TermKind.HOURS:
        return _by_the_clock(term, local, zone)
    if term.kind is TermKind.SAME_WORKING_DAY:
        found = count_same_working_day(local.date(), _closed(local, calendar, hours), calendar)
    else:
        found = count(term, local.date(), calendar)
    return _at_closing(term, local, found, calendar, hours)


def _closed(local: datetime, calendar: Calendar, hours: OfficeHours) -> Step | None:
    today = local.date()
    closing = hours.closing(today, calendar)
    if calendar.is_working(today) and local.time() >= closing:
        return Step(StepCode.AFTER_CLOSING, today, closing)
    return None


def _at_closing(term: Term, local: datetime, found: Count, calendar: Calendar, hours: OfficeHours) -> Deadline:
    closing = hours.closing(found.last, calendar)
    short = [Step(StepCode.SHORT_DAY, found.last, closing)] if calendar.is_short(found.last) else []
    steps = (_started(local), *found.steps, *short, Step(StepCode.DUE, found.last, closing))
    explanation = Explanation(term, steps, found.years(calendar), str(local.tzinfo), hours)
    return Deadline(datetime.combine(found.last, closing, local.tzinfo).astimezone(UTC), explanation)


def _by_the_clock(term: Term, local: datetime, zone: ZoneInfo) -> Deadline:
    due_at = local.astimezone(UTC) + timedelta(hours=term.n)
    due = due_at.astimezone(zone)
    steps = (_started(local), Step(StepCode.DUE, due.date(), _to_the_minute(due)))
    return Deadline(due_at, Explanation(term, steps, zone=zone.key))


def _started(local: datetime) -> Step:
    return Step(StepCode.STARTED, local.date(), _to_the_minute(local))


def _to_the_minute(moment: datetime) -> time:
    return moment.time().replace(second=0, microsecond=0)
