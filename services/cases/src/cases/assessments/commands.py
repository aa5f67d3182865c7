"""Recording an assessment: several specialists, one day, one tool; sealed at once under the child's key."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Code, Purpose
from contracts.sealed import place, seal
from pydantic import BaseModel, ConfigDict, Field

from cases.assessments.model import FINDINGS_PLACE, Assessment, FindingList, Findings
from cases.files import errors
from cases.files.commands import file_progress
from cases.files.model import CaseFile
from cases.files.queries import working_for
from cases.local_time import today
from cases.pack import CasesPack, Step
from cases.requests import Command


class AssessmentRecorded(BaseModel):
    """The assessment's id, and where the file stands."""

    id: UUID
    case_id: UUID
    version: int
    done: list[Step]


class RecordAssessment(Command):
    """``tool`` is a code of the pack; ``assessors`` are scheduling's specialists."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "assessed_on": "2026-03-03",
                    "tool": "observation",
                    "assessors": ["0194f5d2-7c1e-7a3b-9d40-5e6f70819201"],
                    "findings": [
                        {"category": "d450", "qualifier": 2, "capacity": 3},
                        {"category": "e310", "qualifier": 3, "facilitator": True},
                    ],
                    "conclusion": "Петя ходит с опорой; дома его поддерживают все взрослые.",
                }
            ]
        }
    )

    id: UUID | None = None
    assessed_on: date | None = None
    tool: Code
    assessors: tuple[UUID, ...] = Field(min_length=1, max_length=10)
    findings: FindingList
    conclusion: str | None = Field(None, max_length=4000)


async def record_assessment(case_id: UUID, command: RecordAssessment, unit: Unit) -> AssessmentRecorded:
    """Record a joint assessment by ICF (D2-21); needs the written consent for health data, now."""
    file = await unit.get(CaseFile, case_id, "assessment:record", under=True)
    pack, day = unit.packs.of(CasesPack, file.region), today(unit, file.region)
    file.require_before(Step.ASSESSMENT, day, pack)
    file.require_ground(Purpose.HEALTH, day, pack)
    if command.tool not in {tool.code for tool in pack.tools}:
        raise errors.unknown_code("tool")
    await _all_work_for(file, command.assessors, unit)
    assessment = await _sealed(file, command, day, unit)
    unit.session.add(assessment)
    assessment.complete()
    file.note_assessment(assessment.assessed_on)
    stands = file_progress(file, unit)
    return AssessmentRecorded(id=assessment.id, case_id=file.id, version=stands.version, done=stands.done)


async def _all_work_for(file: CaseFile, assessors: tuple[UUID, ...], unit: Unit) -> None:
    found = await working_for(file.serving_organisation_id, assessors, unit)
    if missing := len(set(assessors)) - len(found):
        raise errors.unknown_specialists(missing, "assessors")


async def _sealed(file: CaseFile, command: RecordAssessment, day: date, unit: Unit) -> Assessment:
    assessed_on = command.assessed_on or day
    if assessed_on > day:
        raise errors.in_the_future("assessed_on")
    assessment_id = command.id or unit.new_id()
    findings = Findings(findings=command.findings, conclusion=command.conclusion)
    key = await unit.keys.get(file.child_id)
    return Assessment(
        id=assessment_id,
        case_id=file.id,
        child_id=file.child_id,
        region=file.region,
        assessed_on=assessed_on,
        tool=command.tool,
        assessors=list(dict.fromkeys(command.assessors)),
        categories=len(command.findings),
        findings=seal(findings, key, place(FINDINGS_PLACE, "findings", assessment_id)),
        recorded_by=unit.actor.id,
        recorded_at=unit.now,
    )
