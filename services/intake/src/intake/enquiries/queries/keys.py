"""The key anonymous words of an organisation are sealed under."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.sealed import PersonKey
from sqlalchemy import text

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('intake.organisation_key:' || :organisation))")


async def organisation_key(organisation_id: UUID, unit: Unit) -> PersonKey:
    """The key of an organisation's anonymous entries, made with the first one."""
    try:
        return await unit.keys.get(organisation_id)
    except DomainError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
    await unit.session.execute(_ONE_AT_A_TIME, {"organisation": str(organisation_id)})
    try:
        return await unit.keys.get(organisation_id)
    except DomainError:
        return await unit.keys.create(organisation_id)
