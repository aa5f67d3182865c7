"""The HTTP door of applications."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.http import ListQueryDep, Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import LARGEST_UPLOAD_BYTES, MediaType, read_upload
from fastapi import Body, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse

from intake.applications import page
from intake.applications.commands import add_protocol, attach_and_withdraw, coordinate, link_duplicates, serve, submit
from intake.applications.commands.add_protocol import SetTerritories
from intake.applications.commands.attach_and_withdraw import SetLowVision
from intake.applications.commands.coordinate import HandOver, RecordCall, TakeApplication
from intake.applications.commands.form import SubmitApplication
from intake.applications.commands.link_duplicates import JudgeDuplicate
from intake.applications.commands.serve import ReturnApplication
from intake.applications.queries import applications, doors, form, services
from intake.applications.queries.applications import ORDER, Filter
from intake.applications.queries.cards import ApplicationCard, ApplicationLine, FileView, StatusView
from intake.applications.queries.doors import DoorCount, DoorFilter
from intake.applications.queries.form import ApplicationForm
from intake.applications.queries.services import NearestAnswer, NearestQuery, NearService
from intake.rates import limited_by

router = Router(tags=["applications"])

UPLOAD_BODY = LARGEST_UPLOAD_BYTES + 64 * 1024


@router.get("/regions/{region}/application-form", permission="form:read")
async def get_application_form(region: str, unit: UnitDep) -> ApplicationForm:
    """Show the public form of a region: fields, territories, consents in full, the time of the call (D2-16)."""
    return form.application_form(region, unit)


@router.post(
    "/applications", permission="application:submit", status_code=201, route_class_override=limited_by("form_rate")
)
async def submit_application(command: SubmitApplication, unit: UnitDep) -> submit.Submitted:
    """Take an application for early help; anybody may send one, papers are not needed (D2-15, D2-16)."""
    return await submit.submit_application(command, unit)


@router.get("/applications/status", permission="application:status", rate="120/minute")
async def get_application_status(unit: UnitDep) -> StatusView:
    """Show the family what becomes of its application and what follows next; the `Status-Token` header opens it."""
    return await applications.status(unit)


@router.post(
    "/applications/status/files",
    permission="application:attach",
    status_code=201,
    rate="30/minute",
    max_body=UPLOAD_BODY,
)
async def attach_application_file(file: Annotated[UploadFile, File()], unit: UnitDep) -> FileView:
    """Add a document or a photo to the application of the status token."""
    content = await read_upload(file)
    return FileView.of(await attach_and_withdraw.attach_file(content, file.filename, file.content_type, unit))


@router.post("/applications/status/withdraw", permission="application:withdraw", rate="30/minute")
async def withdraw_application_by_token(unit: UnitDep) -> StatusView:
    """Withdraw the application of the status token."""
    await attach_and_withdraw.withdraw(await attach_and_withdraw.own_application(unit), "application:withdraw", unit)
    return await applications.status(unit)


@router.put("/applications/status/low-vision", permission="application:attach", rate="60/minute")
async def set_low_vision(command: SetLowVision, unit: UnitDep) -> StatusView:
    """Show the status page in large letters from now on, or no longer (D0-16)."""
    await attach_and_withdraw.read_large(command.low_vision, unit)
    return await applications.status(unit)


@router.get("/applications", permission="application:read", sort=ORDER)
async def list_applications(
    wanted: Annotated[Filter, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[ApplicationLine]:
    """List the applications the caller may see; a name finds also what was misspelt."""
    return await applications.applications(wanted, paging, unit)


@router.get("/applications/entry-points", permission="application:read")
async def count_entry_points(
    wanted: Annotated[DoorFilter, Query()], paging: ListQueryDep, unit: UnitDep
) -> Page[DoorCount]:
    """Count through which doors families came, over the applications the caller may see (D2-12, D3-12)."""
    return await doors.doors(wanted, paging, unit)


@router.get("/applications/{application_id}", permission="application:read")
async def get_application(application_id: UUID, unit: UnitDep) -> ApplicationCard:
    """Show one application with the field groups the caller may read; each reading leaves a trace."""
    return await applications.application_card(application_id, unit)


@router.post("/applications/{application_id}/take", permission="application:take")
async def take_application(
    application_id: UUID, unit: UnitDep, command: Annotated[TakeApplication | None, Body()] = None
) -> ApplicationCard:
    """Take the family on; the call back is due from the submission, not from here (D2-17)."""
    application = await coordinate.take_application(application_id, command or TakeApplication(), unit)
    return await applications.card(application, unit)


@router.post("/applications/{application_id}/calls", permission="application:call", status_code=201)
async def record_call(application_id: UUID, command: RecordCall, unit: UnitDep) -> ApplicationCard:
    """Record a call back: whether the family was reached, what it needs, and when it was told of early help (D2-17)."""
    application = await coordinate.record_call(application_id, command, unit)
    return await applications.card(application, unit)


@router.post("/applications/{application_id}/withdraw", permission="application:withdraw_own")
async def withdraw_own_application(application_id: UUID, unit: UnitDep) -> ApplicationCard:
    """Withdraw the application of one's own child."""
    application = await attach_and_withdraw.withdraw(application_id, "application:withdraw_own", unit)
    return await applications.card(application, unit)


