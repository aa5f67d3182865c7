"""The HTTP door of enquiries."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import LARGEST_UPLOAD_BYTES, MediaType, read_upload
from contracts.identifiers import Code, EnquiryChannel
from fastapi import Body, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from intake.enquiries import aids, gateway, journal, page, public, queries
from intake.enquiries.commands import amend, answer, files, incoming, publish, register, thread, work
from intake.enquiries.commands.amend import Amend
from intake.enquiries.commands.answer import Answer, Told
from intake.enquiries.commands.form import RegisterEnquiry, SubmitEnquiry
from intake.enquiries.commands.publish import Draft, Publish, TakeDown
from intake.enquiries.commands.register import Registered
from intake.enquiries.commands.thread import Ask, ChooseChannel
from intake.enquiries.commands.work import Assign, Classify, Close, Serve
from intake.enquiries.competence import Candidate
from intake.enquiries.journal import JournalQuery, JournalRow
from intake.enquiries.printed import MEDIA_TYPES, Format, printed
from intake.enquiries.public import DraftView, PublicAnswerView
from intake.enquiries.queries import Filter
from intake.enquiries.records import FileKind
from intake.enquiries.views import EnquiryCard, EnquiryFileView, EnquiryLine, ThreadView
from intake.rates import limited_by

router = Router(tags=["enquiries"])
UPLOAD_BODY = LARGEST_UPLOAD_BYTES + 64 * 1024


@router.get("/regions/{region}/enquiry-form", permission="form:read")
async def enquiry_form(region: str, unit: UnitDep) -> aids.EnquiryForm:
    return aids.enquiry_form(region, unit)


@router.post(
    "/regions/{region}/enquiries",
    permission="enquiry:submit",
    status_code=201,
    route_class_override=limited_by("form_rate"),
)
async def submit(region: str, command: SubmitEnquiry, unit: UnitDep) -> Registered:
    return await register.submit_enquiry(region, command, unit)


@router.get("/question", permission="form:read", response_class=HTMLResponse, include_in_schema=False)
async def question_page() -> HTMLResponse:
    return HTMLResponse(page.HTML, headers=page.HEADERS)


@router.post("/gateways/sms/{region}", permission="enquiry:submit", status_code=202, rate="600/minute")
async def text_message(region: str, request: Request, unit: UnitDep) -> gateway.Taken:
    """The callback of the gateway of text messages (Standard Webhooks): a message becomes an enquiry (D1-16)."""
    message = gateway.verified(region, await request.body(), request.headers, unit.settings)
    return gateway.Taken(new=await incoming.take_text_message(region, message, unit))


@router.get("/enquiries/status", permission="enquiry:status", rate="120/minute")
async def status(unit: UnitDep) -> ThreadView:
    return await queries.thread(await thread.own_enquiry(unit), unit)


@router.post("/enquiries/status/messages", permission="enquiry:follow_up", status_code=201, rate="120/minute")
async def follow_up(command: Ask, unit: UnitDep) -> ThreadView:
    asked = await thread.ask(await thread.own_enquiry(unit), command, unit)
    return await queries.thread(asked.id, unit)


@router.post("/enquiries/status/channel", permission="enquiry:follow_up", rate="120/minute")
async def choose_channel(command: ChooseChannel, unit: UnitDep) -> ThreadView:
    chosen = await thread.choose_channel(await thread.own_enquiry(unit), command, unit)
    return await queries.thread(chosen.id, unit)


@router.get("/enquiries/own", permission="enquiry:own")
async def own(paging: PageQueryDep, unit: UnitDep) -> Page[EnquiryLine]:
    return await queries.own(paging, unit)


@router.get("/enquiries/own/{enquiry_id}", permission="enquiry:own")
async def own_thread(enquiry_id: UUID, unit: UnitDep) -> ThreadView:
    return await queries.own_thread(enquiry_id, unit)


@router.post("/enquiries/own/{enquiry_id}/messages", permission="enquiry:own", status_code=201, rate="120/minute")
async def own_follow_up(enquiry_id: UUID, command: Ask, unit: UnitDep) -> ThreadView:
    await thread.ask(enquiry_id, command, unit)
    return await queries.own_thread(enquiry_id, unit)


@router.post("/enquiries", permission="enquiry:register", status_code=201)
async def register_enquiry(command: RegisterEnquiry, unit: UnitDep) -> Registered:
    return await register.register_enquiry(command, unit)


@router.get("/enquiries", permission="enquiry:read")
async def enquiries(wanted: Annotated[Filter, Query()], paging: PageQueryDep, unit: UnitDep) -> Page[EnquiryLine]:
    return await queries.enquiries(wanted, paging, unit)


@router.get("/enquiry-scripts", permission="enquiry:register")
async def scripts(unit: UnitDep, region: str, channel: EnquiryChannel, theme: Code | None = None) -> aids.Scripts:
    return aids.scripts_at_hand(region, channel, theme, unit)


@router.get("/enquiries/{enquiry_id}", permission="enquiry:read")
async def enquiry_card(enquiry_id: UUID, unit: UnitDep) -> EnquiryCard:
    return await queries.enquiry_card(enquiry_id, unit)


@router.post("/enquiries/{enquiry_id}/classify", permission="enquiry:assign")
async def classify(enquiry_id: UUID, command: Classify, unit: UnitDep) -> EnquiryCard:
    return await queries.card(await work.classify(enquiry_id, command, unit), unit)


@router.get("/enquiries/{enquiry_id}/specialists", permission="enquiry:assign")
async def specialists(enquiry_id: UUID, unit: UnitDep) -> list[Candidate]:
    return await queries.specialists(enquiry_id, unit)


@router.post("/enquiries/{enquiry_id}/assign", permission="enquiry:assign")
async def assign(enquiry_id: UUID, unit: UnitDep, command: Annotated[Assign | None, Body()] = None) -> EnquiryCard:
    return await queries.card(await work.assign(enquiry_id, command or Assign(), unit), unit)


@router.post("/enquiries/{enquiry_id}/serve", permission="enquiry:serve")
async def serve(enquiry_id: UUID, unit: UnitDep, command: Annotated[Serve | None, Body()] = None) -> EnquiryCard:
    return await queries.card(await work.serve(enquiry_id, command or Serve(), unit), unit)


@router.get("/enquiries/{enquiry_id}/aids", permission="enquiry:serve")
async def aids_at_hand(enquiry_id: UUID, unit: UnitDep) -> aids.Aids:
    return await aids.aids(enquiry_id, unit)


@router.post("/enquiries/{enquiry_id}/answer", permission="enquiry:answer")
async def give_answer(enquiry_id: UUID, command: Answer, unit: UnitDep) -> EnquiryCard:
    return await queries.card(await answer.answer(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/told", permission="enquiry:answer")
async def told(enquiry_id: UUID, command: Told, unit: UnitDep) -> EnquiryCard:
    return await queries.card(await answer.told(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/close", permission="enquiry:close")
async def close(enquiry_id: UUID, command: Close, unit: UnitDep) -> EnquiryCard:
    return await queries.card(await work.close(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/amendments", permission="enquiry:amend", status_code=201)
async def amend_enquiry(enquiry_id: UUID, command: Amend, unit: UnitDep) -> EnquiryCard:
    return await queries.card(await amend.amend(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/files", permission="enquiry:attach", status_code=201, max_body=UPLOAD_BODY)
async def attach(
    enquiry_id: UUID, file: Annotated[UploadFile, File()], kind: Annotated[FileKind, Form()], unit: UnitDep
) -> EnquiryFileView:
    content = await read_upload(file)
    return queries.file_view(await files.attach(enquiry_id, content, file.filename, file.content_type, kind, unit))


@router.get("/enquiries/{enquiry_id}/files/{file_id}", permission="enquiry:read", files=MediaType)
async def open_file(enquiry_id: UUID, file_id: UUID, unit: UnitDep) -> Response:
    blob, content = await queries.open_file(enquiry_id, file_id, unit)
    return Response(content, media_type=blob.media_type, headers=blob.headers)


@router.get("/journal", permission="enquiry:export")
async def journal_page(
    wanted: Annotated[JournalQuery, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[JournalRow]:
    return await journal.page(wanted, paging, unit)


@router.get("/journal/file", permission="enquiry:export", files=MEDIA_TYPES.values())
async def journal_file(wanted: Annotated[JournalQuery, Query()], format: Format, unit: UnitDep) -> Response:
    sheet = await journal.sheet(wanted, unit)
    content = await asyncio.to_thread(printed, sheet, format)
    headers = {"Content-Disposition": f'attachment; filename="journal-{wanted.year}.{format}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)


@router.get("/public-answers", permission="public_answer:read")
async def public_answers(
    paging: PageQueryDep, unit: UnitDep, region: str | None = None, theme: str | None = None
) -> Page[PublicAnswerView]:
    return await public.published(region, theme, paging, unit)


@router.post("/public-answers", permission="public_answer:draft", status_code=201)
async def draft_public_answer(command: Draft, unit: UnitDep) -> DraftView:
    return DraftView.model_validate(await publish.draft(command, unit))


@router.get("/public-answers/drafts", permission="public_answer:publish")
async def public_answer_drafts(paging: PageQueryDep, unit: UnitDep) -> Page[DraftView]:
    return await public.drafts(paging, unit)


@router.post("/public-answers/{public_answer_id}/publish", permission="public_answer:publish")
async def publish_answer(
    public_answer_id: UUID, unit: UnitDep, command: Annotated[Publish | None, Body()] = None
) -> DraftView:
    return DraftView.model_validate(await publish.publish(public_answer_id, command or Publish(), unit))


@router.post("/public-answers/{public_answer_id}/withdraw", permission="public_answer:withdraw")
async def withdraw_answer(
    public_answer_id: UUID, unit: UnitDep, command: Annotated[TakeDown | None, Body()] = None
) -> DraftView:
    return DraftView.model_validate(await publish.take_down(public_answer_id, command or TakeDown(), unit))
