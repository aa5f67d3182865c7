"""Counting days: the last day of a term, with every day passed over."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from workdays.calendar import Calendar
from workdays.days import DayReason
from workdays.explanation import Explained, Explanation, Step, StepCode, YearBasis, skipping
from workdays.terms import Term, TermKind

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """The last day of a term, the steps that led there, and the first day whose kind mattered."""

    last: date
    steps: tuple[Step, ...]
    consulted_from: date

    def years(self, calendar: Calendar) -> tuple[YearBasis, ...]:
        """The calendar years the count rests on."""
        return tuple(YearBasis.of(calendar.year(y)) for y in range(self.consulted_from.year, self.last.year + 1))


def add_working_days(start: date, n: int, calendar: Calendar) -> Explained[date]:
    """The n-th working day after `start`; the start itself never counts (Civil Code art. 191).

    Raises:
        ValueError: `n` is less than 1.
    """
    return _explained(Term(TermKind.WORKING_DAYS, n), start, calendar)


def add_calendar_days(start: date, n: int, calendar: Calendar, *, roll: bool = True) -> Explained[date]:
    """The n-th day after `start`; with `roll`, a day off gives way to the next working day (art. 193).

    Raises:
        ValueError: `n` is less than 1.
    """
    return _explained(Term(TermKind.CALENDAR_DAYS, n, roll), start, calendar)


def add_months(start: date, n: int, calendar: Calendar, *, roll: bool = True) -> Explained[date]:
    """The same day of the month `n` months later, or that month's last day (Civil Code art. 192).

    Raises:
        ValueError: `n` is less than 1.
    """
    return _explained(Term(TermKind.MONTHS, n, roll), start, calendar)


def count(term: Term, start: date, calendar: Calendar) -> Count:
    """The last day of a term in days or months that starts on `start`.

    Raises:
        ValueError: the term is not counted in days or months.
    """
    match term.kind:
        case TermKind.WORKING_DAYS:
            return _count_working_days(start, term.n, calendar)
        case TermKind.CALENDAR_DAYS:
            return _settle(start, start + timedelta(days=term.n), term, calendar)
        case TermKind.MONTHS:
            return _settle(start, _months_later(start, term.n), term, calendar)
    raise ValueError(f"{term.kind.value} is not counted in days")


def count_same_working_day(start: date, closed_at: Step | None, calendar: Calendar) -> Count:
    """The first working day from `start` on; from the next day on when the office had closed (`closed_at`)."""
    over = [closed_at] if closed_at else []
    last, passed = next_working_day(start + _DAY if closed_at else start, calendar)
    return Count(last, (*over, *skipping(passed)), start)


def next_working_day(day: date, calendar: Calendar) -> tuple[date, list[DayReason]]:
    """`day` itself or the first working day after it, and the days passed over."""
    passed: list[DayReason] = []
    while not (reason := calendar.reason(day)).is_working:
        passed.append(reason)
        day += _DAY
    return day, passed


def _count_working_days(start: date, n: int, calendar: Calendar) -> Count:
    day, passed = start, list[DayReason]()
    for _ in range(n):
        day, more = next_working_day(day + _DAY, calendar)
        passed += more
    return Count(day, (_first_day(start), *skipping(passed)), start + _DAY)


def _settle(start: date, last: date, term: Term, calendar: Calendar) -> Count:
    first = _first_day(start)
    if calendar.is_working(last):
        return Count(last, (first,), last)
    if not term.roll:
        return Count(last, (first, Step(StepCode.NOT_ROLLED, last)), last)
    rolled, passed = next_working_day(last, calendar)
    return Count(rolled, (first, Step(StepCode.ROLLED, last), *skipping(passed)), last)


def _months_later(start: date, n: int) -> date:
    years, month = divmod(start.month - 1 + n, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _first_day(start: date) -> Step:
    return Step(StepCode.FIRST_DAY, start + _DAY)


def _explained(term: Term, start: date, calendar: Calendar) -> Explained[date]:
    found = count(term, start, calendar)
    steps = (Step(StepCode.STARTED, start), *found.steps, Step(StepCode.DUE, found.last))
    return Explained(found.last, Explanation(term, steps, found.years(calendar)))
