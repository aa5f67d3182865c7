"""HTTP door of programmes."""

from __future__ import annotations

from uuid import UUID

from chassis.http import Router, UnitDep

from cases.programmes import commands, queries
from cases.programmes.commands import DrawUpProgramme, IppsuEntered, ProgrammeStanding, RecordIppsu, SignProgramme
from cases.programmes.draft import ProgrammeForm
from cases.programmes.queries import ProgrammeCard

router = Router(tags=["programmes"])


@router.post("/case-files/{case_id}/ippsu", permission="case_file:record", status_code=201)
async def record_ippsu(case_id: UUID, command: RecordIppsu, unit: UnitDep) -> IppsuEntered:
    """Record the IPPSU the family brought; working programmes stand on it (D4-05)."""
    return await commands.record_ippsu(case_id, command, unit)


@router.post("/case-files/{case_id}/programmes", permission="programme:draft", status_code=201)
async def draw_up_programme(case_id: UUID, command: DrawUpProgramme, unit: UnitDep) -> ProgrammeStanding:
    """Draw up a programme from a template of the region, with goals and services."""
    return await commands.draw_up_programme(case_id, command, unit)


@router.get("/programmes/{programme_id}", permission="case_file:read")
async def get_programme(programme_id: UUID, unit: UnitDep) -> ProgrammeCard:
    """Show a programme with its versions, goals, services and the child's quota."""
    return await queries.programme_card(programme_id, unit)


@router.put("/programmes/{programme_id}", permission="programme:edit")
async def edit_programme(programme_id: UUID, form: ProgrammeForm, unit: UnitDep) -> ProgrammeStanding:
    """Change a draft: goals, services and terms, in place of what stood there."""
    return await commands.edit_programme(programme_id, form, unit)


@router.post("/programmes/{programme_id}/sign", permission="programme:sign")
async def sign_programme(programme_id: UUID, command: SignProgramme, unit: UnitDep) -> ProgrammeStanding:
    """Note that the family has signed the programme, and how."""
    return await commands.sign_programme(programme_id, command, unit)


@router.post("/programmes/{programme_id}/approve", permission="programme:approve")
async def approve_programme(programme_id: UUID, unit: UnitDep) -> ProgrammeStanding:
    """Approve the programme; its services become the demand for visits."""
    return await commands.approve_programme(programme_id, unit)


@router.post("/programmes/{programme_id}/correct", permission="programme:correct")
async def correct_programme(programme_id: UUID, unit: UnitDep) -> ProgrammeStanding:
    """Begin a new version of an approved programme; the old one stays in force until it is approved."""
    return await commands.correct_programme(programme_id, unit)
