"""The HTTP door of the directory."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.errors import not_found
from chassis.http import Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import read_upload
from contracts.identifiers import AgeBand
from fastapi import File, Query, UploadFile

from intake.directory import agreements, commands, importing, queries, resources, search, sectors
from intake.directory.agreements import AgreementView, RegisterAgreement
from intake.directory.commands import ChangeStaff
from intake.directory.importing import LARGEST_BYTES, ImportReport
from intake.directory.pack import DirectoryPack, OrganisationRole, ResourceKind
from intake.directory.queries import OrganisationView, StaffView, TerritoryView
from intake.directory.resources import KeepResource, RegisterResource, ResourceMap, ResourceView
from intake.directory.search import FoundOrganisation, OrganisationSearch
from intake.directory.sectors import InteragencyMap, Sectors

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


@router.get("/organisations/search", permission="organisation:read")
async def search_organisations(
    wanted: Annotated[OrganisationSearch, Query()], unit: UnitDep
) -> list[FoundOrganisation]:
    return await search.search(wanted, unit)


@router.post("/organisations/import", permission="organisation:register", max_body=LARGEST_BYTES + 64 * 1024)
async def import_organisations(
    region: Annotated[str, Query(max_length=64)],
    file: Annotated[UploadFile, File()],
    unit: UnitDep,
    apply: bool = False,
) -> ImportReport:
    pack = unit.packs.of(DirectoryPack, region)
    content = await read_upload(file, LARGEST_BYTES)
    return await importing.import_organisations(content, file.filename, unit.regions[region], pack, apply, unit)


@router.get("/regions/{region}/sectors", permission="territory:read")
async def sectors_of_region(region: str, unit: UnitDep) -> Sectors:
    pack = unit.packs.find(DirectoryPack, region)
    if pack is None or region not in unit.regions:
        raise not_found()
    return sectors.sectors(unit.regions[region], pack)


@router.get("/regions/{region}/interagency", permission="territory:read")
async def interagency(region: str, unit: UnitDep) -> InteragencyMap:
    pack = unit.packs.find(DirectoryPack, region)
    found = sectors.interagency(pack) if pack else None
    if found is None:
        raise not_found()
    return found


@router.get("/resource-map", permission="resource_map:read")
async def resource_map(
    region: Annotated[str, Query(max_length=64)],
    unit: UnitDep,
    territory: Annotated[str | None, Query(max_length=64)] = None,
    kind: ResourceKind | None = None,
    age_band: AgeBand | None = None,
) -> ResourceMap:
    months = unit.packs.of(DirectoryPack, region).resource_check_months
    return await resources.resource_map(region, territory, kind, age_band, months, unit)


@router.post("/resources", permission="resource_map:register", status_code=201)
async def register_resource(command: RegisterResource, unit: UnitDep) -> ResourceView:
    return resources.shown(await resources.register_resource(command, unit), unit)


@router.put("/resources/{resource_id}", permission="resource_map:keep")
async def keep_resource(resource_id: UUID, command: KeepResource, unit: UnitDep) -> ResourceView:
    return resources.shown(await resources.keep_resource(resource_id, command, unit), unit)


@router.get("/agreements", permission="agreement:read")
async def list_agreements(
    unit: UnitDep, page: PageQueryDep, organisation_id: UUID | None = None, standing: bool = False
) -> Page[AgreementView]:
    return await agreements.agreements(organisation_id, standing, page, unit)


@router.post("/agreements", permission="agreement:register", status_code=201)
async def register_agreement(command: RegisterAgreement, unit: UnitDep) -> AgreementView:
    agreement = await agreements.register_agreement(command, unit)
    return AgreementView.of(agreement, agreements.today_of(unit, agreement.region))


@router.post("/agreements/{agreement_id}/end", permission="agreement:end")
async def end_agreement(agreement_id: UUID, unit: UnitDep) -> AgreementView:
    agreement = await agreements.end_agreement(agreement_id, unit)
    return AgreementView.of(agreement, agreements.today_of(unit, agreement.region))


@router.get("/staff", permission="staff:read")
async def staff(
    unit: UnitDep, page: PageQueryDep, region: Region = None, organisation_id: UUID | None = None
) -> Page[StaffView]:
    return await queries.staff(region, organisation_id, page, unit)


@router.put("/staff/{principal_id}", permission="staff:manage")
async def change_staff(principal_id: UUID, command: ChangeStaff, unit: UnitDep) -> StaffView:
    return StaffView.model_validate(await commands.change_staff(principal_id, command, unit))
