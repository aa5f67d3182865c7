"""Through which doors families come (D2-12, D3-12): counted over the applications the asker may see."""

from __future__ import annotations

from typing import Annotated

from chassis.http import ListQuery, Page, page_of
from chassis.http.periods import Since, Until, within
from chassis.regions import Packs
from chassis.work import Unit
from contracts.identifiers import ApplicationSource
from pydantic import BaseModel, Field
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


class DoorFilter(BaseModel):
    """Which applications are counted."""

    region: Annotated[str | None, Field(max_length=64)] = None
    since: Since = None
    until: Until = None


async def doors(wanted: DoorFilter, page: ListQuery, unit: Unit) -> Page[DoorCount]:
    """How many applications came through each entry point, and how many of them a service has accepted."""
    await drop_token(unit.session)
    one = Application
    accepted = func.count().filter(one.state == ApplicationState.ACCEPTED)
    counted = select(one.region, one.source, one.entry_point, func.count(), accepted).where(
        *within(one.submitted_at, wanted.since, wanted.until)
    )
    if wanted.region:
        counted = counted.where(one.region == wanted.region)
    keys = (one.region, one.source, one.entry_point)
    rows = await unit.session.execute(counted.group_by(*keys).order_by(*keys))
    found = [
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
    return page_of(found, page)


def _title(region: str, entry_point: str | None, packs: Packs) -> str | None:
    pack = packs.find(IntakePack, region)
    points = pack.entry_points if pack else ()
    return next((point.title for point in points if point.code == entry_point), None)
