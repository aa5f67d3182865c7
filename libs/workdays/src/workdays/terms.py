"""Terms and office hours as a region pack writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from workdays.calendar import Calendar
from workdays.wording import Lang, counted

_SHORTENED_BY = timedelta(hours=1)  # Labour Code art. 95


class TermKind(StrEnum):
    """What a term is counted in."""

    SAME_WORKING_DAY = "same_working_day"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    HOURS = "hours"  # by the clock, day and night


_ROLLING = frozenset({TermKind.CALENDAR_DAYS, TermKind.MONTHS})


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take.

    `n` is 0 for `same_working_day` and at least 1 otherwise. `roll` concerns calendar days and months: a last
    day that is not a working day gives way to the next working one (Civil Code art. 193).
    """

    kind: TermKind
    n: int = 0
    roll: bool = True

    def __post_init__(self) -> None:
        if (self.n == 0) != (self.kind is TermKind.SAME_WORKING_DAY) or self.n < 0:
            raise ValueError(f"{self.kind.value} cannot have length {self.n}")
        if not self.roll and self.kind not in _ROLLING:
            raise ValueError(f"roll has no meaning for {self.kind.value}")

    @classmethod
    def parse(cls, value: object) -> "Term":
        """Reads `same_working_day`, `{working_days: 5}`, `{calendar_days: 7, roll: false}`; a Term stays itself.

        Raises:
            ValueError: anything else.
        """
        if isinstance(value, Term):
            return value
        if value == TermKind.SAME_WORKING_DAY.value:
            return cls(TermKind.SAME_WORKING_DAY)
        if not isinstance(value, Mapping):
            raise ValueError(f"not a term: {value!r}")
        roll = value.get("roll", True)
        lengths = [(key, n) for key, n in value.items() if key != "roll"]
        if len(lengths) != 1 or type(lengths[0][1]) is not int or not isinstance(roll, bool):
            raise ValueError(f"not a term: {value!r}")
        return cls(TermKind(lengths[0][0]), lengths[0][1], roll)

    def to_json(self) -> str | dict[str, Any]:
        """What `parse` reads."""
        if self.kind is TermKind.SAME_WORKING_DAY:
            return self.kind.value
        return {self.kind.value: self.n} | ({} if self.roll else {"roll": False})

    def text(self, lang: Lang = "ru") -> str:
        """The length in words: «5 рабочих дней»."""
        return _russian(self) if lang == "ru" else _english(self)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the office is open, in the territory's own time. A shortened day closes one hour earlier."""

    opens: time = time(9)
    closes: time = time(18)

    def __post_init__(self) -> None:
        if self.opens >= _earlier(self.closes):
            raise ValueError(f"office hours {self} leave nothing of a shortened day")

    @classmethod
    def parse(cls, value: Mapping[str, object]) -> Self:
        """Reads `{opens: "09:00", closes: "18:00"}`.

        Raises:
            ValueError: a missing or impossible time.
        """
        return cls(_clock(value.get("opens")), _clock(value.get("closes")))

    def to_json(self) -> dict[str, str]:
        return {"opens": f"{self.opens:%H:%M}", "closes": f"{self.closes:%H:%M}"}

    def closing(self, day: date, calendar: Calendar) -> time:
        """When the office closes on `day`; a day off is given the ordinary hour."""
        return _earlier(self.closes) if calendar.is_short(day) else self.closes

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


def _earlier(closes: time) -> time:
    return (datetime.combine(date.min, closes) + timedelta(days=1) - _SHORTENED_BY).time()


def _clock(value: object) -> time:
    if isinstance(value, int):
        # YAML 1.1 reads an unquoted 18:00 as the base-60 number 1080, and leaves 09:00 a string.
        return time(*divmod(value, 60))
    if not isinstance(value, str):
        raise ValueError(f"not a time of day: {value!r}")
    return time.fromisoformat(value)


def _russian(term: Term) -> str:
    match term.kind:
        case TermKind.WORKING_DAYS:
            return counted(term.n, "рабочий день", "рабочих дня", "рабочих дней")
        case TermKind.CALENDAR_DAYS:
            return counted(term.n, "календарный день", "календарных дня", "календарных дней")
        case TermKind.MONTHS:
            return counted(term.n, "месяц", "месяца", "месяцев")
        case TermKind.HOURS:
            return counted(term.n, "час", "часа", "часов")
    return "в течение того же рабочего дня"


def _english(term: Term) -> str:
    if term.kind is TermKind.SAME_WORKING_DAY:
        return "within the same working day"
    words = term.kind.value.replace("_", " ")
    return f"{term.n} {words.removesuffix('s') if term.n == 1 else words}"
