"""Credentials of agencies' systems: registered and changed by the administrator; a secret is shown once."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import BaseModel, Field

from intake.agencies.commands.verify_message import GRACE, locked, new_secret
from intake.agencies.model import AgencyEndpoint
from intake.agencies.queries import EndpointView, view
from intake.agencies.target import check_url
from intake.directory.queries.organisations import organisation
from intake.finding.referrals_pack import ReferralsPack
from intake.particulars.examples import ORGANISATION, REGION, shown


class RegisterEndpoint(BaseModel):
    model_config = shown(region=REGION, organisation_id=ORGANISATION, callback_url="https://agency.example/marshrut")

    id: UUID | None = None
    region: Code
    organisation_id: UUID
    callback_url: str | None = Field(None, max_length=500)


class ChangeEndpoint(BaseModel):
    """``new_secret``: another secret; the earlier one holds for a day more."""

    model_config = shown(callback_url="https://agency.example/marshrut", active=True, new_secret=True)

    callback_url: str | None = Field(None, max_length=500)
    active: bool = True
    new_secret: bool = False


async def register_endpoint(command: RegisterEndpoint, unit: Unit) -> EndpointView:
    """Give an agency's system its signing secret."""
    found = await organisation(command.organisation_id, command.region, unit)
    pack = unit.packs.of(ReferralsPack, command.region)
    if command.callback_url:
        check_url(command.callback_url, found.code if found else None, pack)
    endpoint_id, secret = command.id or unit.new_id(), new_secret()
    endpoint = AgencyEndpoint(
        id=endpoint_id,
        region=command.region,
        organisation_id=command.organisation_id,
        callback_url=command.callback_url,
        secret=locked(secret, endpoint_id, unit.settings.key_encryption_key),
        active=True,
        registered_at=unit.now,
    )
    unit.session.add(endpoint)
    await unit.session.flush()
    return await view(endpoint, secret, unit)


async def change_endpoint(endpoint_id: UUID, command: ChangeEndpoint, unit: Unit) -> EndpointView:
    """Change address or secret, or shut the door."""
    endpoint = await unit.get(AgencyEndpoint, endpoint_id, "agency_endpoint:change", under=True)
    if command.callback_url:
        found = await organisation(endpoint.organisation_id, endpoint.region, unit)
        check_url(command.callback_url, found.code if found else None, unit.packs.of(ReferralsPack, endpoint.region))
    endpoint.callback_url, endpoint.active = command.callback_url, command.active
    secret = None
    if command.new_secret:
        secret = new_secret()
        endpoint.earlier_secret, endpoint.earlier_until = endpoint.secret, unit.now + GRACE
        endpoint.secret = locked(secret, endpoint.id, unit.settings.key_encryption_key)
    await unit.session.flush()
    return await view(endpoint, secret, unit)
