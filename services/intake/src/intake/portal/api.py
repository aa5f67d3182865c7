"""The HTTP door of the portal: questionnaires, requests to change data, preferences, the family's own export."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import LARGEST_UPLOAD_BYTES, MediaType, read_upload
from fastapi import File, Query, Response, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse

from intake.accounts import commands
from intake.accounts.commands import Prefer, known_account
from intake.accounts.queries import AccountView, account_view
from intake.portal.commands import change_data, decide_questionnaire, fill_questionnaire
from intake.portal.commands.change_data import DecideChange, RequestChange
from intake.portal.commands.decide_questionnaire import ReturnQuestionnaire, SeeHealthConsent
from intake.portal.commands.fill_questionnaire import (
    RewriteQuestionnaire,
    SendQuestionnaire,
    WriteQuestionnaire,
)
from intake.portal.model.changes import DataChange, DataChangeState
from intake.portal.model.questionnaire import Questionnaire, QuestionnaireFileKind, QuestionnaireState
from intake.portal.queries import cards, export, form
from intake.portal.queries.cards import CHANGES, QUESTIONNAIRES
from intake.portal.queries.form import QuestionnaireForm
from intake.portal.queries.views import DataChangeView, FileLine, QuestionnaireCard, QuestionnaireLine
from intake.rates import limited_by

router = Router(tags=["portal"], recognise=known_account)


@router.get("/regions/{region}/questionnaire-form", permission="form:read")
async def get_questionnaire_form(region: str, unit: UnitDep) -> QuestionnaireForm:
    """Show the questionnaire of a region: dictionaries, required fields, consents in full (D0-18)."""
    return form.questionnaire_form(region, unit)


@router.get("/questionnaires", permission="questionnaire:read", sort=QUESTIONNAIRES)
async def list_questionnaires(
    page: PageQueryDep, unit: UnitDep, state: QuestionnaireState | None = None
) -> Page[QuestionnaireLine]:
    """List the questionnaires the caller wrote or decides on."""
    return await cards.questionnaires(state, page, unit)


@router.post(
    "/questionnaires",
    permission="questionnaire:draft",
    status_code=201,
    route_class_override=limited_by("account_rate"),
)
async def write_questionnaire(command: WriteQuestionnaire, unit: UnitDep) -> QuestionnaireCard:
    """Begin a questionnaire; nobody but its author reads it until it is sent (D0-18)."""
    return await cards.card(await fill_questionnaire.write(command, unit), unit)


@router.get("/questionnaires/{questionnaire_id}", permission="questionnaire:read")
async def get_questionnaire(questionnaire_id: UUID, unit: UnitDep) -> QuestionnaireCard:
    """Show one questionnaire with the answers the caller may read."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:read")
    return await cards.card(found, unit)


@router.put("/questionnaires/{questionnaire_id}", permission="questionnaire:edit")
async def rewrite_questionnaire(
    questionnaire_id: UUID, command: RewriteQuestionnaire, unit: UnitDep
) -> QuestionnaireCard:
    """Replace the answers of a questionnaire that was not sent, or was returned."""
    return await cards.card(await fill_questionnaire.rewrite(questionnaire_id, command, unit), unit)


@router.post(
    "/questionnaires/{questionnaire_id}/files",
    permission="questionnaire:edit",
    status_code=201,
    max_body=LARGEST_UPLOAD_BYTES + 64 * 1024,
)
async def attach_questionnaire_file(
    questionnaire_id: UUID,
    kind: Annotated[QuestionnaireFileKind, Query()],
    file: Annotated[UploadFile, File()],
    unit: UnitDep,
) -> FileLine:
    """Add a photo or a scan to the questionnaire."""
    content = await read_upload(file)
    row = await fill_questionnaire.attach(questionnaire_id, kind, content, file.filename, file.content_type, unit)
    return FileLine(
        id=row.blob_id, kind=row.kind, media_type=row.media_type, size=row.size, attached_at=row.attached_at
    )


@router.get("/questionnaires/{questionnaire_id}/files/{file_id}", permission="questionnaire:read", files=MediaType)
async def get_questionnaire_file(questionnaire_id: UUID, file_id: UUID, unit: UnitDep) -> Response:
    """Download a file of a questionnaire."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:read")
    blob, content = await cards.open_file(found, file_id, unit)
    return Response(content, media_type=blob.media_type, headers=blob.headers)


@router.post("/questionnaires/{questionnaire_id}/send", permission="questionnaire:send")
async def send_questionnaire(questionnaire_id: UUID, command: SendQuestionnaire, unit: UnitDep) -> QuestionnaireCard:
    """Send it to the consultant of the child's sector, with a consent per purpose (D0-03, D0-22)."""
    return await cards.card(await fill_questionnaire.send(questionnaire_id, command, unit), unit)


