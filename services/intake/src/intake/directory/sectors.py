"""Pure. Sectors with their consultants (D0-02, D0-03), the interagency road map (D2-06): reference data of the pack."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.regions import Region
from contracts.identifiers import named_id
from pydantic import BaseModel

from intake.directory.pack import DirectoryPack, Sector


class Consultant(BaseModel):
    """The qualified social consultant who answers for a sector and brings in specialists of other spheres."""

    id: UUID
    name: str
    position: str
    organisation_id: UUID | None


class SectorView(BaseModel):
    """``registered`` is a figure of the source, with its year."""

    code: str
    title: str
    territories: list[str]
    registered: int | None
    year: int | None
    consultant: Consultant


class Sphere(BaseModel):
    """A sphere of help, and the organisations a consultant brings in for it."""

    code: str
    title: str
    organisations: list[UUID]


class SectorList(BaseModel):
    region: str
    registered: int | None
    sectors: list[SectorView]
    spheres: list[Sphere]


class Department(BaseModel):
    code: str
    title: str
    steps: list[str]


class OrderView(BaseModel):
    number: str
    signed_on: date
    title: str


class InteragencyMap(BaseModel):
    departments: list[Department]
    orders: list[OrderView]


def sectors(region: Region, pack: DirectoryPack) -> SectorList:
    """The sectors of a region; each of its territories belongs to exactly one."""
    figures = [sector.registered for sector in pack.sectors if sector.registered is not None]
    return SectorList(
        region=region.code,
        registered=sum(figures) if figures else None,
        sectors=[_sector(region, sector, pack) for sector in pack.sectors],
        spheres=[
            Sphere(
                code=theme.code,
                title=theme.title,
                organisations=[
                    named_id("organisation", f"{region.code}/{entry.code}")
                    for entry in pack.organisations
                    if theme.code in entry.themes
                ],
            )
            for theme in pack.themes
        ],
    )


def interagency(pack: DirectoryPack) -> InteragencyMap | None:
    """The road map several departments signed; None where the region has none."""
    found = pack.road_map
    if found is None:
        return None
    return InteragencyMap(
        departments=[
            Department(code=d.code, title=d.title, steps=[step for code, step in found.steps if code == d.code])
            for d in found.departments
        ],
        orders=[OrderView(**order.model_dump()) for order in found.orders],
    )


def sector_of(territory: str, region: Region, pack: DirectoryPack) -> Sector | None:
    """The sector a territory (``<region>/<code>``) belongs to."""
    entry = region.territory(territory.partition("/")[2])
    return next((sector for sector in pack.sectors if entry and sector.code == entry.sector), None)


def territories_of(login: str, region: Region, pack: DirectoryPack) -> frozenset[str]:
    """The territories a consultant answers for through his or her sectors."""
    own = {sector.code for sector in pack.sectors if sector.consultant == login}
    return frozenset(f"{region.code}/{t.code}" for t in region.territories if t.sector in own)


def consultant_of(sector: Sector, region: str, pack: DirectoryPack) -> Consultant:
    """Who answers for the sector."""
    person = next(entry for entry in pack.staff if entry.login == sector.consultant)
    return Consultant(
        id=named_id("principal", f"{region}/{person.login}"),
        name=person.name,
        position=person.position,
        organisation_id=named_id("organisation", f"{region}/{person.organisation}") if person.organisation else None,
    )


def _sector(region: Region, sector: Sector, pack: DirectoryPack) -> SectorView:
    return SectorView(
        code=sector.code,
        title=sector.title,
        territories=[f"{region.code}/{t.code}" for t in region.territories if t.sector == sector.code],
        registered=sector.registered,
        year=sector.year,
        consultant=consultant_of(sector, region.code, pack),
    )
