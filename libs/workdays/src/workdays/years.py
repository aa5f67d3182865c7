"""One year of the production calendar: the decree's data, or the statutory holidays where there is none."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from workdays.days import HOLIDAYS, DayKind, DayReason
from workdays.wording import Lang

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decree:
    """The government decree that moves the days off of a year (Labour Code art. 112, part 5)."""

    number: str
    date: date

    def text(self, lang: Lang = "ru") -> str:
        if lang == "ru":
            return f"постановление Правительства РФ от {self.date:%d.%m.%Y} № {self.number}"
        return f"Government decree No. {self.number} of {self.date.isoformat()}"


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What a year adds to weekends and statutory holidays.

    `transfers` are (day off taken, weekday freed) pairs of the decree. The transfers the Labour Code makes by
    itself (art. 112, part 2) are computed, not listed. Without a `decree` the year is provisional.
    """

    year: int
    decree: Decree | None = None
    transfers: tuple[tuple[date, date], ...] = ()
    short_days: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for taken, freed in self.transfers:
            if taken.year != self.year or freed.year != self.year:
                raise ValueError(f"transfer {taken} -> {freed} leaves the year {self.year}")
            if not _is_weekend(taken) or _is_weekend(freed) or _is_holiday(freed):
                raise ValueError(f"transfer {taken} -> {freed} is not from a weekend to a weekday")
        if len({day for pair in self.transfers for day in pair}) != 2 * len(self.transfers):
            raise ValueError(f"a day of {self.year} is transferred twice")
        for day in self.short_days:
            if day.year != self.year or not self.reason(day).is_working:
                raise ValueError(f"short day {day} is not a working day of {self.year}")

    @classmethod
    def statutory(cls, year: int) -> Self:
        """A year nobody has decreed yet: Labour Code art. 112 alone, and therefore provisional."""
        bare = cls(year)
        eves = (date(year, month, day) - _DAY for month, day in HOLIDAYS if (month, day) != (1, 1))
        candidates = [*eves, date(year, 12, 31)]
        return cls(year, short_days=frozenset(day for day in candidates if bare.reason(day).is_working))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a data file (see `data/2026.toml`).

        Raises:
            ValueError: the data contradict themselves, for example the number of working days.
        """
        data: dict[str, Any] = tomllib.loads(text)
        year = cls(
            year=data["year"],
            decree=Decree(**data["decree"]),
            transfers=tuple((pair["from"], pair["to"]) for pair in data["transfers"]),
            short_days=frozenset(data["short_days"]),
        )
        if (counted := year.count_working_days()) != data["working_days"]:
            raise ValueError(f"{year.year} has {counted} working days, its file says {data['working_days']}")
        return year

    @property
    def is_provisional(self) -> bool:
        return self.decree is None

    def reason(self, day: date) -> DayReason:
        """The federal kind of `day`, which must lie in this year."""
        known = _exceptions(self.year, self.transfers).get(day)
        if known is None:
            known = DayReason(day, DayKind.WEEKEND if _is_weekend(day) else DayKind.WORKING)
        if day not in self.short_days:
            return known
        kind = DayKind.SHORT if known.kind is DayKind.WORKING else known.kind
        return DayReason(day, kind, moved=known.moved, short=True)

    def count_working_days(self) -> int:
        return sum(self.reason(day).is_working for day in days_between(date(self.year, 1, 1), date(self.year, 12, 31)))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; nothing when `last` is earlier."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def packaged_year_files() -> tuple[Traversable, ...]:
    """The official years that ship with the package."""
    return tuple(file for file in files("workdays").joinpath("data").iterdir() if file.name.endswith(".toml"))


def read_years(year_files: Iterable[Traversable | Path]) -> dict[int, CalendarYear]:
    """Official years by number; of two files for one year the later one counts."""
    years = [CalendarYear.parse(file.read_text(encoding="utf-8")) for file in year_files]
    return {year.year: year for year in years}


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in HOLIDAYS


@lru_cache(maxsize=64)
def _exceptions(year: int, transfers: tuple[tuple[date, date], ...]) -> Mapping[date, DayReason]:
    """Every day of the year that is neither an ordinary weekday nor an ordinary weekend."""
    days = {day: DayReason(day, DayKind.HOLIDAY, holiday=code) for day, code in _holidays(year)}
    for taken, freed in transfers:
        days[freed] = DayReason(freed, DayKind.TRANSFERRED_OFF, moved=taken)
        if taken not in days:
            days[taken] = DayReason(taken, DayKind.WORKING_WEEKEND, moved=freed)
    moved_by_decree = {taken for taken, _ in transfers}
    for day, _ in _holidays(year):
        # January's lost weekends go where the decree sends them; the others to the next working day.
        if day.month != 1 and _is_weekend(day) and day not in moved_by_decree:
            freed = next(d for d in days_between(day, date(year, 12, 31)) if not _is_weekend(d) and d not in days)
            days[freed] = DayReason(freed, DayKind.TRANSFERRED_OFF, moved=day)
    return MappingProxyType(days)


def _holidays(year: int) -> list[tuple[date, str]]:
    return [(date(year, month, day), code) for (month, day), code in HOLIDAYS.items()]
