"""HTTP door of personal files."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, Router, UnitDep
from chassis.http.readers import Reader, ReadersQueryDep
from fastapi import Query

from cases.files import commands, queries
from cases.files.commands import FileProgress, FixTeam, RecogniseEligibility, SeeDocuments
from cases.files.queries import ORDER, FileQuery, FileSummary

router = Router(tags=["files"])


@router.get("/case-files", permission="case_file:read", sort=ORDER)
async def list_case_files(unit: UnitDep, query: Annotated[FileQuery, Query()]) -> Page[FileSummary]:
    """List the personal files the caller may see."""
    return await queries.list_files(query, unit)


@router.get("/case-files/{case_id}/readers", permission="readers:read")
async def list_case_file_readers(case_id: UUID, query: ReadersQueryDep, unit: UnitDep) -> Page[Reader]:
    """List who read the file, latest first, for the family and the head."""
    return await queries.file_readers(case_id, query, unit)


@router.post("/case-files/{case_id}/documents-seen", permission="case_file:record")
async def see_documents(case_id: UUID, command: SeeDocuments, unit: UnitDep) -> FileProgress:
    """Note that the documents of the family were seen at the first appointment."""
    return await commands.see_documents(case_id, command, unit)


@router.post("/case-files/{case_id}/eligibility", permission="case_file:recognise")
async def recognise_eligibility(case_id: UUID, command: RecogniseEligibility, unit: UnitDep) -> FileProgress:
    """Decide whether the child needs early help; refused families learn why (D2-20)."""
    return await commands.recognise_eligibility(case_id, command, unit)


@router.post("/case-files/{case_id}/team", permission="case_file:fix_team")
async def fix_team(case_id: UUID, command: FixTeam, unit: UnitDep) -> FileProgress:
    """Fix the interdisciplinary team of the child; its members see the file from now on."""
    return await commands.fix_team(case_id, command, unit)
