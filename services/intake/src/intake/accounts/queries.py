"""What an account may ask about itself."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import select

from intake.accounts.commands import own_account
from intake.accounts.model import Binding, Preference
from intake.directory.model.directory import Organisation, Principal


class BoundChild(BaseModel):
    child_id: UUID
    representative_id: UUID
    application_id: UUID


class OwnOrganisation(BaseModel):
    id: UUID
    code: str
    title: str


class AccountView(BaseModel):
    """Who the directory takes the caller for."""

    id: UUID
    name: str | None
    position: str | None
    roles: list[str]
    organisations: list[OwnOrganisation]
    territories: list[str]
    children: list[BoundChild]
    specialist_id: UUID | None
    low_vision: bool
    """Pages and documents come in large letters (D0-16)."""


async def me(unit: Unit) -> AccountView:
    """The caller's own account; 404 before it is registered."""
    account = await own_account(unit)
    if account is None or not account.active:
        raise not_found()
    return await account_view(account, unit)


async def account_view(account: Principal, unit: Unit) -> AccountView:
    """An account with its organisations and children."""
    await unit.session.flush()
    named = select(Organisation).where(Organisation.id.in_(account.organisation_ids)).order_by(Organisation.code)
    bound = select(Binding).where(Binding.principal_id == account.id).order_by(Binding.bound_at)
    return AccountView(
        id=account.id,
        name=account.name,
        position=account.position,
        roles=account.roles,
        organisations=[
            OwnOrganisation(id=found.id, code=found.code, title=found.title)
            for found in await unit.session.scalars(named)
        ],
        territories=account.territories,
        children=[
            BoundChild(
                child_id=row.child_id, representative_id=row.representative_id, application_id=row.application_id
            )
            for row in await unit.session.scalars(bound)
        ],
        specialist_id=account.specialist_id,
        low_vision=await reads_large(account.id, unit),
    )


async def reads_large(principal_id: UUID, unit: Unit) -> bool:
    """Whether pages and documents of this account come in large letters."""
    found = await unit.session.get(Preference, principal_id)
    return found is not None and found.low_vision
