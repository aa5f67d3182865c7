"""Through which doors families come (D2-12, D3-12): counted over the applications the asker may see."""

from __future__ import annotations

from datetime import datetime

from chassis.regions import Packs
from chassis.work import Unit
from contracts.identifiers import ApplicationSource
from pydantic import BaseModel
from sqlalchemy import func, select

from intake.acting import drop_token
from intake.applications.model.application import Application
from intake.applications.pack import IntakePack
from intake.applications.states import ApplicationState


class DoorCount(BaseModel):
    """Applications that came through one entry point. ``title`` is the pack's; None where the family named none."""

    region: str
    source: ApplicationSource
    entry_point: str | None
    title: str | None
    applications: int
    accepted: int


async def doors(region: str | None, since: datetime | None, until: datetime | None, unit: Unit) -> list[DoorCount]:
    """How many applications came through each entry point, and how many of them a service has accepted."""
    await drop_token(unit.session)
    one = Application
    accepted = func.count().filter(one.state == ApplicationState.ACCEPTED)
    counted = select(one.region, one.source, one.entry_point, func.count(), accepted)
    if region:
        counted = counted.where(one.region == region)
    if since:
        counted = counted.where(one.submitted_at >= since)
    if until:
        counted = counted.where(one.submitted_at < until)
    keys = (one.region, one.source, one.entry_point)
    rows = await unit.session.execute(counted.group_by(*keys).order_by(*keys))
    return [
        DoorCount(
            region=code,
            source=source,
            entry_point=entry,
            title=_title(code, entry, unit.packs),
            applications=all_of_them,
            accepted=taken,
        )
        for code, source, entry, all_of_them, taken in rows
    ]


def _title(region: str, entry_point: str | None, packs: Packs) -> str | None:
    pack = packs.find(IntakePack, region)
    points = pack.entry_points if pack else ()
    return next((point.title for point in points if point.code == entry_point), None)
