"""The HTTP door of resources."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import ListQueryDep, Page, PageQueryDep, Router, UnitDep
from chassis.http.readers import Reader, ReadersQueryDep
from fastapi import Query

from scheduling.resources import commands, queries
from scheduling.resources.queries import PointCard, Resources, SpecialistCard

router = Router(tags=["resources"])


@router.get("/specialists", permission="specialist:read", sort=queries.SPECIALISTS)
async def list_specialists(unit: UnitDep, query: PageQueryDep) -> Page[SpecialistCard]:
    """Specialists with skills, hours and absences."""
    return await queries.specialists(query, unit)


@router.post("/specialists/{specialist_id}/absences", permission="specialist:manage", status_code=201)
async def record_absence(
    specialist_id: UUID, command: commands.RecordAbsence, unit: UnitDep
) -> commands.AbsenceRecorded:
    """A specialist is away; the bookings it meets are listed."""
    return await commands.record_absence(specialist_id, command, unit)


@router.post(
    "/specialists/{specialist_id}/absences/{absence_id}/withdraw", permission="specialist:manage", status_code=204
)
async def withdraw_absence(specialist_id: UUID, absence_id: UUID, unit: UnitDep) -> None:
    """The specialist is not away after all."""
    await commands.withdraw_absence(specialist_id, absence_id, unit)


@router.get("/points", permission="trip:read")
async def list_points(
    unit: UnitDep, query: ListQueryDep, region: Annotated[str | None, Query(max_length=64)] = None
) -> Page[PointCard]:
    """Points that host brigades."""
    return queries.points(region, query, unit)


@router.get("/brigades", permission="day_sheet:read")
async def list_brigades(unit: UnitDep, query: ListQueryDep) -> Page[Resources]:
    """The brigades of the caller's organisations."""
    return queries.brigades(query, unit)


@router.get("/vehicles", permission="trip:read")
async def list_vehicles(unit: UnitDep, query: ListQueryDep) -> Page[Resources]:
    """The vehicles of the caller's organisations."""
    return queries.vehicles(query, unit)


@router.get("/readers/{child_id}", permission="readers:read")
async def list_scheduling_readers(child_id: UUID, query: ReadersQueryDep, unit: UnitDep) -> Page[Reader]:
    """Who read the child's data here, latest first, for the family's page."""
    return await queries.readers(child_id, query, unit)