@router.post("/questionnaires/{questionnaire_id}/accept", permission="questionnaire:decide")
async def accept_questionnaire(questionnaire_id: UUID, unit: UnitDep) -> QuestionnaireCard:
    """Accept the questionnaire; the family learns of it."""
    return await cards.card(await decide_questionnaire.accept(questionnaire_id, unit), unit)


@router.post("/questionnaires/{questionnaire_id}/return", permission="questionnaire:decide")
async def return_questionnaire(
    questionnaire_id: UUID, command: ReturnQuestionnaire, unit: UnitDep
) -> QuestionnaireCard:
    """Return the questionnaire to the family with what is to be mended."""
    return await cards.card(await decide_questionnaire.return_to_family(questionnaire_id, command, unit), unit)


@router.post("/questionnaires/{questionnaire_id}/health-consent", permission="questionnaire:decide")
async def see_health_consent(questionnaire_id: UUID, command: SeeHealthConsent, unit: UnitDep) -> QuestionnaireCard:
    """Note the written consent to data on health, seen on paper (D0-22)."""
    return await cards.card(await decide_questionnaire.see_health_consent(questionnaire_id, command, unit), unit)


@router.post("/questionnaires/{questionnaire_id}/health-consent/withdraw", permission="questionnaire:withdraw_consent")
async def withdraw_health_consent(questionnaire_id: UUID, unit: UnitDep) -> QuestionnaireCard:
    """Withdraw the consent to data on health; they are no longer read."""
    found = await decide_questionnaire.withdraw_health_consent(questionnaire_id, unit)
    return await cards.card(found, unit)


@router.post("/questionnaires/{questionnaire_id}/contact-consent/withdraw", permission="questionnaire:withdraw_consent")
async def withdraw_contact_consent(questionnaire_id: UUID, unit: UnitDep) -> QuestionnaireCard:
    """Withdraw the consent to being contacted, until the questionnaire is accepted."""
    found = await decide_questionnaire.withdraw_contact_consent(questionnaire_id, unit)
    return await cards.card(found, unit)


@router.post(
    "/questionnaires/{questionnaire_id}/changes",
    permission="data_change:submit",
    status_code=201,
    route_class_override=limited_by("account_rate"),
)
async def request_data_change(questionnaire_id: UUID, command: RequestChange, unit: UnitDep) -> DataChangeView:
    """Ask for a change of data; a consultant decides on it (D0-17)."""
    change = await change_data.request_change(questionnaire_id, command, unit)
    return await cards.change_card(change, unit)


@router.get("/data-changes", permission="data_change:read", sort=CHANGES)
async def list_data_changes(
    page: PageQueryDep,
    unit: UnitDep,
    state: DataChangeState | None = None,
    questionnaire_id: UUID | None = None,
) -> Page[DataChangeView]:
    """List requests to change data."""
    return await cards.changes(state, questionnaire_id, page, unit)


@router.get("/data-changes/{data_change_id}", permission="data_change:read")
async def get_data_change(data_change_id: UUID, unit: UnitDep) -> DataChangeView:
    """Show one request with both values of each field."""
    return await cards.change_card(await unit.get(DataChange, data_change_id, "data_change:read"), unit)


@router.post("/data-changes/{data_change_id}/decide", permission="data_change:decide")
async def decide_data_change(data_change_id: UUID, command: DecideChange, unit: UnitDep) -> DataChangeView:
    """Accept or decline a change of data (D0-17)."""
    change = await change_data.decide_change(data_change_id, command, unit)
    return await cards.change_card(change, unit)


@router.post("/data-changes/{data_change_id}/withdraw", permission="data_change:withdraw")
async def withdraw_data_change(data_change_id: UUID, unit: UnitDep) -> DataChangeView:
    """Take a request to change data back."""
    return await cards.change_card(await change_data.withdraw_change(data_change_id, unit), unit)


@router.put("/accounts/me/preferences", permission="account:prefer")
async def set_preferences(command: Prefer, unit: UnitDep) -> AccountView:
    """Set how pages and documents are shown: in large letters or not (D0-16)."""
    return await account_view(await commands.prefer(command, unit), unit)


@router.get(
    "/accounts/me/export",
    permission="account:read",
    files=["application/json", "text/html", "application/pdf"],
    route_class_override=limited_by("account_rate"),
)
async def export_own_data(
    unit: UnitDep, format: Annotated[Literal["json", "html", "pdf"], Query()] = "json"
) -> Response:
    """Download everything we hold about the own family: for programs, as a page or as PDF."""
    told = await export.export(unit)
    if format == "html":
        return HTMLResponse(export.page(told), headers=export.HEADERS)
    named = {"Content-Disposition": f'attachment; filename="export.{format}"'}
    if format == "pdf":
        return Response(await asyncio.to_thread(export.pdf, told), media_type="application/pdf", headers=named)
    return JSONResponse(told.model_dump(mode="json"), headers=named)
