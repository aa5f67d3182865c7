"""The HTTP door of enquiries."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from chassis.http import ListQueryDep, Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import LARGEST_UPLOAD_BYTES, MediaType, read_upload
from contracts.identifiers import Code, EnquiryChannel
from fastapi import Body, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from intake.enquiries import gateway, page
from intake.enquiries.commands import amend, answer, files, incoming, publish, register, thread, work
from intake.enquiries.commands.amend import Amend
from intake.enquiries.commands.answer import Answer, Told
from intake.enquiries.commands.form import RegisterEnquiry, SubmitEnquiry
from intake.enquiries.commands.publish import Draft, Publish
from intake.enquiries.commands.register import Registered
from intake.enquiries.commands.thread import Ask, ChooseChannel
from intake.enquiries.commands.work import AssignEnquiry, Classify, Close
from intake.enquiries.model.papers import EnquiryFileKind
from intake.enquiries.print_outs import MEDIA_TYPES, Format, printed
from intake.enquiries.queries import aids, enquiries, journal, public_answers
from intake.enquiries.queries.cards import EnquiryCard, EnquiryFileView, EnquiryLine, ThreadView
from intake.enquiries.queries.competence import Candidate
from intake.enquiries.queries.enquiries import ORDER, Filter
from intake.enquiries.queries.journal import ORDER as JOURNAL
from intake.enquiries.queries.journal import JournalQuery, JournalRow
from intake.enquiries.queries.public_answers import ORDER as PUBLIC_ANSWERS
from intake.enquiries.queries.public_answers import DraftView, PublicAnswerView
from intake.rates import limited_by

router = Router(tags=["enquiries"])
UPLOAD_BODY = LARGEST_UPLOAD_BYTES + 64 * 1024


@router.get("/regions/{region}/enquiry-form", permission="form:read")
async def get_enquiry_form(region: str, unit: UnitDep) -> aids.EnquiryForm:
    """Show the public form of the journal: themes, channels and consents."""
    return aids.enquiry_form(region, unit)


@router.post(
    "/regions/{region}/enquiries",
    permission="enquiry:submit",
    status_code=201,
    route_class_override=limited_by("form_rate"),
)
async def submit_enquiry(region: str, command: SubmitEnquiry, unit: UnitDep) -> Registered:
    """Take a question through the public form, also without a name (D1-11)."""
    return await register.submit_enquiry(region, command, unit)


@router.get("/question", permission="form:read", response_class=HTMLResponse, include_in_schema=False)
async def show_question_page() -> HTMLResponse:
    """Show the page of one question."""
    return HTMLResponse(page.HTML, headers=page.HEADERS)


@router.post("/gateways/sms/{region}", permission="enquiry:submit", status_code=202, rate="600/minute")
async def take_text_message(region: str, request: Request, unit: UnitDep) -> gateway.Taken:
    """The callback of the gateway of text messages (Standard Webhooks): a message becomes an enquiry (D1-16)."""
    message = gateway.verified(region, await request.body(), request.headers, unit.settings)
    return gateway.Taken(new=await incoming.take_text_message(region, message, unit))


@router.get("/enquiries/status", permission="enquiry:status", rate="120/minute")
async def get_question(unit: UnitDep) -> ThreadView:
    """Show the thread of the question; the `Status-Token` header opens it."""
    return await enquiries.thread(await thread.own_enquiry(unit), unit)


@router.post("/enquiries/status/messages", permission="enquiry:follow_up", status_code=201, rate="120/minute")
async def follow_up_question(command: Ask, unit: UnitDep) -> ThreadView:
    """Write on in the thread of the status token."""
    asked = await thread.ask(await thread.own_enquiry(unit), command, unit)
    return await enquiries.thread(asked.id, unit)


@router.post("/enquiries/status/channel", permission="enquiry:follow_up", rate="120/minute")
async def choose_answer_channel(command: ChooseChannel, unit: UnitDep) -> ThreadView:
    """Choose how the answer is to come (D1-17)."""
    chosen = await thread.choose_channel(await thread.own_enquiry(unit), command, unit)
    return await enquiries.thread(chosen.id, unit)


@router.get("/enquiries/own", permission="enquiry:own", sort=ORDER)
async def list_own_enquiries(paging: PageQueryDep, unit: UnitDep) -> Page[EnquiryLine]:
    """List the questions of the caller."""
    return await enquiries.own(paging, unit)


@router.get("/enquiries/own/{enquiry_id}", permission="enquiry:own")
async def get_own_enquiry(enquiry_id: UUID, unit: UnitDep) -> ThreadView:
    """Show the thread of an own question."""
    return await enquiries.own_thread(enquiry_id, unit)


@router.post("/enquiries/own/{enquiry_id}/messages", permission="enquiry:own", status_code=201, rate="120/minute")
async def follow_up_own_enquiry(enquiry_id: UUID, command: Ask, unit: UnitDep) -> ThreadView:
    """Write on in an own question."""
    await thread.ask(enquiry_id, command, unit)
    return await enquiries.own_thread(enquiry_id, unit)


@router.post("/enquiries", permission="enquiry:register", status_code=201)
async def register_enquiry(command: RegisterEnquiry, unit: UnitDep) -> Registered:
    """Enter a question in the journal that came by telephone, in person or by letter (D1-11…D1-16)."""
    return await register.register_enquiry(command, unit)


@router.get("/enquiries", permission="enquiry:read", sort=ORDER)
async def list_enquiries(wanted: Annotated[Filter, Query()], paging: PageQueryDep, unit: UnitDep) -> Page[EnquiryLine]:
    """List the entries of the journal the caller may see; words are found in what was asked and answered."""
    return await enquiries.enquiries(wanted, paging, unit)


@router.get("/enquiry-scripts", permission="enquiry:register")
async def list_enquiry_scripts(
    unit: UnitDep, region: str, channel: EnquiryChannel, theme: Code | None = None
) -> aids.ScriptList:
    """Show how to take a question that comes this way, before there is an entry (D1-29)."""
    return aids.scripts_at_hand(region, channel, theme, unit)


@router.get("/enquiries/{enquiry_id}", permission="enquiry:read")
async def get_enquiry(enquiry_id: UUID, unit: UnitDep) -> EnquiryCard:
    """Show one entry of the journal with its thread."""
    return await enquiries.enquiry_card(enquiry_id, unit)


@router.post("/enquiries/{enquiry_id}/classify", permission="enquiry:assign")
async def classify_enquiry(enquiry_id: UUID, command: Classify, unit: UnitDep) -> EnquiryCard:
    """Set theme, kind of help and territory; the term may change with them (D1-20)."""
    return await enquiries.card(await work.classify(enquiry_id, command, unit), unit)


@router.get("/enquiries/{enquiry_id}/specialists", permission="enquiry:assign")
async def list_competent_specialists(enquiry_id: UUID, paging: ListQueryDep, unit: UnitDep) -> Page[Candidate]:
    """Rank the competent specialists, with the reasons (D1-20)."""
    return await enquiries.specialists(enquiry_id, paging, unit)


@router.post("/enquiries/{enquiry_id}/assign", permission="enquiry:assign")
async def assign_enquiry(
    enquiry_id: UUID, unit: UnitDep, command: Annotated[AssignEnquiry | None, Body()] = None
) -> EnquiryCard:
    """Choose the specialist who answers; without a name the first of the ranking."""
    return await enquiries.card(await work.assign(enquiry_id, command or AssignEnquiry(), unit), unit)


@router.post("/enquiries/{enquiry_id}/serve", permission="enquiry:serve")
async def serve_enquiry(enquiry_id: UUID, unit: UnitDep) -> EnquiryCard:
    """Begin to serve the question."""
    return await enquiries.card(await work.serve(enquiry_id, unit), unit)


@router.get("/enquiries/{enquiry_id}/aids", permission="enquiry:serve")
async def get_enquiry_aids(enquiry_id: UUID, unit: UnitDep) -> aids.Aids:
    """Show templates, scripts and the algorithm that fit the question (D1-25, D1-29)."""
    return await aids.aids(enquiry_id, unit)


@router.post("/enquiries/{enquiry_id}/answer", permission="enquiry:answer")
async def answer_enquiry(enquiry_id: UUID, command: Answer, unit: UnitDep) -> EnquiryCard:
    """Give the answer; it leaves by the channel the question came through, or the one the family chose (D1-17)."""
    return await enquiries.card(await answer.answer(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/told", permission="enquiry:answer")
async def record_answer_told(enquiry_id: UUID, command: Told, unit: UnitDep) -> EnquiryCard:
    """Note that the answer was told by telephone or in person."""
    return await enquiries.card(await answer.told(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/close", permission="enquiry:close")
async def close_enquiry(enquiry_id: UUID, command: Close, unit: UnitDep) -> EnquiryCard:
    """Record the result; only then the entry is closed (D1-11)."""
    return await enquiries.card(await work.close(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/amendments", permission="enquiry:amend", status_code=201)
async def amend_enquiry(enquiry_id: UUID, command: Amend, unit: UnitDep) -> EnquiryCard:
    """Correct the journal by a visible amendment with its reason, never by a silent edit (D1-11)."""
    return await enquiries.card(await amend.amend(enquiry_id, command, unit), unit)


@router.post("/enquiries/{enquiry_id}/files", permission="enquiry:attach", status_code=201, max_body=UPLOAD_BODY)
async def attach_enquiry_file(
    enquiry_id: UUID, file: Annotated[UploadFile, File()], kind: Annotated[EnquiryFileKind, Form()], unit: UnitDep
) -> EnquiryFileView:
    """Attach a file: the recorded talk, the letter, a document (D1-19)."""
    content = await read_upload(file)
    return enquiries.file_view(await files.attach(enquiry_id, content, file.filename, file.content_type, kind, unit))


@router.get("/enquiries/{enquiry_id}/files/{file_id}", permission="enquiry:read", files=MediaType)
async def get_enquiry_file(enquiry_id: UUID, file_id: UUID, unit: UnitDep) -> Response:
    """Download a file of an entry."""
    blob, content = await enquiries.open_file(enquiry_id, file_id, unit)
    return Response(content, media_type=blob.media_type, headers=blob.headers)


@router.get("/journal", permission="enquiry:export", sort=JOURNAL)
async def list_journal(
    wanted: Annotated[JournalQuery, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[JournalRow]:
    """Show the journal in its legal form: seven columns in the source's order (D1-11)."""
    return await journal.page(wanted, paging, unit)


