"""What the region of a file says: its pack, and which day it is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, Kind
from chassis.regions import load_packs
from chassis.work import Unit

from cases.pack import CasesPack


@cache
def packs(folder: Path) -> Mapping[str, CasesPack]:
    """``cases.yaml`` of every region of the deployment, read once; raises `chassis.regions.BrokenPack`."""
    return load_packs(folder, "cases", CasesPack)


def pack_of(unit: Unit, region: str) -> CasesPack:
    """The region's pack; an event of a region this deployment does not serve is refused."""
    try:
        return packs(unit.settings.regions_dir)[region]
    except KeyError:
        raise DomainError(
            "unknown_region", Kind.INVALID, ru="Такого региона здесь нет.", en="This deployment has no such region."
        ) from None


def today(unit: Unit, region: str) -> date:
    """The day in the region's own time zone (trap T12)."""
    return local_day(unit, region, unit.now)


def local_day(unit: Unit, region: str, moment: datetime) -> date:
    """The day a moment falls on in the region."""
    return moment.astimezone(zone(unit, region)).date()


def zone(unit: Unit, region: str) -> ZoneInfo:
    """The region's time zone."""
    return unit.regions[region].zone
