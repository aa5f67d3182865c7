"""The HTTP door of outreach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from contracts.identifiers import ContactStep
from fastapi import Body, Query, Response

from intake.outreach import commands, leading, proofs, queries
from intake.outreach import finders as finding
from intake.outreach.commands import (
    DoStage,
    Held,
    LetterCame,
    OpenOutreach,
    PostLetter,
    RecordContact,
    Survey,
    WithReason,
)
from intake.outreach.finders import Assign, NameFinders
from intake.outreach.leading import FileApplication
from intake.outreach.proofs import Period
from intake.outreach.queries import Filter
from intake.outreach.views import FiledApplication, FinderView, OutreachCard, OutreachLine
from intake.particulars.requests import Versioned

router = Router(tags=["outreach"])


@router.get("/outreaches", permission="outreach:read")
async def outreaches(wanted: Annotated[Filter, Query()], paging: PageQueryDep, unit: UnitDep) -> Page[OutreachLine]:
    return await queries.outreaches(wanted, paging, unit)


@router.post("/outreaches", permission="outreach:open", status_code=201)
async def open_outreach(command: OpenOutreach, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.open_by_hand(command, unit), unit)


@router.get("/outreaches/{outreach_id}", permission="outreach:read")
async def outreach_card(outreach_id: UUID, unit: UnitDep) -> OutreachCard:
    return await queries.outreach_card(outreach_id, unit)


@router.post("/outreaches/{outreach_id}/assign", permission="outreach:assign")
async def assign(outreach_id: UUID, command: Assign, unit: UnitDep) -> OutreachCard:
    return await queries.card(await finding.assign(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/calls", permission="outreach:work", status_code=201)
async def call(outreach_id: UUID, command: RecordContact, unit: UnitDep) -> OutreachCard:
    outreach = await commands.record_contact(outreach_id, ContactStep.PHONE, command, unit)
    return await queries.card(outreach, unit)


@router.post("/outreaches/{outreach_id}/visits", permission="outreach:work", status_code=201)
async def visit(outreach_id: UUID, command: RecordContact, unit: UnitDep) -> OutreachCard:
    outreach = await commands.record_contact(outreach_id, ContactStep.VISIT, command, unit)
    return await queries.card(outreach, unit)


@router.post("/outreaches/{outreach_id}/letters", permission="outreach:work", status_code=201)
async def letter(outreach_id: UUID, command: PostLetter, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.post_letter(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/letters/{letter_id}/outcome", permission="outreach:work")
async def letter_outcome(outreach_id: UUID, letter_id: UUID, command: LetterCame, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.letter_came(outreach_id, letter_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/skip", permission="outreach:work")
async def skip(outreach_id: UUID, command: WithReason, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.skip(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/break-off", permission="outreach:work")
async def break_off(outreach_id: UUID, command: WithReason, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.break_off(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/meeting", permission="outreach:work")
async def meeting(outreach_id: UUID, unit: UnitDep, command: Annotated[Held | None, Body()] = None) -> OutreachCard:
    return await queries.card(await commands.hold_meeting(outreach_id, command or Held(), unit), unit)


@router.post("/outreaches/{outreach_id}/missed-meeting", permission="outreach:work")
async def missed(outreach_id: UUID, unit: UnitDep, command: Annotated[Versioned | None, Body()] = None) -> OutreachCard:
    outreach = await commands.miss_meeting(outreach_id, command or Versioned(), unit)
    return await queries.card(outreach, unit)


@router.post("/outreaches/{outreach_id}/survey", permission="outreach:work", status_code=201)
async def survey(outreach_id: UUID, command: Survey, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.enter_survey(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/stages", permission="outreach:work", status_code=201)
async def stage(outreach_id: UUID, command: DoStage, unit: UnitDep) -> OutreachCard:
    return await queries.card(await commands.do_stage(outreach_id, command, unit), unit)


@router.post("/outreaches/{outreach_id}/application", permission="outreach:work", status_code=201)
async def application(outreach_id: UUID, command: FileApplication, unit: UnitDep) -> FiledApplication:
    outreach, filed = await leading.file_application(outreach_id, command, unit)
    return FiledApplication(
        outreach_id=outreach.id,
        application_id=filed.id,
        number=filed.number,
        status_token=filed.status_token,
        status_url=filed.status_url,
    )


@router.get("/notification-proofs", permission="outreach:export", files=["text/csv"])
async def notification_proofs(wanted: Annotated[Period, Query()], unit: UnitDep) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{proofs.LAYOUT}.csv"'}
    return Response(await proofs.proof_file(wanted, unit), media_type="text/csv", headers=headers)


@router.get("/finders", permission="finder:read")
async def finders(unit: UnitDep, organisation_id: UUID | None = None) -> Sequence[FinderView]:
    return await queries.finders(organisation_id, unit)


@router.put("/finders/{organisation_id}", permission="finder:change")
async def name_finders(organisation_id: UUID, command: NameFinders, unit: UnitDep) -> Sequence[FinderView]:
    named = await finding.name_finders(organisation_id, command, unit)
    return [FinderView.model_validate(row) for row in named]
