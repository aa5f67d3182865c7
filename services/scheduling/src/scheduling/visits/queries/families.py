"""Personal data opened at use: where a family lives, whom to call. Nothing opened is ever stored."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from chassis.errors import DomainError
from chassis.work import Unit
from contracts.cases import ProgrammeApproved
from contracts.event import Event
from contracts.intake import ApplicationSubmitted
from contracts.personal import Address, Contact
from contracts.sealed import Sealed, place, unseal
from pydantic import BaseModel

from scheduling.pack import Spot
from scheduling.resources.model import Request
from scheduling.roster import Roster
from scheduling.visits.model import Demand

M = TypeVar("M", bound=BaseModel)


class Home(NamedTuple):
    """Where to drive. ``estimated``: no coordinates were known, so the territory's centre stands for them."""

    spot: Spot
    estimated: bool


async def home(unit: Unit, demand: Demand, roster: Roster) -> Home:
    """The place of a family on the map."""
    address = await address_of(unit, demand)
    if address and address.latitude is not None and address.longitude is not None:
        return Home(Spot(latitude=address.latitude, longitude=address.longitude), False)
    return Home(centre(unit, roster, demand.territory), True)


def centre(unit: Unit, roster: Roster, territory: str) -> Spot:
    """The centre of a territory; of the region's first one where nothing better is known."""
    region = unit.regions[roster.region]
    known = [region.territory(territory.removeprefix(f"{roster.region}/")), *region.territories]
    for entry in known:
        if entry and entry.latitude is not None and entry.longitude is not None:
            return Spot(latitude=entry.latitude, longitude=entry.longitude)
    return next(iter(roster.brigades.values())).base


async def address_of(unit: Unit, demand: Demand) -> Address | None:
    """The family's address, or none where it is unknown or the person was erased."""
    return await _open(unit, demand.address, Address, ProgrammeApproved, "address", demand.programme_id)


async def contact_of(unit: Unit, demand: Demand | None, request: Request | None) -> Contact | None:
    """Whom to call: the programme's contact, else the application's."""
    if demand is not None and demand.contact is not None:
        return await _open(unit, demand.contact, Contact, ProgrammeApproved, "contact", demand.programme_id)
    if request is not None:
        return await _open(unit, request.contact, Contact, ApplicationSubmitted, "contact", request.id)
    return None


async def _open(
    unit: Unit, value: dict[str, Any] | None, model: type[M], fact: type[Event], field: str, aggregate_id: UUID
) -> M | None:
    if value is None:
        return None
    sealed = Sealed[model].model_validate(value)  # type: ignore[valid-type]
    try:
        key = await unit.keys.get(sealed.key_id)
    except DomainError as error:
        if error.slug == "person_erased":
            return None
        raise
    opened: M = unseal(sealed, model, key, place(fact.fact_name(), field, aggregate_id))
    return opened
