"""What the API shows of outreach."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, ContactOutcome, ContactStep, DeliveryMode, FindingWay
from pydantic import BaseModel, ConfigDict
from workdays import Standing, overdue

from intake.directory.queries.names import Names
from intake.finding.queries import FoundContact, FoundSocial
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Attempt, LadderStep
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
        return cls(
            position=row.position,
            step=row.step,
            opened_at=row.opened_at,
            because=row.because,
            meeting=row.meeting,
            due_at=row.due_at,
            provisional=row.provisional,
            standing=row.standing(now),
            explanation=explained.text("ru"),
            explanation_en=explained.text("en"),
            attempts=row.attempts,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            reason=row.reason,
        )


class OutreachLine(BaseModel):
    """An outreach in a list; no personal data."""

    id: UUID
    version: int
    region: str
    territory: str
    territory_title: str | None
    organisation_id: UUID
    organisation_title: str | None
    responsible_id: UUID | None
    responsible_name: str | None
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
    means: ContactStep
    outcome: ContactOutcome
    attempted_at: datetime
    attempted_by: UUID | None
    attempted_by_name: str | None
    next_try_at: datetime | None

    @classmethod
    def of(cls, row: Attempt, names: Names) -> AttemptView:
        return cls(
            means=row.means,
            outcome=row.outcome,
            attempted_at=row.attempted_at,
            attempted_by=row.attempted_by,
            attempted_by_name=names.of(row.attempted_by),
            next_try_at=row.next_try_at,
        )


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
    organisation_id: UUID
    organisation_title: str | None
    principal_id: UUID
    principal_name: str | None
    named_at: datetime


def named(outreach: Outreach) -> tuple[UUID | None, ...]:
    """Whom a line names."""
    return outreach.responsible_id, outreach.organisation_id


def line(outreach: Outreach, names: Names, now: datetime) -> dict[str, Any]:
    """The fields of `OutreachLine`."""
    started = outreach.started_at
    return {
        "id": outreach.id,
        "version": outreach.version,
        "region": outreach.region,
        "territory": outreach.territory,
        "territory_title": names.territory(outreach.territory),
        "organisation_id": outreach.organisation_id,
        "organisation_title": names.of(outreach.organisation_id),
        "responsible_id": outreach.responsible_id,
        "responsible_name": names.of(outreach.responsible_id),
        "way": outreach.way,
        "origin_id": outreach.origin_id,
        "age_band": outreach.age_band,
        "state": outreach.state,
        "step": outreach.step,
        "found_at": outreach.found_at,
        "start_due_at": outreach.start_due_at,
        "started_at": started,
        "started_on_time": started <= outreach.start_due_at if started else None,
        "due_at": outreach.due_at,
        "standing": overdue(outreach.due_at, None, now) if outreach.state in RUNNING else None,
        "escalated_at": outreach.escalated_at,
        "notified_at": outreach.notified_at,
        "notified_by": outreach.notified_by,
        "meets_at": outreach.meets_at,
        "application_id": outreach.application_id,
        "closed_at": outreach.closed_at,
        "reason": outreach.reason,
    }
