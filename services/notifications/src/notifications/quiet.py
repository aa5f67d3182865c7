"""When people are not disturbed, and when they are reminded: in the time of the place they live in (trap T12). Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from chassis.regions import PackModel
from pydantic import Field, model_validator


class QuietHours(PackModel):
    """From when until when nothing is sent; over midnight where ``until`` is the earlier time."""

    begin: time = Field(alias="from")
    until: time

    @model_validator(mode="after")
    def _some_hours_are_left(self) -> Self:
        if self.begin == self.until:
            raise ValueError("from and until must differ")
        return self

    def covers(self, at: time) -> bool:
        """Whether it is quiet at this time of day; ``until`` itself is not."""
        if self.begin < self.until:
            return self.begin <= at < self.until
        return at >= self.begin or at < self.until


def allowed_from(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    local = moment.astimezone(zone)
    if not quiet.covers(local.time()):
        return moment
    morning = datetime.combine(local.date(), quiet.until, zone)
    return (morning if morning > local else _next_day(local, quiet.until, zone)).astimezone(moment.tzinfo)


def reminder_time(starts_at: datetime, at: time, zone: ZoneInfo) -> datetime:
    """``at`` on the day before, as the calendar of the place has it."""
    day = starts_at.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day, at, zone).astimezone(starts_at.tzinfo)


def _next_day(local: datetime, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(local.date() + timedelta(days=1), at, zone)
