"""What can be done with portal accounts: register, hand out a code, bind."""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from chassis.data.context import AccessContext
from chassis.errors import DomainError, Kind, not_found
from chassis.work import Unit
from contracts.access import Role
from contracts.identifiers import named_id
from contracts.intake import AccountBound
from pydantic import BaseModel, Field
from sqlalchemy import update

from intake.accounts.model import MAX_ATTEMPTS, VALID_FOR, Binding, BindingCode, Preference, digest, new_code, parts
from intake.acting import act_as
from intake.applications.model.application import Application
from intake.applications.states import require_state
from intake.directory.model.directory import Authority, Principal
from intake.particulars.examples import shown
from intake.particulars.requests import acting_person

SETTINGS = ("principal", "roles", "organisations", "territories", "children", "token")


class IssueCode(BaseModel):
    """``documents_seen``: passport and birth certificate were shown to the person who asks for the code (D2-20)."""

    model_config = shown(documents_seen=True)

    documents_seen: bool


class IssuedCode(BaseModel):
    """Shown once, to be handed over in person."""

    code: str
    expires_at: datetime


class BindAccount(BaseModel):
    model_config = shown(code="K7QF-2M9X")

    code: str = Field(min_length=1, max_length=40)


async def register_account(unit: Unit) -> tuple[Principal, bool]:
    """The account of the token's owner, and whether it is new. No role but ``account`` comes from a token."""
    found = await own_account(unit)
    if found is not None:
        return found, False
    subject = unit.actor.subject_digest
    if subject is None:
        raise not_found()
    account = Principal(id=unit.actor.id or account_id(subject), subject_digest=subject)
    account.entrust(Authority(roles=frozenset({Role.ACCOUNT})))
    unit.session.add(account)
    return account, True


async def issue_code(application_id: UUID, command: IssueCode, unit: Unit) -> IssuedCode:
    """A one-time code for the family, by staff who saw the documents; earlier codes of the application end."""
    application = await unit.get(Application, application_id, "application:bind", under=True)
    require_state("bind", application.state)
    if not command.documents_seen:
        raise documents_not_seen()
    code = new_code()
    selector, secret = parts(code) or ("", "")
    issued = BindingCode(
        selector=selector,
        digest=await asyncio.to_thread(digest, selector, secret),
        application_id=application.id,
        child_id=application.child_id,
        representative_id=application.representative_id,
        way="code_in_person",
        issued_by=acting_person(unit),
        issued_at=unit.now,
        expires_at=unit.now + VALID_FOR,
    )
    earlier = update(BindingCode).where(BindingCode.application_id == application.id, BindingCode.revoked_at.is_(None))
    await unit.session.execute(earlier.values(revoked_at=unit.now))
    unit.session.add(issued)
    return IssuedCode(code=code, expires_at=issued.expires_at)


async def bind_account(command: BindAccount, dsn: str, unit: Unit) -> Principal:
    """Bind the account to the representative the code was issued for. An equal e-mail or name binds nothing."""
    account, _ = await register_account(unit)
    code = await _redeemed(command.code, dsn, unit)
    known = account.authority
    if code.child_id in known.child_ids:
        return account
    account.record(
        AccountBound(
            principal_id=account.id,
            representative_id=code.representative_id,
            child_id=code.child_id,
            way="code_in_person",
            bound_at=unit.now,
        )
    )
    account.entrust(
        Authority(
            roles=known.roles | {Role.FAMILY},
            organisation_ids=known.organisation_ids,
            territories=known.territories,
            child_ids=known.child_ids | {code.child_id},
            specialist_id=known.specialist_id,
        )
    )
    binding = Binding(
        principal_id=account.id,
        child_id=code.child_id,
        representative_id=code.representative_id,
        application_id=code.application_id,
        way=code.way,
        bound_at=unit.now,
    )
    unit.session.add_all([account, binding])
    return account


async def own_account(unit: Unit) -> Principal | None:
    """The principal behind the token, also in the moment before its event has come round."""
    if unit.actor.subject_digest is None:
        return None
    principal_id = unit.actor.id or account_id(unit.actor.subject_digest)
    await act_as(unit.session, principal_id)
    return await unit.session.get(Principal, principal_id, with_for_update=unit.writes)


def account_id(subject: str) -> UUID:
    """The id of a self-registered account; follows from the token's owner, so registering twice is one account."""
    return named_id("account", subject)


async def _redeemed(written: str, dsn: str, unit: Unit) -> BindingCode:
    """The code, used up; one refusal for whatever is wrong with it, so that guessing teaches nothing."""
    typed = parts(written)
    if typed is None or not await _attempt(typed[0], dsn, unit.now):
        raise code_refused()
    code = await unit.session.get(BindingCode, typed[0], with_for_update=True)
    given = await asyncio.to_thread(digest, *typed)
    if code is None or code.used_at or not hmac.compare_digest(code.digest, given):
        raise code_refused()
    code.used_at = unit.now
    return code


_CONTEXT = "SELECT " + ", ".join(f"set_config('app.{name}', ${n}, true)" for n, name in enumerate(SETTINGS, 1))
_ATTEMPT = """
UPDATE binding_codes SET attempts = attempts + 1
WHERE selector = $1 AND attempts < $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3
RETURNING true
"""


async def _attempt(selector: str, dsn: str, now: datetime) -> bool:
    """Count the attempt in its own transaction: a refusal rolls back, and must count all the same.

    On a connection of its own: one of the pool, beside the one the request holds, could wait for itself under load.
    """
    context = AccessContext(principal_id=None, roles=frozenset({Role.ACCOUNT})).settings()
    connection: Any = await asyncpg.connect(dsn)  # type: ignore[no-untyped-call]
    try:
        async with connection.transaction():
            await connection.execute(_CONTEXT, *(context[name] for name in SETTINGS))
            return bool(await connection.fetchval(_ATTEMPT, selector, MAX_ATTEMPTS, now))
    finally:
        await connection.close()


def documents_not_seen() -> DomainError:
    return DomainError(
        "documents_not_seen",
        Kind.INVALID,
        ru="Код выдают после того, как увидели паспорт и свидетельство о рождении.",
        en="A code is handed out after passport and birth certificate were seen.",
        field="documents_seen",
    )


def code_refused() -> DomainError:
    return DomainError(
        "code_refused",
        Kind.INVALID,
        ru="Код не подходит или больше не действует. Попросите специалиста выдать новый.",
        en="The code is wrong or no longer valid. Ask for a new one.",
        field="code",
    )


class Prefer(BaseModel):
    model_config = shown(low_vision=True)

    low_vision: bool


async def prefer(command: Prefer, unit: Unit) -> Principal:
    """Keep the preference with the account, and with the status pages of its children's applications."""
    account = await recognised(unit)
    await unit.session.merge(Preference(principal_id=account.id, low_vision=command.low_vision, changed_at=unit.now))
    pages = update(Application).where(Application.child_id.in_(account.child_ids))
    await unit.session.execute(pages.values(low_vision=command.low_vision))
    return account


async def recognised(unit: Unit) -> Principal:
    """The caller's own account, under a lock when the unit writes; refused where there is none."""
    account = await own_account(unit)
    if account is None or not account.active:
        raise account_missing()
    return account


async def known_account(unit: Unit) -> UUID | None:
    """The id of an account that has just registered, before the directory's event has come round."""
    account = await own_account(unit)
    return account.id if account and account.active else None


def account_missing() -> DomainError:
    return DomainError(
        "account_missing",
        Kind.CONFLICT,
        ru="Сначала зарегистрируйте кабинет.",
        en="Register your account first.",
    )
