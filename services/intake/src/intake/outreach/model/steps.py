"""What is kept of an outreach: the columns of its own row, its steps, attempts, letters, stages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import workdays
from contracts.identifiers import AgeBand, Code, ContactOutcome, ContactStep, DeliveryMode, FindingWay
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from workdays import Standing

from intake.outreach.states import OutreachState
from intake.tables import Base
from intake.terms import DueTime

INDEXES = (
    Index("ix_outreaches_organisation_id_due_at", "organisation_id", "due_at"),
    Index(
        "ix_outreaches_running",
        "organisation_id",
        "due_at",
        postgresql_where=text("state IN ('agreed', 'met', 'open')"),
        postgresql_include=["state", "step", "responsible_id", "territory", "region"],
    ),
    Index(
        "uq_outreaches_running_person",
        "organisation_id",
        "person_digest",
        unique=True,
        postgresql_where=text("state IN ('open', 'agreed', 'met', 'surveyed')"),
    ),
)
"""Indexes of ``outreaches``: the operator's list by due time; one running outreach per child and operator."""


class Columns:
    """Columns of ``outreaches``, a mixin: what becomes of them `intake.outreach.model.outreach.Outreach` decides."""

    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID]
    responsible_id: Mapped[UUID | None] = mapped_column(index=True)
    child_id: Mapped[UUID] = mapped_column(index=True)
    representative_id: Mapped[UUID]
    person_digest: Mapped[str] = mapped_column(index=True)
    age_band: Mapped[AgeBand]
    way: Mapped[FindingWay]
    origin_id: Mapped[UUID | None] = mapped_column(index=True)
    """The referral or extract that told of the family."""
    ground: Mapped[str]
    state: Mapped[OutreachState]
    step: Mapped[ContactStep]
    """That of `current`, for lists."""
    found_at: Mapped[datetime]
    start_due_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    notified_by: Mapped[ContactStep | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    meets_at: Mapped[datetime | None]
    place: Mapped[DeliveryMode | None]
    met_at: Mapped[datetime | None]
    surveyed_at: Mapped[datetime | None]
    application_id: Mapped[UUID | None] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]

    child: Mapped[dict[str, Any]]
    family: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any] | None]


class LadderStep(DueTime, Base):
    """One step of the ladder as it was gone: why it opened, by when it was due, how it ended.

    ``because`` and ``ended_by`` are codes: ``found``, ``phone-exhausted``, ``skipped``, ``agreed`` … A passed-over step
    keeps its ``reason`` of the pack.
    """

    __tablename__ = "outreach_steps"

    outreach_id: Mapped[UUID] = mapped_column(ForeignKey("outreaches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[ContactStep]
    opened_at: Mapped[datetime]
    because: Mapped[str]
    meeting: Mapped[bool] = mapped_column(default=False)
    """The visit is itself the meeting, with the survey the same day (D3-19)."""
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    reason: Mapped[str | None]

    def standing(self, now: datetime) -> Standing:
        """How the step stands, by the one function of T3."""
        return workdays.overdue(self.due_at, self.ended_at, now)

    def end(self, by: str, at: datetime, reason: Code | None = None) -> None:
        self.ended_at, self.ended_by, self.reason = at, by, reason


class Attempt(Base):
    """One attempt to reach the family, by whatever means; the proof of D3-16."""

    __tablename__ = "outreach_attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    outreach_id: Mapped[UUID] = mapped_column(ForeignKey("outreaches.id"), index=True)
    means: Mapped[ContactStep]
    outcome: Mapped[ContactOutcome]
    attempted_at: Mapped[datetime]
    attempted_by: Mapped[UUID | None]
    next_try_at: Mapped[datetime | None]


class Letter(Base):
    """A letter of notification. It counts as posted with its tracking number only: nothing is sent by us (D3-20)."""

    __tablename__ = "outreach_letters"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    outreach_id: Mapped[UUID] = mapped_column(ForeignKey("outreaches.id"), index=True)
    tracking_number: Mapped[str] = mapped_column(unique=True)
    posted_on: Mapped[date]
    posted_by: Mapped[UUID]
    outcome: Mapped[ContactOutcome | None]
    outcome_on: Mapped[date | None]


class StageDone(Base):
    """One of the seven stages of finding, done (D3-43)."""

    __tablename__ = "outreach_stages"

    outreach_id: Mapped[UUID] = mapped_column(ForeignKey("outreaches.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]
    done_by: Mapped[UUID | None]


class Finder(Base):
    """A person an operator has made responsible for finding families (D3-13)."""

    __tablename__ = "finders"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    principal_id: Mapped[UUID] = mapped_column(primary_key=True)
    named_at: Mapped[datetime]
    named_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
