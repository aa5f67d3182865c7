"""The production calendar of a territory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Self

from workdays.days import DayKind, DayReason
from workdays.wording import Lang
from workdays.years import CalendarYear, packaged_year_files, read_years

_PROVISIONAL: dict[Lang, str] = {
    "ru": " (предварительно: официального календаря на {year} год ещё нет)",
    "en": " (provisional: there is no official calendar for {year} yet)",
}
_NOTHING_EXTRA: Mapping[date, str] = MappingProxyType({})


@dataclass(frozen=True)
class Calendar:
    """Official years plus the region's own days off. Immutable: new data make a new calendar."""

    years: Mapping[int, CalendarYear]
    region_extra: Mapping[date, str] = field(default_factory=lambda: _NOTHING_EXTRA)

    def __post_init__(self) -> None:
        object.__setattr__(self, "years", MappingProxyType(dict(self.years)))
        object.__setattr__(self, "region_extra", MappingProxyType(dict(self.region_extra)))

    @classmethod
    def load(
        cls,
        region_extra: Mapping[date, str] = _NOTHING_EXTRA,
        year_files: Iterable[Traversable | Path] | None = None,
    ) -> Self:
        """The packaged official years, or those of `year_files`, with the region's extra days off (day → name).

        Raises:
            ValueError: a data file contradicts itself.
        """
        return cls(_packaged_years() if year_files is None else read_years(year_files), region_extra)

    def with_year(self, year: CalendarYear) -> Self:
        """The calendar after a decree has come in; deadlines computed with it replace provisional ones."""
        return type(self)({**self.years, year.year: year}, self.region_extra)

    def year(self, year: int) -> CalendarYear:
        """The official year, or the statutory one where no decree is known."""
        return self.years.get(year) or _statutory(year)

    def reason(self, day: date) -> DayReason:
        """The kind of `day` and its ground. A regional day off counts only where the day would be worked."""
        federal = self.year(day.year).reason(day)
        if federal.is_working and day in self.region_extra:
            return DayReason(day, DayKind.REGIONAL_OFF, name=self.region_extra[day])
        return federal

    def kind(self, day: date) -> DayKind:
        return self.reason(day).kind

    def why(self, day: date, lang: Lang = "ru") -> str:
        """The ground for the kind of `day`; it says so when the year is provisional."""
        caveat = _PROVISIONAL[lang].format(year=day.year) if self.is_provisional(day.year) else ""
        return self.reason(day).text(lang) + caveat

    def is_working(self, day: date) -> bool:
        return self.reason(day).is_working

    def is_short(self, day: date) -> bool:
        """Whether the working day ends one hour earlier (Labour Code art. 95); so may a working weekend."""
        return self.reason(day).short

    def is_provisional(self, year: int) -> bool:
        """Whether the year's decree is still missing here."""
        return self.year(year).is_provisional


@lru_cache(maxsize=1)
def _packaged_years() -> Mapping[int, CalendarYear]:
    return MappingProxyType(read_years(packaged_year_files()))


@lru_cache(maxsize=64)
def _statutory(year: int) -> CalendarYear:
    return CalendarYear.statutory(year)
