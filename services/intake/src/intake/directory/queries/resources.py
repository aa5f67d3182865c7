"""The resource map of a territory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import AgeBand
from pydantic import BaseModel, ConfigDict
from sqlalchemy import any_, or_, select

from intake.directory.model.directory import Organisation
from intake.directory.model.resources import Resource
from intake.directory.pack import DirectoryPack, ResourceKind
from intake.directory.queries.agreements import today_of
from intake.directory.queries.directory import OrganisationView
from intake.directory.queries.names import Names, names_of, places_of
from intake.particulars.checks import known_territory


class ResourceView(BaseModel):
    """``stale``: nobody has looked for so long that the family should call first."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    region: str
    territory: str
    territory_title: str | None = None
    organisation_id: UUID
    organisation_title: str | None = None
    kind: ResourceKind
    theme: str
    title: str
    address: str
    latitude: float | None
    longitude: float | None
    contact: str | None
    free: bool
    age_bands: list[str]
    checked_on: date
    active: bool
    stale: bool = False


class ResourceMap(BaseModel):
    """What there is in a territory, kind by kind, and the organisations that serve it."""

    region: str
    territory: str | None
    resources: dict[ResourceKind, list[ResourceView]]
    organisations: list[OrganisationView]


async def resource_map(
    region: str, territory: str | None, kind: ResourceKind | None, band: AgeBand | None, unit: Unit
) -> ResourceMap:
    """The map of one territory, or of the region (D3-36)."""
    months = unit.packs.of(DirectoryPack, region).resource_check_months
    wanted = select(Resource).where(Resource.region == region, Resource.active)
    serving = select(Organisation).where(Organisation.region == region, Organisation.active)
    if territory:
        territory = known_territory(territory, unit.regions[region])
        wanted = wanted.where(Resource.territory.in_((territory, region)))
        here = or_(any_(Organisation.serves) == territory, any_(Organisation.serves) == region)
        serving = serving.where(or_(here, Organisation.territory == territory))
    if kind:
        wanted = wanted.where(Resource.kind == kind)
    if band:
        wanted = wanted.where(or_(Resource.age_bands == [], any_(Resource.age_bands) == band))
    rows = (await unit.session.scalars(wanted.order_by(Resource.title, Resource.id))).all()
    organisations = (await unit.session.scalars(serving.order_by(Organisation.code))).all()
    return ResourceMap(
        region=region,
        territory=territory,
        resources=_by_kind(rows, await _naming(rows, unit), months, today_of(unit, region)),
        organisations=[OrganisationView.of(row, places_of(unit)) for row in organisations],
    )


async def _naming(rows: Sequence[Resource], unit: Unit) -> Names:
    return await names_of((row.organisation_id for row in rows), unit)


def view(resource: Resource, names: Names, months: int, today: date) -> ResourceView:
    """A resource with whether it is current."""
    age = (today.year - resource.checked_on.year) * 12 + today.month - resource.checked_on.month
    stale = (age, today.day) > (months, resource.checked_on.day)
    titles = {
        "territory_title": names.territory(resource.territory),
        "organisation_title": names.of(resource.organisation_id),
    }
    return ResourceView.model_validate(resource).model_copy(update={"stale": stale, **titles})


async def shown(resource: Resource, unit: Unit) -> ResourceView:
    """A resource as its keeper sees it."""
    months = unit.packs.of(DirectoryPack, resource.region).resource_check_months
    return view(resource, await _naming([resource], unit), months, today_of(unit, resource.region))


def _by_kind(
    rows: Sequence[Resource], names: Names, months: int, today: date
) -> dict[ResourceKind, list[ResourceView]]:
    return {kind: [view(row, names, months, today) for row in rows if row.kind is kind] for kind in ResourceKind}
