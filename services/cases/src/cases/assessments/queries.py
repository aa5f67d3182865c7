"""Assessments as their readers see them: the findings only with consent for health data."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.sealed import place, unseal
from pydantic import BaseModel, Field
from sqlalchemy import Select, select

from cases.assessments.icf import CHAPTERS, Finding, chapter
from cases.assessments.model import FINDINGS_PLACE, Assessment, Findings
from cases.files.queries import audit_read, readable_file, visible_groups
from cases.pack import CasesPack, title_of


class FindingCard(BaseModel):
    """A finding with its code as specialists write it and the chapter's title."""

    category: str
    code: str
    chapter: str
    qualifier: int
    capacity: int | None
    facilitator: bool


class AssessmentCard(BaseModel):
    """One assessment. ``findings`` and ``conclusion`` are None where they are withheld."""

    id: UUID
    assessed_on: date
    tool: str
    tool_title: str
    assessors: list[UUID]
    categories: int
    findings: list[FindingCard] | None
    conclusion: str | None


_COLUMNS = Assessment.__table__.c
ORDER = Order({name: _COLUMNS[name] for name in ("assessed_on", "recorded_at")}, _COLUMNS.id, "-assessed_on")


class AssessmentQuery(PageQuery):
    """Which assessments of a file are wanted, and which page of them."""

    since: date | None = Field(None, description="First day of the assessment, included.")
    until: date | None = Field(None, description="Last day of the assessment, included.")

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The narrowed statement."""
        conditions = [
            self.since is None or Assessment.assessed_on >= self.since,
            self.until is None or Assessment.assessed_on <= self.until,
        ]
        return statement.where(*(condition for condition in conditions if condition is not True))


async def assessments(case_id: UUID, query: AssessmentQuery, unit: Unit) -> Page[AssessmentCard]:
    """The assessments of a file, latest first."""
    file = await readable_file(case_id, unit)
    groups = visible_groups(file, unit)
    of_file = query.narrow(select(Assessment).where(Assessment.case_id == file.id))
    rows, cursor, total = await paginate(unit.session, of_file, query, ORDER)
    cards = [await _card(row[0], FieldGroup.HEALTH in groups, unit) for row in rows]
    await audit_read(file, groups, unit, len(cards))
    return Page(items=cards, next_cursor=cursor, total=total)


async def assessment_cards(case_id: UUID, groups: frozenset[FieldGroup], unit: Unit) -> list[AssessmentCard]:
    """All cards without the audit, for an answer that shows more than them."""
    found = await unit.session.scalars(
        select(Assessment)
        .where(Assessment.case_id == case_id)
        .order_by(Assessment.assessed_on.desc(), Assessment.recorded_at.desc())
    )
    return [await _card(assessment, FieldGroup.HEALTH in groups, unit) for assessment in found.all()]


async def _card(assessment: Assessment, health: bool, unit: Unit) -> AssessmentCard:
    opened = await _opened(assessment, unit) if health else None
    return AssessmentCard(
        id=assessment.id,
        assessed_on=assessment.assessed_on,
        tool=assessment.tool,
        tool_title=title_of(assessment.tool, unit.packs.of(CasesPack, assessment.region).tools),
        assessors=assessment.assessors,
        categories=assessment.categories,
        findings=[_finding(finding) for finding in opened.findings] if opened else None,
        conclusion=opened.conclusion if opened else None,
    )


async def _opened(assessment: Assessment, unit: Unit) -> Findings:
    key = await unit.keys.get(assessment.child_id)
    return unseal(assessment.findings, Findings, key, place(FINDINGS_PLACE, "findings", assessment.id))


def _finding(finding: Finding) -> FindingCard:
    return FindingCard(
        category=finding.category,
        code=finding.code,
        chapter=CHAPTERS[chapter(finding.category)],
        qualifier=finding.qualifier,
        capacity=finding.capacity,
        facilitator=finding.facilitator,
    )
