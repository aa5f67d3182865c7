"""The HTTP door of outreach."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import ListQueryDep, Page, PageQueryDep, Router, UnitDep
from contracts.identifiers import ContactStep
from fastapi import Body, Query, Response

from intake.outreach.commands import climb_ladder, file_application
from intake.outreach.commands import name_finders as finding
from intake.outreach.commands.file_application import FileApplication
from intake.outreach.commands.form import (
    DoStage,
    Held,
    LetterCame,
    OpenOutreach,
    PostLetter,
    RecordContact,
    Survey,
    WithReason,
)
from intake.outreach.commands.name_finders import AssignOutreach, NameFinders
from intake.outreach.queries import outreach, proofs
from intake.outreach.queries.cards import FiledApplication, FinderView, OutreachCard, OutreachLine
from intake.outreach.queries.outreach import ORDER, Filter
from intake.outreach.queries.proofs import Period

router = Router(tags=["outreach"])


@router.get("/outreaches", permission="outreach:read", sort=ORDER)
async def list_outreaches(
    wanted: Annotated[Filter, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[OutreachLine]:
    """List the families that were found and how far their ladder is climbed (D3-14)."""
    return await outreach.outreaches(wanted, paging, unit)


@router.post("/outreaches", permission="outreach:open", status_code=201)
async def open_outreach(command: OpenOutreach, unit: UnitDep) -> OutreachCard:
    """Put a family on the ladder that was found without a referral or an extract."""
    return await outreach.card(await climb_ladder.open_by_hand(command, unit), unit)


@router.get("/outreaches/{outreach_id}", permission="outreach:read")
async def get_outreach(outreach_id: UUID, unit: UnitDep) -> OutreachCard:
    """Show one family that was found, every step and attempt."""
    return await outreach.outreach_card(outreach_id, unit)


@router.post("/outreaches/{outreach_id}/assign", permission="outreach:assign")
async def assign_outreach(outreach_id: UUID, command: AssignOutreach, unit: UnitDep) -> OutreachCard:
    """Choose who is responsible for the family (D3-13)."""
    return await outreach.card(await finding.assign(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/calls", permission="outreach:work", status_code=201)
async def record_outreach_call(outreach_id: UUID, command: RecordContact, unit: UnitDep) -> OutreachCard:
    """Record a telephone call to the family (D3-15)."""
    climbed = await climb_ladder.record_contact(outreach_id, ContactStep.PHONE, command, unit)
    return await outreach.card(climbed, unit)


@router.post("/outreaches/{outreach_id}/visits", permission="outreach:work", status_code=201)
async def record_outreach_visit(outreach_id: UUID, command: RecordContact, unit: UnitDep) -> OutreachCard:
    """Record a visit to the family (D3-15)."""
    climbed = await climb_ladder.record_contact(outreach_id, ContactStep.VISIT, command, unit)
    return await outreach.card(climbed, unit)


@router.post("/outreaches/{outreach_id}/letters", permission="outreach:work", status_code=201)
async def post_outreach_letter(outreach_id: UUID, command: PostLetter, unit: UnitDep) -> OutreachCard:
    """Record a letter with its tracking number (D3-15, D3-18)."""
    return await outreach.card(await climb_ladder.post_letter(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/letters/{letter_id}/outcome", permission="outreach:work")
async def record_letter_outcome(outreach_id: UUID, letter_id: UUID, command: LetterCame, unit: UnitDep) -> OutreachCard:
    """Record whether a letter was delivered."""
    return await outreach.card(await climb_ladder.letter_came(outreach_id, letter_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/skip", permission="outreach:work")
async def skip_outreach_step(outreach_id: UUID, command: WithReason, unit: UnitDep) -> OutreachCard:
    """Skip a step of the ladder for a reason of the region."""
    return await outreach.card(await climb_ladder.skip(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/break-off", permission="outreach:work")
async def break_off_outreach(outreach_id: UUID, command: WithReason, unit: UnitDep) -> OutreachCard:
    """End outreach for a reason of the region."""
    return await outreach.card(await climb_ladder.break_off(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/meeting", permission="outreach:work")
async def record_outreach_meeting(
    outreach_id: UUID, unit: UnitDep, command: Annotated[Held | None, Body()] = None
) -> OutreachCard:
    """Record that the agreed meeting took place (D3-16)."""
    return await outreach.card(await climb_ladder.hold_meeting(outreach_id, command or Held(), unit), unit)


@router.post("/outreaches/{outreach_id}/missed-meeting", permission="outreach:work")
async def record_missed_meeting(outreach_id: UUID, unit: UnitDep) -> OutreachCard:
    """Record that nobody came to the agreed meeting."""
    climbed = await climb_ladder.miss_meeting(outreach_id, unit)
    return await outreach.card(climbed, unit)


@router.post("/outreaches/{outreach_id}/survey", permission="outreach:work", status_code=201)
async def record_needs_survey(outreach_id: UUID, command: Survey, unit: UnitDep) -> OutreachCard:
    """Enter the list of measures the family needs, on the day of the meeting (D3-21)."""
    return await outreach.card(await climb_ladder.enter_survey(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/stages", permission="outreach:work", status_code=201)
async def record_outreach_stage(outreach_id: UUID, command: DoStage, unit: UnitDep) -> OutreachCard:
    """Record a stage the family has gone through after the survey."""
    return await outreach.card(await climb_ladder.do_stage(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/application", permission="outreach:work", status_code=201)
async def file_outreach_application(outreach_id: UUID, command: FileApplication, unit: UnitDep) -> FiledApplication:
    """File the application that was agreed on; it goes the way of every application (D3-17)."""
    outreach, filed = await file_application.file_application(outreach_id, command, unit)
    return FiledApplication(
        outreach_id=outreach.id,
        application_id=filed.id,
        number=filed.number,
        status_token=filed.status_token,
        status_url=filed.status_url,
    )


@router.get("/notification-proofs", permission="outreach:export", files=["text/csv"])
async def get_notification_proofs(wanted: Annotated[Period, Query()], unit: UnitDep) -> Response:
    """Download the proofs of notification in the layout of the regional system (D3-18)."""
    headers = {"Content-Disposition": f'attachment; filename="{proofs.LAYOUT}.csv"'}
    return Response(await proofs.proof_file(wanted, unit), media_type="text/csv", headers=headers)


@router.get("/finders", permission="finder:read")
async def list_finders(unit: UnitDep, paging: ListQueryDep, organisation_id: UUID | None = None) -> Page[FinderView]:
    """List who is responsible for finding families (D3-13)."""
    return await outreach.finders(organisation_id, paging, unit)


@router.put("/finders/{organisation_id}", permission="finder:change")
async def name_finders(
    organisation_id: UUID, command: NameFinders, paging: ListQueryDep, unit: UnitDep
) -> Page[FinderView]:
    """Name who is responsible for finding families at an operator; the answer lists them (D3-13)."""
    await finding.name_finders(organisation_id, command, unit)
    return await outreach.finders(organisation_id, paging, unit)
