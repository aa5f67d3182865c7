"""The day and the time zone of a file's region (trap T12)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from chassis.work import Unit


def today(unit: Unit, region: str) -> date:
    """The day of the unit's moment in the region's own time zone."""
    return local_day(unit, region, unit.now)


def local_day(unit: Unit, region: str, moment: datetime) -> date:
    """The day a moment falls on in the region."""
    return moment.astimezone(zone(unit, region)).date()


def zone(unit: Unit, region: str) -> ZoneInfo:
    """The region's time zone."""
    return unit.regions[region].zone
