"""Organisations as other rooms name them."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import invalid
from chassis.work import Unit

from intake.directory.model.directory import Organisation


async def organisation(id: UUID | None, region: str, unit: Unit, field: str = "organisation_id") -> Organisation | None:
    """An active organisation of the region; refuses an unknown one with its ``field``, None for None."""
    if id is None:
        return None
    found = await unit.session.get(Organisation, id)
    if found is None or not found.active or found.region != region:
        raise invalid("organisation_unknown", field, "Такой организации нет.", "No such body.")
    return found
