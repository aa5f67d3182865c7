"""The HTTP door of the directory."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import ListQueryDep, Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import read_upload
from contracts.identifiers import AgeBand
from fastapi import File, Query, UploadFile

from intake.directory.commands import import_organisations as importing
from intake.directory.commands import keep_resource as resources
from intake.directory.commands import keep_staff
from intake.directory.commands import register_agreement as agreeing
from intake.directory.commands.import_organisations import LARGEST_BYTES, ImportReport
from intake.directory.commands.keep_resource import KeepResource, RegisterResource
from intake.directory.commands.keep_staff import ChangeStaff
from intake.directory.commands.register_agreement import RegisterAgreement
from intake.directory.pack import OrganisationRole, ResourceKind
from intake.directory.queries import directory, search
from intake.directory.queries.agreements import ORDER as AGREEMENTS
from intake.directory.queries.agreements import AgreementView, agreement_view, agreements
from intake.directory.queries.directory import ORGANISATIONS, STAFF, OrganisationView, StaffView, TerritoryView
from intake.directory.queries.resources import ResourceMap, ResourceView, resource_map, shown
from intake.directory.queries.search import FoundOrganisation, OrganisationSearch
from intake.directory.sectors import InteragencyMap, SectorList

router = Router(tags=["directory"])

Region = Annotated[str | None, Query(max_length=64)]


@router.get("/territories", permission="territory:read")
async def list_territories(unit: UnitDep, page: ListQueryDep, region: Region = None) -> Page[TerritoryView]:
    """List the municipalities of the regions."""
    return directory.territories(region, page, unit)


@router.get("/organisations", permission="organisation:read", sort=ORGANISATIONS)
async def list_organisations(
    unit: UnitDep, page: PageQueryDep, region: Region = None, role: OrganisationRole | None = None
) -> Page[OrganisationView]:
    """List organisations, such as the operators of a territory."""
    return await directory.organisations(region, role, page, unit)


@router.get("/organisations/search", permission="organisation:read")
async def search_organisations(
    wanted: Annotated[OrganisationSearch, Query()], page: ListQueryDep, unit: UnitDep
) -> Page[FoundOrganisation]:
    """Find organisations by name, kind, theme and distance (D0-34)."""
    return await search.search(wanted, page, unit)


@router.post("/organisations/import", permission="organisation:register", max_body=LARGEST_BYTES + 64 * 1024)
async def import_organisations(
    region: Annotated[str, Query(max_length=64)],
    file: Annotated[UploadFile, File()],
    unit: UnitDep,
    apply: bool = False,
) -> ImportReport:
    """Import organisations from CSV or XLSX: without `apply` it only shows the difference (D0-34, D3-04)."""
    content = await read_upload(file, LARGEST_BYTES)
    return await importing.import_organisations(content, file.filename, region, apply, unit)


@router.get("/regions/{region}/sectors", permission="territory:read")
async def get_sectors(region: str, unit: UnitDep) -> SectorList:
    """Show the sectors of a region with their consultants (D0-02, D0-03)."""
    return directory.region_sectors(region, unit)


@router.get("/regions/{region}/interagency", permission="territory:read")
async def get_interagency_map(region: str, unit: UnitDep) -> InteragencyMap:
    """Show the interagency road map of a region: departments and the orders they act by (D2-06)."""
    return directory.interagency_map(region, unit)


@router.get("/resource-map", permission="resource_map:read")
async def get_resource_map(
    region: Annotated[str, Query(max_length=64)],
    unit: UnitDep,
    territory: Annotated[str | None, Query(max_length=64)] = None,
    kind: ResourceKind | None = None,
    age_band: AgeBand | None = None,
) -> ResourceMap:
    """Show what a territory offers: services, leisure, learning, development (D3-36, D3-49)."""
    return await resource_map(region, territory, kind, age_band, unit)


@router.post("/resources", permission="resource_map:register", status_code=201)
async def register_resource(command: RegisterResource, unit: UnitDep) -> ResourceView:
    """Enter a resource on the map."""
    return await shown(await resources.register_resource(command, unit), unit)


@router.put("/resources/{resource_id}", permission="resource_map:keep")
async def keep_resource(resource_id: UUID, command: KeepResource, unit: UnitDep) -> ResourceView:
    """Confirm or change a resource; unconfirmed ones are shown as stale."""
    return await shown(await resources.keep_resource(resource_id, command, unit), unit)


@router.get("/agreements", permission="agreement:read", sort=AGREEMENTS)
async def list_agreements(
    unit: UnitDep, page: PageQueryDep, organisation_id: UUID | None = None, standing: bool = False
) -> Page[AgreementView]:
    """List agreements between organisations."""
    return await agreements(organisation_id, standing, page, unit)


@router.post("/agreements", permission="agreement:register", status_code=201)
async def register_agreement(command: RegisterAgreement, unit: UnitDep) -> AgreementView:
    """Register an agreement; referrals between the two are possible while it stands (D3-07)."""
    return await agreement_view(await agreeing.register_agreement(command, unit), unit)


@router.post("/agreements/{agreement_id}/end", permission="agreement:end")
async def end_agreement(agreement_id: UUID, unit: UnitDep) -> AgreementView:
    """End an agreement."""
    return await agreement_view(await agreeing.end_agreement(agreement_id, unit), unit)


@router.get("/staff", permission="staff:read", sort=STAFF)
async def list_staff(
    unit: UnitDep, page: PageQueryDep, region: Region = None, organisation_id: UUID | None = None
) -> Page[StaffView]:
    """List staff with their roles."""
    return await directory.staff(region, organisation_id, page, unit)


@router.put("/staff/{principal_id}", permission="staff:manage")
async def change_staff(principal_id: UUID, command: ChangeStaff, unit: UnitDep) -> StaffView:
    """Change what a person may do; it acts everywhere within seconds."""
    return await directory.staff_view(await keep_staff.change_staff(principal_id, command, unit), unit)
