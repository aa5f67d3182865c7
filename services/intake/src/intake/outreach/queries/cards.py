"""What the API shows of outreach."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, ContactOutcome, ContactStep, DeliveryMode, FindingWay
from pydantic import BaseModel, ConfigDict
from workdays import Standing, overdue

from intake.finding.queries import FoundContact, FoundSocial
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import LadderStep
from intake.outreach.states import RUNNING, OutreachState


class StepView(BaseModel):
    """A step of the ladder with the reason it opened, its due time explained, and how it ended."""

    position: int
    step: ContactStep
    opened_at: datetime
    because: str
    meeting: bool
    due_at: datetime
    provisional: bool
    standing: Standing
    explanation: str
    explanation_en: str
    attempts: int
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None

    @classmethod
    def of(cls, row: LadderStep, now: datetime) -> StepView:
        explained = row.explained
        computed = {"standing", "explanation", "explanation_en"}
        return cls(
            **{name: getattr(row, name) for name in StepView.model_fields if name not in computed},
            standing=row.standing(now),
            explanation=explained.text("ru"),
            explanation_en=explained.text("en"),
        )


class OutreachLine(BaseModel):
    """An outreach in a list; no personal data."""

    id: UUID
    version: int
    region: str
    territory: str
    organisation_id: UUID
    responsible_id: UUID | None
    way: FindingWay
    origin_id: UUID | None
    age_band: AgeBand
    state: OutreachState
    step: ContactStep
    found_at: datetime
    start_due_at: datetime
    started_at: datetime | None
    started_on_time: bool | None
    due_at: datetime
    standing: Standing | None
    escalated_at: datetime | None
    notified_at: datetime | None
    notified_by: ContactStep | None
    meets_at: datetime | None
    application_id: UUID | None
    closed_at: datetime | None
    reason: str | None


class AttemptView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    means: ContactStep
    outcome: ContactOutcome
    attempted_at: datetime
    attempted_by: UUID | None
    next_try_at: datetime | None


class LetterView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    tracking_number: str
    posted_on: date
    outcome: ContactOutcome | None
    outcome_on: date | None


class StageView(BaseModel):
    stage: str
    title: str
    done_at: datetime | None


class OutreachCard(OutreachLine):
    """An outreach as its reader may see it, with the whole ladder as it was gone."""

    child_id: UUID
    ground: str
    decided_at: datetime | None
    place: DeliveryMode | None
    met_at: datetime | None
    surveyed_at: datetime | None
    survey_same_day: bool | None
    steps: list[StepView]
    attempts: list[AttemptView]
    letters: list[LetterView]
    stages: list[StageView]
    contact: FoundContact | None = None
    social: FoundSocial | None = None
    withheld: list[FieldGroup] = []


class FiledApplication(BaseModel):
    """The application the outreach led to; the token opens the family's own page and is shown here once."""

    outreach_id: UUID
    application_id: UUID
    number: str
    status_token: str
    status_url: str


class FinderView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    organisation_id: UUID
    principal_id: UUID
    named_at: datetime


def line(outreach: Outreach, now: datetime) -> dict[str, Any]:
    """The fields of `OutreachLine`."""
    same = set(OutreachLine.model_fields) & set(Outreach.__table__.c.keys())
    started = outreach.started_at
    return {
        **{name: getattr(outreach, name) for name in same},
        "started_on_time": started <= outreach.start_due_at if started else None,
        "standing": overdue(outreach.due_at, None, now) if outreach.state in RUNNING else None,
    }
