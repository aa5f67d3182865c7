"""The HTTP door of portal accounts."""

from __future__ import annotations

from uuid import UUID

from chassis.http import Router, UnitDep
from fastapi import Request, Response

from intake.accounts import commands, queries
from intake.accounts.commands import BindAccount, IssueCode, IssuedCode
from intake.accounts.queries import AccountView
from intake.rates import limited_by

router = Router(tags=["accounts"])


@router.post(
    "/accounts",
    permission="account:register",
    status_code=201,
    responses={200: {"model": AccountView, "description": "The account was there already."}},
    route_class_override=limited_by("account_rate"),
)
async def register_account(unit: UnitDep, response: Response) -> AccountView:
    """Register the caller's portal account; repeated, it is the same account (D0-13)."""
    account, new = await commands.register_account(unit)
    response.status_code = 201 if new else 200
    return await queries.account_view(account, unit)


@router.get("/accounts/me", permission="account:read")
async def get_own_account(unit: UnitDep) -> AccountView:
    """Show the caller's own account: roles, organisations and the children it is bound to."""
    return await queries.me(unit)


@router.post(
    "/accounts/me/bindings",
    permission="account:bind",
    status_code=201,
    route_class_override=limited_by("binding_rate"),
)
async def bind_account(command: BindAccount, unit: UnitDep, request: Request) -> AccountView:
    """Bind the account to a child with the one-time code the family was given (D0-15)."""
    account = await commands.bind_account(command, request.app.state.runtime.database.dsn, unit)
    return await queries.account_view(account, unit)


@router.post("/applications/{application_id}/binding-code", permission="application:bind", status_code=201)
async def issue_binding_code(application_id: UUID, command: IssueCode, unit: UnitDep) -> IssuedCode:
    """Issue a one-time code for the family of an application, by letter or after its documents were seen."""
    return await commands.issue_code(application_id, command, unit)