@router.post(
    "/applications/{application_id}/protocol",
    permission="application:attach_protocol",
    status_code=201,
    max_body=UPLOAD_BODY,
)
async def attach_protocol(
    application_id: UUID,
    file: Annotated[UploadFile, File()],
    unit: UnitDep,
    announced_on: Annotated[date | None, Form()] = None,
) -> FileView:
    """Attach the protocol of announcing the diagnosis that was promised with the application (D2-08)."""
    content = await read_upload(file)
    row = await add_protocol.attach_protocol(
        application_id, content, file.filename, file.content_type, announced_on, unit
    )
    return FileView.of(row)


@router.put("/applications/{application_id}/territories", permission="application:set_territories")
async def set_application_territories(application_id: UUID, command: SetTerritories, unit: UnitDep) -> ApplicationCard:
    """Set where the family lives and which territory answers for it; terms follow its calendar (T15)."""
    application = await add_protocol.set_territories(application_id, command, unit)
    return await applications.card(application, unit)


@router.post("/applications/{application_id}/duplicates/{duplicate_id}", permission="application:judge_duplicate")
async def judge_duplicate(
    application_id: UUID, duplicate_id: UUID, command: JudgeDuplicate, unit: UnitDep
) -> ApplicationCard:
    """Judge whether a linked earlier application is of the same child."""
    application = await link_duplicates.judge_duplicate(application_id, duplicate_id, command, unit)
    return await applications.card(application, unit)


@router.get("/applications/{application_id}/nearest-services", permission="application:hand_over")
async def list_services_for_application(application_id: UUID, paging: ListQueryDep, unit: UnitDep) -> Page[NearService]:
    """Rank the services for the family of an application, with the reasons (D2-18)."""
    return await services.nearest_services(application_id, paging, unit)


@router.get("/nearest-services", permission="organisation:read", rate="120/minute")
async def list_nearest_services(wanted: Annotated[NearestQuery, Query()], unit: UnitDep) -> NearestAnswer:
    """Rank the services near a place for an age band; open to everybody (D2-30)."""
    return await services.nearest_to(wanted, unit)


@router.post("/applications/{application_id}/hand-over", permission="application:hand_over")
async def hand_over_application(application_id: UUID, command: HandOver, unit: UnitDep) -> ApplicationCard:
    """Hand the family over to a service; the acceptance is due by the next working day (D2-18)."""
    application = await coordinate.hand_over(application_id, command, unit)
    return await applications.card(application, unit)


@router.post("/applications/{application_id}/accept", permission="application:accept")
async def accept_application(application_id: UUID, unit: UnitDep) -> ApplicationCard:
    """Accept the family; its personal file opens and the first appointment is due within a week (D2-19)."""
    application = await serve.accept_application(application_id, unit)
    return await applications.card(application, unit)


@router.post("/applications/{application_id}/return", permission="application:return")
async def return_application(application_id: UUID, command: ReturnApplication, unit: UnitDep) -> ApplicationCard:
    """Return the family to the coordinator with a reason of the region (D2-23)."""
    application = await serve.return_application(application_id, command, unit)
    return await applications.card(application, unit)


@router.get("/applications/{application_id}/files/{file_id}", permission="application:read", files=MediaType)
async def get_application_file(application_id: UUID, file_id: UUID, unit: UnitDep) -> Response:
    """Download a file of an application."""
    blob, content = await applications.open_file(application_id, file_id, unit)
    return Response(content, media_type=blob.media_type, headers=blob.headers)


@router.get("/status", permission="form:read", response_class=HTMLResponse, include_in_schema=False)
async def show_status_page() -> HTMLResponse:
    """Show the family's own page."""
    return HTMLResponse(page.HTML, headers=page.HEADERS)
