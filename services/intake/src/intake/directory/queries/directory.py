"""What can be asked of the directory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from chassis.errors import not_found
from chassis.http import ListQuery, Order, Page, PageQuery, page_of, paginate
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import any_, select

from intake.directory.model.directory import Office, Organisation, Principal
from intake.directory.pack import DirectoryPack
from intake.directory.queries.names import Names, names_of, places_of
from intake.directory.sectors import InteragencyMap, SectorList, interagency, sectors


class TerritoryView(BaseModel):
    code: str
    region: str
    region_title: str
    title: str
    sector: str | None
    latitude: float | None
    longitude: float | None


class OfficeView(BaseModel):
    """A place where an organisation receives people."""

    code: str
    title: str
    territory: str
    territory_title: str | None
    address: str
    latitude: float | None
    longitude: float | None
    phone: str | None

    @classmethod
    def of(cls, office: Office, names: Names) -> OfficeView:
        return cls(
            code=office.code,
            title=office.title,
            territory=office.territory,
            territory_title=names.territory(office.territory),
            address=office.address,
            latitude=office.latitude,
            longitude=office.longitude,
            phone=office.phone,
        )


class OrganisationView(BaseModel):
    """What everybody may know of an organisation."""

    id: UUID
    code: str
    region: str
    territory: str
    territory_title: str | None
    title: str
    roles: list[str]
    serves: list[str]
    age_bands: list[str]
    address: str
    phone: str | None
    email: str | None
    site: str | None
    director: str | None
    themes: list[str]
    gives: list[str]
    offices: list[OfficeView]
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, row: Organisation, names: Names) -> Self:
        return cls(
            id=row.id,
            code=row.code,
            region=row.region,
            territory=row.territory,
            territory_title=names.territory(row.territory),
            title=row.title,
            roles=row.roles,
            serves=row.serves,
            age_bands=row.age_bands,
            address=row.address,
            phone=row.phone,
            email=row.email,
            site=row.site,
            director=row.director,
            themes=row.themes,
            gives=row.gives,
            offices=[OfficeView.of(office, names) for office in row.offices],
            latitude=row.latitude,
            longitude=row.longitude,
        )


class StaffView(BaseModel):
    """A person of the directory and what he or she may do. Titles stand in the order of ids and codes."""

    id: UUID
    version: int
    name: str | None
    position: str | None
    region: str | None
    roles: list[str]
    organisation_ids: list[UUID]
    organisation_titles: list[str | None]
    territories: list[str]
    territory_titles: list[str | None]
    specialist_id: UUID | None
    active: bool


_organisation, _principal = Organisation.__table__.c, Principal.__table__.c
ORGANISATIONS = Order({"code": _organisation["code"], "title": _organisation["title"]}, _organisation["id"], "code")
STAFF = Order({"id": _principal["id"]}, _principal["id"], "id")


def territories(region: str | None, page: ListQuery, unit: Unit) -> Page[TerritoryView]:
    """The territories of one region or of all."""
    found = [
        TerritoryView(
            code=f"{home.code}/{territory.code}",
            region=home.code,
            region_title=home.title,
            title=territory.title,
            sector=territory.sector,
            latitude=territory.latitude,
            longitude=territory.longitude,
        )
        for home in unit.regions.values()
        if region in (None, home.code)
        for territory in home.territories
    ]
    return page_of(found, page)


def region_sectors(region: str, unit: Unit) -> SectorList:
    """The sectors of a region with their consultants (D0-02, D0-03); 404 for no region."""
    pack = unit.packs.find(DirectoryPack, region)
    if pack is None or region not in unit.regions:
        raise not_found()
    return sectors(unit.regions[region], pack)


def interagency_map(region: str, unit: Unit) -> InteragencyMap:
    """The interagency road map of a region (D2-06); 404 where it has none."""
    pack = unit.packs.find(DirectoryPack, region)
    found = interagency(pack) if pack else None
    if found is None:
        raise not_found()
    return found


async def organisations(region: str | None, role: str | None, page: PageQuery, unit: Unit) -> Page[OrganisationView]:
    """Active organisations, by region and role."""
    statement = select(Organisation).where(Organisation.active)
    if region:
        statement = statement.where(Organisation.region == region)
    if role:
        statement = statement.where(any_(Organisation.roles) == role)
    rows, cursor, total = await paginate(unit.session, statement, page, ORGANISATIONS)
    places = places_of(unit)
    return Page(items=[OrganisationView.of(row[0], places) for row in rows], next_cursor=cursor, total=total)


async def staff(region: str | None, organisation_id: UUID | None, page: PageQuery, unit: Unit) -> Page[StaffView]:
    """Staff the actor may see: one's organisation, one's territories, or everybody for the administrator."""
    statement = select(Principal).where(Principal.pack_print.is_not(None) | Principal.organisation_id.is_not(None))
    if region:
        statement = statement.where(Principal.region == region)
    if organisation_id:
        statement = statement.where(Principal.organisation_id == organisation_id)
    rows, cursor, total = await paginate(unit.session, statement, page, STAFF)
    return Page(items=await _staff_views([row[0] for row in rows], unit), next_cursor=cursor, total=total)


async def staff_view(person: Principal, unit: Unit) -> StaffView:
    """A person as the list of staff shows him or her."""
    (view,) = await _staff_views([person], unit)
    return view


async def _staff_views(people: Sequence[Principal], unit: Unit) -> list[StaffView]:
    names = await names_of((id for person in people for id in person.organisation_ids), unit)
    return [
        StaffView(
            id=person.id,
            version=person.version,
            name=person.name,
            position=person.position,
            region=person.region,
            roles=person.roles,
            organisation_ids=person.organisation_ids,
            organisation_titles=[names.of(id) for id in person.organisation_ids],
            territories=person.territories,
            territory_titles=[names.territory(code) for code in person.territories],
            specialist_id=person.specialist_id,
            active=person.active,
        )
        for person in people
    ]
