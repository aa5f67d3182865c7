"""The resource map of a territory: services, leisure, learning, development, kept current (D3-36, D3-49)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.identifiers import AgeBand
from contracts.intake import ResourceListed
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ARRAY, ForeignKey, Index, Text, any_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from intake.directory.agreements import today_of
from intake.directory.model import Organisation
from intake.directory.pack import DirectoryPack, ResourceFields, ResourceKind
from intake.directory.queries import OrganisationView
from intake.particulars.checks import known_territory
from intake.tables import Base


class Resource(Aggregate, Base):
    """Something a family of the territory can use; the organisation that entered it keeps it current."""

    __tablename__ = "resources"
    __table_args__ = (Index("ix_resources_region_territory", "region", "territory"),)

    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[ResourceKind]
    theme: Mapped[str]
    title: Mapped[str]
    address: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    contact: Mapped[str | None]
    free: Mapped[bool]
    age_bands: Mapped[list[str]] = mapped_column(ARRAY(Text))
    checked_on: Mapped[date]
    active: Mapped[bool]

    def keep(self, values: dict[str, Any]) -> bool:
        """Take over a newer state; whether anything changed."""
        if all(getattr(self, name, None) == value for name, value in values.items()):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        self.record(
            ResourceListed(
                resource_id=self.id,
                region=self.region,
                territory=self.territory,
                organisation_id=self.organisation_id,
                kind=self.kind.value,
                theme=self.theme,
                latitude=self.latitude,
                longitude=self.longitude,
                active=self.active,
                checked_on=self.checked_on,
            )
        )
        return True


class RegisterResource(ResourceFields):
    """``id`` may be chosen by the client."""

    id: UUID | None = None
    organisation_id: UUID


class KeepResource(ResourceFields):
    """The whole of it as it is today; ``active: false`` takes it off the map."""

    active: bool = True
    version: int | None = Field(None, ge=0)


class ResourceView(BaseModel):
    """``stale``: nobody has looked for so long that the family should call first."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    region: str
    territory: str
    organisation_id: UUID
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


async def register_resource(command: RegisterResource, unit: Unit) -> Resource:
    """Enter a resource in the map."""
    owner = await unit.session.get(Organisation, command.organisation_id)
    if owner is None:
        raise _unknown("organisation_unknown", "organisation_id", "Такой организации нет.", "No such organisation.")
    resource = Resource(id=command.id or unit.new_id(), region=owner.region, organisation_id=owner.id)
    unit.policy.require(unit.actor, "resource_map:register", resource)
    resource.keep(_checked(command, unit.packs.of(DirectoryPack, owner.region), owner.region, unit) | {"active": True})
    unit.session.add(resource)
    return resource


async def keep_resource(resource_id: UUID, command: KeepResource, unit: Unit) -> Resource:
    """The resource as it is today; checked with this very change."""
    resource = await unit.get(Resource, resource_id, "resource_map:keep", version=command.version)
    pack = unit.packs.of(DirectoryPack, resource.region)
    resource.keep(_checked(command, pack, resource.region, unit) | {"active": command.active})
    return resource


async def resource_map(
    region: str, territory: str | None, kind: ResourceKind | None, band: AgeBand | None, months: int, unit: Unit
) -> ResourceMap:
    """The map of one territory, or of the region (D3-36)."""
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
        resources=_by_kind(rows, months, today_of(unit, region)),
        organisations=[OrganisationView.model_validate(row) for row in organisations],
    )


def view(resource: Resource, months: int, today: date) -> ResourceView:
    """A resource with whether it is current."""
    age = (today.year - resource.checked_on.year) * 12 + today.month - resource.checked_on.month
    stale = (age, today.day) > (months, resource.checked_on.day)
    return ResourceView.model_validate(resource).model_copy(update={"stale": stale})


def shown(resource: Resource, unit: Unit) -> ResourceView:
    """A resource as its keeper sees it."""
    months = unit.packs.of(DirectoryPack, resource.region).resource_check_months
    return view(resource, months, today_of(unit, resource.region))


def _by_kind(rows: Sequence[Resource], months: int, today: date) -> dict[ResourceKind, list[ResourceView]]:
    return {kind: [view(row, months, today) for row in rows if row.kind is kind] for kind in ResourceKind}


def _checked(command: ResourceFields, pack: DirectoryPack, region: str, unit: Unit) -> dict[str, Any]:
    known = unit.regions[region]
    code = command.territory.removeprefix(f"{region}/")
    if command.territory != region and known.territory(code) is None:
        raise _unknown("territory_unknown", "territory", "Такой территории нет.", "No such territory.")
    if command.theme not in {theme.code for theme in pack.themes}:
        raise _unknown("theme_unknown", "theme", "Такой темы в справочнике нет.", "No such theme.")
    told = command.model_dump(exclude={"id", "organisation_id", "active", "version"})
    told["territory"] = region if command.territory == region else f"{region}/{code}"
    return told | {"age_bands": sorted(command.age_bands), "checked_on": today_of(unit, region)}


def _unknown(slug: str, field: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field)
