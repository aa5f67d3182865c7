"""HTTP door of assessments."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, Router, UnitDep
from fastapi import Query

from cases.assessments import commands, queries
from cases.assessments.commands import AssessmentRecorded, RecordAssessment
from cases.assessments.queries import ORDER, AssessmentCard, AssessmentQuery

router = Router(tags=["assessments"])


@router.post("/case-files/{case_id}/assessments", permission="assessment:record", status_code=201)
async def record_assessment(case_id: UUID, command: RecordAssessment, unit: UnitDep) -> AssessmentRecorded:
    """Record an assessment by ICF domains and qualifiers; it takes the child a step nearer to a programme (D2-21)."""
    return await commands.record_assessment(case_id, command, unit)


@router.get("/case-files/{case_id}/assessments", permission="case_file:read", sort=ORDER)
async def list_assessments(
    case_id: UUID, unit: UnitDep, query: Annotated[AssessmentQuery, Query()]
) -> Page[AssessmentCard]:
    """List the assessments of a file, the latest first."""
    return await queries.assessments(case_id, query, unit)