@router.get("/journal/file", permission="enquiry:export", files=MEDIA_TYPES.values())
async def get_journal_file(wanted: Annotated[JournalQuery, Query()], format: Format, unit: UnitDep) -> Response:
    """Download the journal as XLSX, DOCX or PDF."""
    sheet = await journal.sheet(wanted, unit)
    content = await asyncio.to_thread(printed, sheet, format)
    headers = {"Content-Disposition": f'attachment; filename="journal-{wanted.year}.{format}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)


@router.get("/public-answers", permission="public_answer:read", sort=PUBLIC_ANSWERS)
async def list_public_answers(
    paging: PageQueryDep, unit: UnitDep, region: str | None = None, theme: str | None = None
) -> Page[PublicAnswerView]:
    """List published questions and answers (D0-11)."""
    return await public_answers.published(region, theme, paging, unit)


@router.post("/public-answers", permission="public_answer:draft", status_code=201)
async def draft_public_answer(command: Draft, unit: UnitDep) -> DraftView:
    """Propose a question with its answer for publication; a text that names somebody is refused."""
    return DraftView.model_validate(await publish.draft(command, unit))


@router.get("/public-answers/drafts", permission="public_answer:publish", sort=PUBLIC_ANSWERS)
async def list_public_answer_drafts(paging: PageQueryDep, unit: UnitDep) -> Page[DraftView]:
    """List what waits for the editor."""
    return await public_answers.drafts(paging, unit)


@router.post("/public-answers/{public_answer_id}/publish", permission="public_answer:publish")
async def publish_answer(
    public_answer_id: UUID, unit: UnitDep, command: Annotated[Publish | None, Body()] = None
) -> DraftView:
    """Publish a proposed question with its answer."""
    return DraftView.model_validate(await publish.publish(public_answer_id, command or Publish(), unit))


@router.post("/public-answers/{public_answer_id}/withdraw", permission="public_answer:withdraw")
async def withdraw_public_answer(public_answer_id: UUID, unit: UnitDep) -> DraftView:
    """Take a published answer down."""
    return DraftView.model_validate(await publish.take_down(public_answer_id, unit))
