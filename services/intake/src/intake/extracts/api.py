"""The HTTP door of IPRA extracts, their imports and returns."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query, Request, Response

from intake.agencies.commands.verify_message import signed
from intake.extracts import queries
from intake.extracts.commands import hand_in, import_extracts, return_executions
from intake.extracts.commands.return_executions import MakeReturn, RecordExecution
from intake.extracts.queries import (
    ExtractCard,
    ExtractFilter,
    ExtractLine,
    ImportView,
    QuarantineView,
    ReturnView,
)
from intake.extracts.record import CorrectRecord, ExtractRecord

router = Router(tags=["referrals"])

LARGEST_FILE = 64 * 1024 * 1024
RAW = {"requestBody": {"required": True, "content": {"application/xml": {}, "text/csv": {}}}}


@router.post("/agency/ipra-extracts", permission="ipra_import:submit", status_code=202, rate="600/minute")
async def submit_agency_extract(region: str, command: ExtractRecord, request: Request, unit: UnitDep) -> ImportView:
    """Take an IPRA extract of an agency's own system: a signed message, queued for import."""
    return ImportView.of(await hand_in.submit_by_system(region, command, await signed(request, unit), unit))


@router.post(
    "/ipra-imports", permission="ipra_import:register", status_code=202, max_body=LARGEST_FILE, openapi_extra=RAW
)
async def import_extract_file(
    region: str, layout: str, request: Request, unit: UnitDep, id: UUID | None = None
) -> ImportView:
    """Queue a file of IPRA extracts (XML or CSV in a versioned layout); the worker takes it piece by piece (D3-24)."""
    content = await request.body()
    return ImportView.of(await hand_in.hand_in_file(id, region, layout, content, unit))


@router.post("/ipra-extracts", permission="ipra_import:register", status_code=202)
async def enter_extract(region: str, command: ExtractRecord, unit: UnitDep) -> ImportView:
    """Enter one IPRA extract by hand; it goes the same way as a file of one."""
    return ImportView.of(await hand_in.enter_by_hand(region, command, unit))


@router.get("/ipra-imports", permission="ipra_import:read", sort=queries.IMPORTS)
async def list_extract_imports(paging: PageQueryDep, unit: UnitDep) -> Page[ImportView]:
    """List the imports of extracts with their progress."""
    return await queries.imports(paging, unit)


@router.get("/ipra-imports/{import_id}", permission="ipra_import:read")
async def get_extract_import(import_id: UUID, unit: UnitDep) -> ImportView:
    """Show how far an import has come and what it brought."""
    return await queries.import_view(import_id, unit)


@router.get("/ipra-imports/{import_id}/quarantine", permission="ipra_import:read", sort=queries.QUARANTINE)
async def list_quarantined_extracts(import_id: UUID, paging: PageQueryDep, unit: UnitDep) -> Page[QuarantineView]:
    """List the records of an import that were put aside, each with the rules it breaks."""
    return await queries.quarantine(import_id, paging, unit)


@router.post(
    "/ipra-imports/{import_id}/quarantine/{ordinal}/correct", permission="ipra_import:correct", status_code=202
)
async def correct_quarantined_extract(
    import_id: UUID, ordinal: int, command: CorrectRecord, unit: UnitDep
) -> ImportView:
    """Correct a record that was put aside; it is imported anew and keeps the day its file came."""
    return ImportView.of(await import_extracts.correct_record(import_id, ordinal, command, unit.new_id(), unit))


@router.get("/ipra-extracts", permission="ipra_extract:read", sort=queries.EXTRACTS)
async def list_extracts(
    wanted: Annotated[ExtractFilter, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[ExtractLine]:
    """List the IPRA extracts the caller may see."""
    return await queries.extracts(wanted, paging, unit)


@router.get("/ipra-extracts/{extract_id}", permission="ipra_extract:read")
async def get_extract(extract_id: UUID, unit: UnitDep) -> ExtractCard:
    """Show one IPRA extract: the child, the measures and what was done of them."""
    return await queries.extract_card(extract_id, unit)


@router.post("/ipra-extracts/{extract_id}/executions", permission="ipra_extract:execute", status_code=201)
async def record_extract_execution(extract_id: UUID, command: RecordExecution, unit: UnitDep) -> ExtractLine:
    """Record that a measure of an extract was carried out, or why not (D3-24)."""
    return await queries.extract_line(await return_executions.record_execution(extract_id, command, unit), unit)


@router.post("/ipra-returns", permission="ipra_return:make", status_code=201)
async def make_extract_return(command: MakeReturn, unit: UnitDep) -> ReturnView:
    """Make the file that tells the bureau how the measures were carried out; each is sent once unless corrected."""
    return await queries.return_view(await return_executions.make_return(command, unit), unit)


@router.get("/ipra-returns", permission="ipra_return:read", sort=queries.RETURNS)
async def list_extract_returns(paging: PageQueryDep, unit: UnitDep) -> Page[ReturnView]:
    """List the files made for the bureau."""
    return await queries.returns(paging, unit)


@router.get("/ipra-returns/{return_id}/content", permission="ipra_return:read", files=["application/xml"])
async def get_extract_return_content(return_id: UUID, unit: UnitDep) -> Response:
    """Download a file made for the bureau."""
    name, content = await queries.return_file(return_id, unit)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/xml", headers=headers)
