"""Age bands of a region and the days they change. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from chassis.regions import PackModel
from contracts.identifiers import AgeBand
from pydantic import Field


class BandLimit(PackModel):
    """An age band lasts until the birthday plus ``years`` and ``days``, that day included; the last one has no end."""

    band: AgeBand
    years: int | None = Field(None, ge=0, le=30)
    days: int = 0

    def last_day(self, birth: date) -> date:
        """The last day a child born on ``birth`` belongs to the band."""
        if self.years is None:
            return date.max
        return birthday(birth, self.years) + timedelta(days=self.days)


def age_band(birth: date, on: date, limits: Sequence[BandLimit]) -> AgeBand:
    """The age band of a child born on ``birth``, by the pack's own boundaries (D2-03)."""
    return next(limit.band for limit in limits if on <= limit.last_day(birth))


def birthday(birth: date, years: int) -> date:
    """The birthday ``years`` later; of 29 February in a common year it is 1 March."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)
