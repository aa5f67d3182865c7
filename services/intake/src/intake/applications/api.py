"""The HTTP door of applications."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from chassis.privacy.files import LARGEST_UPLOAD_BYTES, MediaType, read_upload
from fastapi import Body, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime

from intake.applications import doors, duplicates, page, queries, services
from intake.applications.commands import agency, coordinate, family, serve, submit
from intake.applications.commands.agency import SetTerritories
from intake.applications.commands.coordinate import HandOver, RecordCall, TakeApplication
from intake.applications.commands.form import SubmitApplication
from intake.applications.commands.serve import AcceptApplication, ReturnApplication
from intake.applications.doors import DoorCount
from intake.applications.duplicates import JudgeDuplicate
from intake.applications.queries import ApplicationForm, Filter
from intake.applications.services import NearestAnswer, NearestQuery, NearService
from intake.applications.views import ApplicationCard, ApplicationLine, FileView, StatusView
from intake.rates import limited_by

router = Router(tags=["applications"])

UPLOAD_BODY = LARGEST_UPLOAD_BYTES + 64 * 1024


@router.get("/regions/{region}/application-form", permission="form:read")
async def application_form(region: str, unit: UnitDep) -> ApplicationForm:
    return queries.application_form(region, unit)


@router.post(
    "/applications", permission="application:submit", status_code=201, route_class_override=limited_by("form_rate")
)
async def submit_application(command: SubmitApplication, unit: UnitDep) -> submit.Submitted:
    return await submit.submit_application(command, unit)


@router.get("/applications/status", permission="application:status", rate="120/minute")
async def status(unit: UnitDep) -> StatusView:
    return await queries.status(unit)


@router.post(
    "/applications/status/files",
    permission="application:attach",
    status_code=201,
    rate="30/minute",
    max_body=UPLOAD_BODY,
)
async def attach_file(file: Annotated[UploadFile, File()], unit: UnitDep) -> FileView:
    content = await read_upload(file)
    return FileView.of(await family.attach_file(content, file.filename, file.content_type, unit))


@router.post("/applications/status/withdraw", permission="application:withdraw", rate="30/minute")
async def withdraw(unit: UnitDep) -> StatusView:
    await family.withdraw(await family.own_application(unit), "application:withdraw", unit)
    return await queries.status(unit)


@router.put("/applications/status/low-vision", permission="application:attach", rate="60/minute")
async def read_large(low_vision: Annotated[bool, Body(embed=True)], unit: UnitDep) -> StatusView:
    await family.read_large(low_vision, unit)
    return await queries.status(unit)


@router.get("/applications", permission="application:read")
async def applications(
    wanted: Annotated[Filter, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[ApplicationLine]:
    return await queries.applications(wanted, paging, unit)


@router.get("/applications/entry-points", permission="application:read")
async def entry_points(
    unit: UnitDep,
    region: Annotated[str | None, Query(max_length=64)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> list[DoorCount]:
    return await doors.doors(region, since, until, unit)


@router.get("/applications/{application_id}", permission="application:read")
async def application_card(application_id: UUID, unit: UnitDep) -> ApplicationCard:
    return await queries.application_card(application_id, unit)


@router.post("/applications/{application_id}/take", permission="application:take")
async def take(
    application_id: UUID, unit: UnitDep, command: Annotated[TakeApplication | None, Body()] = None
) -> ApplicationCard:
    application = await coordinate.take_application(application_id, command or TakeApplication(), unit)
    return await queries.card(application, unit)


@router.post("/applications/{application_id}/calls", permission="application:call", status_code=201)
async def record_call(application_id: UUID, command: RecordCall, unit: UnitDep) -> ApplicationCard:
    application = await coordinate.record_call(application_id, command, unit)
    return await queries.card(application, unit)


@router.post("/applications/{application_id}/withdraw", permission="application:withdraw_own")
async def withdraw_own(application_id: UUID, unit: UnitDep) -> ApplicationCard:
    application = await family.withdraw(application_id, "application:withdraw_own", unit)
    return await queries.card(application, unit)


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
    content = await read_upload(file)
    row = await agency.attach_protocol(application_id, content, file.filename, file.content_type, announced_on, unit)
    return FileView.of(row)


@router.put("/applications/{application_id}/territories", permission="application:set_territories")
async def set_territories(application_id: UUID, command: SetTerritories, unit: UnitDep) -> ApplicationCard:
    application = await agency.set_territories(application_id, command, unit)
    return await queries.card(application, unit)


@router.post("/applications/{application_id}/duplicates/{duplicate_id}", permission="application:judge_duplicate")
async def judge_duplicate(
    application_id: UUID, duplicate_id: UUID, command: JudgeDuplicate, unit: UnitDep
) -> ApplicationCard:
    application = await duplicates.judge_duplicate(application_id, duplicate_id, command, unit)
    return await queries.card(application, unit)


@router.get("/applications/{application_id}/nearest-services", permission="application:hand_over")
async def nearest_services(application_id: UUID, unit: UnitDep) -> list[NearService]:
    return await services.nearest_services(application_id, unit)


@router.get("/nearest-services", permission="organisation:read", rate="120/minute")
async def nearest_to(wanted: Annotated[NearestQuery, Query()], unit: UnitDep) -> NearestAnswer:
    return await services.nearest_to(wanted, unit)


@router.post("/applications/{application_id}/hand-over", permission="application:hand_over")
async def hand_over(application_id: UUID, command: HandOver, unit: UnitDep) -> ApplicationCard:
    application = await coordinate.hand_over(application_id, command, unit)
    return await queries.card(application, unit)


@router.post("/applications/{application_id}/accept", permission="application:accept")
async def accept(
    application_id: UUID, unit: UnitDep, command: Annotated[AcceptApplication | None, Body()] = None
) -> ApplicationCard:
    application = await serve.accept_application(application_id, command or AcceptApplication(), unit)
    return await queries.card(application, unit)


@router.post("/applications/{application_id}/return", permission="application:return")
async def return_application(application_id: UUID, command: ReturnApplication, unit: UnitDep) -> ApplicationCard:
    application = await serve.return_application(application_id, command, unit)
    return await queries.card(application, unit)


@router.get("/applications/{application_id}/files/{file_id}", permission="application:read", files=MediaType)
async def open_file(application_id: UUID, file_id: UUID, unit: UnitDep) -> Response:
    blob, content = await queries.open_file(application_id, file_id, unit)
    return Response(content, media_type=blob.media_type, headers=blob.headers)


@router.get("/status", permission="form:read", response_class=HTMLResponse, include_in_schema=False)
async def status_page() -> HTMLResponse:
    return HTMLResponse(page.HTML, headers=page.HEADERS)
