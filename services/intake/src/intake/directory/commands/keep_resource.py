"""The resource map of a territory: services, leisure, learning, development, kept current (D3-36, D3-49)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit

from intake.directory.model.directory import Organisation
from intake.directory.model.resources import Resource
from intake.directory.pack import DirectoryPack, ResourceFields
from intake.directory.queries.agreements import today_of
from intake.particulars.examples import ORGANISATION, shown


class RegisterResource(ResourceFields):
    """``id`` may be chosen by the client."""

    model_config = shown(
        organisation_id=ORGANISATION,
        title="Бассейн «Волна»",
        kind="development",
        theme="sport",
        territory="lesnoy",
        address="п. Лесной, ул. Спортивная, д. 2",
        latitude=55.553,
        longitude=34.995,
        contact="+7 905 000-77-88",
        free=False,
        age_bands=["3-18"],
    )

    id: UUID | None = None
    organisation_id: UUID


class KeepResource(ResourceFields):
    """The whole of it as it is today; ``active: false`` takes it off the map."""

    model_config = shown(
        title="Бассейн «Волна»",
        kind="development",
        theme="sport",
        territory="lesnoy",
        address="п. Лесной, ул. Спортивная, д. 2",
        latitude=55.553,
        longitude=34.995,
        contact="+7 905 000-77-88",
        free=False,
        age_bands=["3-18"],
        active=True,
    )

    active: bool = True


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
    resource = await unit.get(Resource, resource_id, "resource_map:keep", under=True)
    pack = unit.packs.of(DirectoryPack, resource.region)
    resource.keep(_checked(command, pack, resource.region, unit) | {"active": command.active})
    return resource


def _checked(command: ResourceFields, pack: DirectoryPack, region: str, unit: Unit) -> dict[str, Any]:
    known = unit.regions[region]
    code = command.territory.removeprefix(f"{region}/")
    if command.territory != region and known.territory(code) is None:
        raise _unknown("territory_unknown", "territory", "Такой территории нет.", "No such territory.")
    if command.theme not in {theme.code for theme in pack.themes}:
        raise _unknown("theme_unknown", "theme", "Такой темы в справочнике нет.", "No such theme.")
    told = command.model_dump(exclude={"id", "organisation_id", "active"})
    told["territory"] = region if command.territory == region else f"{region}/{code}"
    return told | {"age_bands": sorted(command.age_bands), "checked_on": today_of(unit, region)}


def _unknown(slug: str, field: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field)
