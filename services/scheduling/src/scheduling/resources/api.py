"""The HTTP door of resources."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Router, UnitDep
from fastapi import Query
from pydantic import AwareDatetime

from scheduling.resources import commands, queries
from scheduling.resources.queries import PointCard, ReaderLine, Resources, SpecialistCard

api = Router(tags=["resources"])


@api.get("/specialists", permission="specialist:read")
async def specialists(unit: UnitDep) -> list[SpecialistCard]:
    """Specialists with skills, hours and absences."""
    return await queries.specialists(unit)


@api.post("/specialists/{specialist_id}/absences", permission="specialist:manage", status_code=201)
async def absence(specialist_id: UUID, command: commands.RecordAbsence, unit: UnitDep) -> commands.AbsenceRecorded:
    """A specialist is away; the bookings it meets are listed."""
    return await commands.record_absence(specialist_id, command, unit)


@api.post(
    "/specialists/{specialist_id}/absences/{absence_id}/withdraw", permission="specialist:manage", status_code=204
)
async def withdraw_absence(specialist_id: UUID, absence_id: UUID, unit: UnitDep) -> None:
    """The specialist is not away after all."""
    await commands.withdraw_absence(specialist_id, absence_id, unit)


@api.get("/points", permission="trip:read")
async def points(region: Annotated[str | None, Query(max_length=64)] = None) -> list[PointCard]:
    """Points that host brigades."""
    return queries.points(region)


@api.get("/brigades", permission="day_sheet:read")
async def brigades(unit: UnitDep) -> list[Resources]:
    """The brigades of the caller's organisations."""
    return queries.brigades(unit.actor.organisation_ids)


@api.get("/vehicles", permission="trip:read")
async def vehicles(unit: UnitDep) -> list[Resources]:
    """The vehicles of the caller's organisations."""
    return queries.vehicles(unit.actor.organisation_ids)


@api.get("/readers/{child_id}", permission="readers:read")
async def readers(
    child_id: UUID, unit: UnitDep, before: Annotated[AwareDatetime | None, Query()] = None
) -> list[ReaderLine]:
    """Who read the child's data here, for the family's page; ``before`` goes on from the last line."""
    return await queries.readers(child_id, before, unit)
