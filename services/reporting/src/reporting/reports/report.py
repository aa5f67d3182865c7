"""Pure. What every report is: a query over read tables for a region and a period, with rows that explain themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from chassis import errors
from chassis.http.validation import RuleError
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST_PERIOD = timedelta(days=3 * 366)


class Period(BaseModel):
    """Region and days of a report, both days included, in the region's own calendar days (T12)."""

    model_config = ConfigDict(frozen=True)

    region: str = Field(max_length=64)
    since: date
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.until < self.since:
            ru, en = "последний день периода (until) раньше первого (since)", "until is before since"
            raise RuleError("until_before_since", ru=ru, en=en)
        if self.until - self.since > LONGEST_PERIOD:
            ru, en = "отчёт охватывает не больше трёх лет", "a report covers three years at most"
            raise RuleError("period_too_long", ru=ru, en=en)
        return self


class Row(BaseModel):
    """A line of a report. Field titles are the headings people read."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class Report:
    """A report: stable name, title for people, row type, query."""

    name: str
    title: str
    row: type[Row]
    query: Callable[[Period, Unit], Awaitable[Sequence[Row]]]


def zone_of(period: Period, unit: Unit) -> ZoneInfo:
    """The region's time zone; 422 names a region this deployment does not have."""
    region = unit.regions.get(period.region)
    if region is None:
        known = ", ".join(sorted(unit.regions))
        ru, en = f"Нет такого региона. Есть: {known}.", f"No such region. There are: {known}."
        raise errors.invalid("unknown_region", "region", ru, en)
    return region.zone


def share(part: int, whole: int) -> float | None:
    """Part of a whole from 0 to 1; None where there is nothing to share."""
    return round(part / whole, 4) if whole else None
