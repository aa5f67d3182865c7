"""Pure. What every report is: a query over read tables for a region and a period, with rows that explain themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Generic, TypeVar
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
    since: date = Field(description="First day, included.")
    until: date = Field(description="Last day, included.")

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


R = TypeVar("R", bound=Row)
Titles = Mapping[str, Mapping[str, str]]
"""Column of a report → code → what people read instead of it."""


class PartOfOne:
    """Marks a column that holds a share; people read per cent."""


Share = Annotated[float | None, PartOfOne()]
"""Part of a whole from 0 to 1; None where there is nothing to share."""

Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
"""A month of the region's calendar: ``2026-03``."""


class Heading(BaseModel):
    """A column: its name in the rows and its heading for people."""

    name: str
    title: str


class ReportListing(BaseModel):
    """A report that can be asked for."""

    name: str
    title: str
    columns: list[Heading]


class ReportAnswer(ReportListing, Generic[R]):
    """A counted report. Every report narrows ``name`` to its own."""

    region: str
    since: date = Field(description="First day, included.")
    until: date = Field(description="Last day, included.")
    counted_at: datetime = Field(description="The moment of counting; events that arrive later are not in it.")
    titles: Titles = Field(description="For each column that counts by a code, what people read instead of it.")
    rows: list[R]


@dataclass(frozen=True, slots=True)
class Report(Generic[R]):
    """A report: stable name, title for people, type of its rows and of its answer, query."""

    name: str
    title: str
    row: type[R]
    answer: type[ReportAnswer[R]]
    query: Callable[[Period, Unit], Awaitable[Sequence[R]]]

    @property
    def headings(self) -> list[Heading]:
        """Its columns in the order of the row's fields."""
        return [Heading(name=name, title=str(field.title)) for name, field in self.row.model_fields.items()]


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
