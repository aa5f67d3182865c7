"""The HTTP door of referrals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query, Request, Response

from intake.agencies.commands.verify_message import signed
from intake.finding.referrals_pack import RoadMap
from intake.referrals.commands import answer_referral, submit_signal
from intake.referrals.commands.answer_referral import Complete, Decline, RelayAnswer, Revoke
from intake.referrals.commands.form import AgencySignal, RegisterReferral
from intake.referrals.queries import referrals
from intake.referrals.queries.cards import ReferralCard, ReferralForm, ReferralLine
from intake.referrals.queries.referrals import REFERRALS, ReferralFilter

router = Router(tags=["referrals"])


@router.get("/regions/{region}/road-map", permission="form:read")
async def get_road_map(region: str, unit: UnitDep) -> RoadMap:
    """Show the interagency road map of the region: who tells whom of a family, and by when (D2-06)."""
    return referrals.road_map(region, unit.packs)


@router.get("/regions/{region}/referral-form", permission="form:read")
async def get_referral_form(region: str, unit: UnitDep) -> ReferralForm:
    """Show what a referral of the region may say: kinds, departments, forms of help, grounds and reasons."""
    return referrals.referral_form(region, unit.packs)


@router.get("/referrals", permission="referral:read", sort=REFERRALS)
async def list_referrals(
    wanted: Annotated[ReferralFilter, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[ReferralLine]:
    """List the referrals the caller may see, those sent and those received."""
    return await referrals.referrals(wanted, paging, unit)


@router.post("/referrals", permission="referral:register", status_code=201)
async def register_referral(command: RegisterReferral, unit: UnitDep) -> ReferralCard:
    """Enter a referral by hand: one that came by letter or phone, one of the brigade, or one we send (D3-07, D3-15)."""
    return await referrals.card(await answer_referral.register_referral(command, unit), unit)


@router.get("/referrals/{referral_id}", permission="referral:read")
async def get_referral(referral_id: UUID, unit: UnitDep) -> ReferralCard:
    """Show one referral with what it tells of the family."""
    return await referrals.referral_card(referral_id, unit)


@router.post("/referrals/{referral_id}/accept", permission="referral:accept")
async def accept_referral(referral_id: UUID, unit: UnitDep) -> ReferralCard:
    """Accept a referral; where its kind says so, outreach to the family opens."""
    return await referrals.card(await answer_referral.accept(referral_id, unit), unit)


@router.post("/referrals/{referral_id}/decline", permission="referral:decline")
async def decline_referral(referral_id: UUID, command: Decline, unit: UnitDep) -> ReferralCard:
    """Decline a referral for a reason of the region's list; the sender learns of it."""
    return await referrals.card(await answer_referral.decline(referral_id, command, unit), unit)


@router.post("/referrals/{referral_id}/revoke", permission="referral:revoke")
async def revoke_referral(referral_id: UUID, command: Revoke, unit: UnitDep) -> ReferralCard:
    """Take back a referral we sent; its receiver learns of it and outreach that only it asked for ends."""
    return await referrals.card(await answer_referral.revoke(referral_id, command, unit), unit)


@router.post("/referrals/{referral_id}/complete", permission="referral:complete")
async def complete_referral(referral_id: UUID, command: Complete, unit: UnitDep) -> ReferralCard:
    """Finish an accepted referral with its result."""
    return await referrals.card(await answer_referral.complete(referral_id, command, unit), unit)


@router.post("/referrals/{referral_id}/relayed-answer", permission="referral:relay")
async def relay_referral_answer(referral_id: UUID, command: RelayAnswer, unit: UnitDep) -> ReferralCard:
    """Enter the answer a receiver without an account gave to a referral of ours."""
    return await referrals.card(await answer_referral.relay_answer(referral_id, command, unit), unit)


@router.post(
    "/agency/referrals",
    permission="referral:submit",
    status_code=201,
    rate="600/minute",
    responses={200: {"model": ReferralLine, "description": "The message was taken before."}},
)
async def submit_agency_referral(
    command: AgencySignal, request: Request, unit: UnitDep, response: Response
) -> ReferralLine:
    """Take a referral of an agency's own system: a signed message, taken once however often it comes (D2-07)."""
    referral, new = await submit_signal.submit_signal(command, await signed(request, unit), unit)
    response.status_code = 201 if new else 200
    return await referrals.referral_line(referral, unit)
