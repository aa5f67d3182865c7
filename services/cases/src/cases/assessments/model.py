"""A joint assessment: what several specialists found on one day with one tool. Findings are kept sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.cases import AssessmentCompleted
from contracts.sealed import Sealed
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import ARRAY, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cases.assessments.icf import Finding
from cases.tables import Base, ModelColumn

FINDINGS_PLACE = "cases.assessment.completed"
"""Where `Findings` are sealed: ``cases.assessment.completed/findings/<assessment id>``."""


def _one_per_category(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    if len({finding.category for finding in findings}) != len(findings):
        raise ValueError("категория указана дважды")
    return findings


FindingList = Annotated[tuple[Finding, ...], Field(min_length=1, max_length=200), AfterValidator(_one_per_category)]


class Findings(BaseModel):
    """The sealed part of an assessment; one finding per category."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    findings: FindingList
    conclusion: str | None = Field(None, max_length=4000)


class Assessment(Aggregate, Base):
    """One assessment by ICF: date, tool, assessors; the findings open under the child's key only."""

    __tablename__ = "assessments"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    region: Mapped[str]
    assessed_on: Mapped[date]
    tool: Mapped[str]
    assessors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    categories: Mapped[int]
    findings: Mapped[Sealed[Findings]] = mapped_column(ModelColumn(Sealed[Findings]))
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]

    def complete(self) -> None:
        """Record the fact: counts only, never categories or qualifiers."""
        self.record(
            AssessmentCompleted(
                assessment_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=self.region,
                assessed_on=self.assessed_on,
                categories=self.categories,
                assessors=len(self.assessors),
            )
        )
