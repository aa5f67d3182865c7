"""What can be done with the directory: load the packs, change what a person may do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from chassis.access.tokens import subject_digest
from chassis.errors import DomainError, Kind
from chassis.regions import Region
from chassis.work import Unit
from contracts.access import Role
from contracts.identifiers import Code, named_id
from pydantic import BaseModel, Field
from sqlalchemy import select

from intake.directory.commands.load_packs import load_agreements, load_resources
from intake.directory.model.directory import Authority, Office, Organisation, Principal
from intake.directory.pack import DirectoryPack, OfficeEntry, OrganisationEntry, StaffEntry
from intake.directory.sectors import territories_of
from intake.particulars.examples import ORGANISATION, TERRITORY, shown

A = TypeVar("A", Organisation, Principal)
GRANTED_ELSEWHERE = frozenset({Role.PUBLIC, Role.SYSTEM, Role.FAMILY})
"""Roles nobody is given by hand: a family comes from a binding, the others from the door used."""


class ChangeStaff(BaseModel):
    """The whole of what a person may do from now on."""

    model_config = shown(
        roles=["coordinator", "specialist"], organisation_ids=[ORGANISATION], territories=[TERRITORY], active=True
    )

    roles: frozenset[Role]
    organisation_ids: frozenset[UUID] = Field(frozenset(), max_length=50)
    territories: frozenset[Code] = Field(frozenset(), max_length=500)
    active: bool = True


async def change_staff(principal_id: UUID, command: ChangeStaff, unit: Unit) -> Principal:
    """Change roles, organisations, territories or dismiss; acts everywhere within the consumers' lag."""
    principal = await unit.get(Principal, principal_id, "staff:manage", under=True)
    if command.roles & GRANTED_ELSEWHERE - frozenset(principal.roles):
        raise role_not_given_by_hand()
    await _check_organisations(command.organisation_ids, unit)
    _check_territories(command.territories, unit.regions)
    known = principal.authority
    wanted = Authority(
        roles=command.roles,
        organisation_ids=command.organisation_ids,
        territories=command.territories,
        child_ids=known.child_ids,
        specialist_id=known.specialist_id,
        active=command.active,
    )
    if wanted != known:
        principal.entrust(wanted)
    return principal


async def load_directory(
    pack: str, content: DirectoryPack, region: Region | None, issuer: str, unit: Unit
) -> tuple[int, int]:
    """Bring organisations and staff in line with a pack; repeatable. How many organisations and people changed.

    What an administrator changed since stays, until the pack's own entry changes. Who left the pack is dismissed.
    """
    if region and (lost := content.misplaced(region)):
        raise ValueError(f"{pack}: territories without a sector: {', '.join(lost)} (D0-02)")
    known = await _locked(Organisation, pack, unit)
    organisations = [_register(pack, entry, known, unit) for entry in content.organisations]
    employed = await _locked(Principal, pack, unit)
    people = [_employ(pack, entry, content, region, issuer, employed, unit) for entry in content.staff]
    await unit.session.flush()
    await load_agreements(pack, content, unit)
    await load_resources(pack, content, unit)
    return sum(organisations), sum(people) + await _dismiss_others(pack, content, unit)


def _register(pack: str, entry: OrganisationEntry, known: Mapping[UUID, Organisation], unit: Unit) -> bool:
    organisation = _known_or_new(Organisation, named_id("organisation", f"{pack}/{entry.code}"), known, unit)
    pack_print = hashlib.sha256(entry.model_dump_json().encode()).hexdigest()
    if organisation.pack_print == pack_print:
        return False
    organisation.pack_print = pack_print
    organisation.offices = [_office(pack, organisation.id, office) for office in entry.offices]
    return organisation.register(columns(pack, entry))


def columns(pack: str, entry: OrganisationEntry) -> dict[str, Any]:
    """An organisation as its row keeps it; territories in full."""
    return {
        "code": f"{pack}/{entry.code}",
        "region": pack,
        "territory": f"{pack}/{entry.territory}",
        "title": entry.title,
        "roles": sorted(entry.roles),
        "serves": [pack] if entry.whole_region else sorted(f"{pack}/{served}" for served in entry.serves),
        "age_bands": sorted(entry.age_bands),
        "address": entry.address,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "phone": entry.phone,
        "email": entry.email,
        "site": entry.site,
        "director": entry.director,
        "themes": sorted(entry.themes),
        "gives": list(entry.gives),
        "active": True,
    }


