"""Files whose first appointment has not brought an assessment yet."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.work import Unit
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import select
from workdays import overdue

from cases.files.model import CaseFile
from cases.local_time import zone
from cases.pack import CasesPack, Step

ACTIONS = {
    "assessment_missing": "recordAssessment",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> Sequence[WorkItem]:
    """One item per file without an assessment, where the region asks for one before a programme (D2-21)."""
    files = await unit.session.scalars(
        select(CaseFile).where(CaseFile.assessed_on.is_(None)).order_by(CaseFile.first_appointment_due_at).limit(200)
    )
    return [_assessment_missing(file, unit) for file in files if _asks_for_assessment(file, unit)]


def _asks_for_assessment(file: CaseFile, unit: Unit) -> bool:
    return any(Step.ASSESSMENT in rules.requires for rules in unit.packs.of(CasesPack, file.region).programmes.values())


def _assessment_missing(file: CaseFile, unit: Unit) -> WorkItem:
    due_at = file.first_appointment_due_at
    return WorkItem(
        id=f"assessment_missing:{file.id}",
        service="cases",
        kind="assessment_missing",
        step=RouteStep.ASSESSMENT,
        group=file.child_id,
        subject_id=file.id,
        number=file.number,
        title="Провести первый приём: нет оценки по МКФ",
        region=file.region,
        territory=file.territory,
        organisation_id=file.serving_organisation_id,
        created_at=file.opened_at,
        due_at=due_at,
        standing=overdue(due_at, None, unit.now),
        explanation=f"Срок первого приёма: {due_at.astimezone(zone(unit, file.region)):%d.%m.%Y %H:%M}.",
        url=f"/cases/case-files/{file.id}",
    )
