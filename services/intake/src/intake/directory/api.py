"""The HTTP door of the directory."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from intake.directory import commands, queries
from intake.directory.commands import ChangeStaff
from intake.directory.pack import OrganisationRole
from intake.directory.queries import OrganisationView, StaffView, TerritoryView

router = Router(tags=["directory"])

Region = Annotated[str | None, Query(max_length=64)]


@router.get("/territories", permission="territory:read")
async def territories(unit: UnitDep, region: Region = None) -> list[TerritoryView]:
    return queries.territories(region, unit)


@router.get("/organisations", permission="organisation:read")
async def organisations(
    unit: UnitDep, page: PageQueryDep, region: Region = None, role: OrganisationRole | None = None
) -> Page[OrganisationView]:
    return await queries.organisations(region, role, page, unit)


@router.get("/staff", permission="staff:read")
async def staff(
    unit: UnitDep, page: PageQueryDep, region: Region = None, organisation_id: UUID | None = None
) -> Page[StaffView]:
    return await queries.staff(region, organisation_id, page, unit)


@router.put("/staff/{principal_id}", permission="staff:manage")
async def change_staff(principal_id: UUID, command: ChangeStaff, unit: UnitDep) -> StaffView:
    return StaffView.model_validate(await commands.change_staff(principal_id, command, unit))