def _office(pack: str, organisation_id: UUID, entry: OfficeEntry) -> Office:
    told = entry.model_dump() | {"territory": f"{pack}/{entry.territory}"}
    return Office(organisation_id=organisation_id, **told)


def _employ(
    pack: str,
    entry: StaffEntry,
    content: DirectoryPack,
    region: Region | None,
    issuer: str,
    known: Mapping[UUID, Principal],
    unit: Unit,
) -> bool:
    person = _known_or_new(Principal, named_id("principal", f"{pack}/{entry.login}"), known, unit)
    digest = subject_digest(issuer, entry.subject or entry.login)
    sector = territories_of(entry.login, region, content) if region else frozenset()
    told = f"{digest}\n{entry.model_dump_json()}" + (f"\n{sorted(sector)}" if sector else "")
    pack_print = hashlib.sha256(told.encode()).hexdigest()
    if person.pack_print == pack_print:
        return False
    authority = _authority(pack, entry, region, sector)
    person.subject_digest, person.name, person.position = digest, entry.name, entry.position
    person.region, person.territory, person.pack_print = pack, pack, pack_print
    person.organisation_id = next(iter(authority.organisation_ids), None)
    person.entrust(authority)
    return True


def _authority(pack: str, entry: StaffEntry, region: Region | None, sector: frozenset[str]) -> Authority:
    organisation = named_id("organisation", f"{pack}/{entry.organisation}") if entry.organisation else None
    whole = {pack, *(f"{pack}/{t.code}" for t in region.territories)} if region and entry.whole_region else set()
    return Authority(
        roles=entry.roles,
        organisation_ids=frozenset({organisation} if organisation else ()),
        territories=frozenset(whole | sector | {f"{pack}/{code}" for code in entry.territories}),
        specialist_id=named_id("specialist", f"{pack}/{entry.login}") if entry.specialist else None,
    )


async def _dismiss_others(pack: str, content: DirectoryPack, unit: Unit) -> int:
    kept = [named_id("principal", f"{pack}/{entry.login}") for entry in content.staff]
    gone = select(Principal).where(Principal.region == pack, Principal.active, Principal.id.not_in(kept))
    people = (await unit.session.scalars(gone.with_for_update())).all()
    for person in people:
        person.pack_print = None
        person.entrust(Authority(roles=frozenset(), active=False))
    return len(people)


async def _locked(model: type[A], pack: str, unit: Unit) -> Mapping[UUID, A]:
    """Everything of the pack at once: a region has dozens of operators."""
    rows = await unit.session.scalars(select(model).where(model.region == pack).with_for_update())
    return {row.id: row for row in rows}


def _known_or_new(model: type[A], id: UUID, known: Mapping[UUID, A], unit: Unit) -> A:
    found = known.get(id)
    if found is None:
        found = model(id=id)
        unit.session.add(found)
    return found


async def _check_organisations(wanted: frozenset[UUID], unit: Unit) -> None:
    known = set(await unit.session.scalars(select(Organisation.id).where(Organisation.id.in_(wanted))))
    if wanted - known:
        raise _unknown("organisation_unknown", "organisation_ids", "Такой организации нет.", "No such organisation.")


def _check_territories(wanted: frozenset[str], regions: Mapping[str, Region]) -> None:
    known = {code for region in regions.values() for code in (region.code, *_codes(region))}
    if wanted - known:
        raise _unknown("territory_unknown", "territories", "Такой территории нет.", "No such territory.")


def _codes(region: Region) -> list[str]:
    return [f"{region.code}/{territory.code}" for territory in region.territories]


def _unknown(slug: str, field: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field)


def role_not_given_by_hand() -> DomainError:
    return DomainError(
        "role_not_given_by_hand",
        Kind.INVALID,
        ru="Эту роль нельзя назначить вручную: семья получает её по одноразовому коду.",
        en="This role is not given by hand: a family gets it by a one-time code.",
        field="roles",
    )
