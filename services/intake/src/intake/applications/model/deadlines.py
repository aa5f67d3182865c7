"""Deadlines of an application: kept with the reason for their date, and with every later change of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import workdays
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from workdays import Standing

from intake.tables import Base
from intake.terms import DueTime


class DeadlineKind(StrEnum):
    CALL_BACK = "call_back"
    """A coordinator calls the family back within the working day (D2-17)."""
    ACCEPTANCE = "acceptance"
    """The service accepts or returns what was handed over."""
    FIRST_APPOINTMENT = "first_appointment"
    """The first appointment, within a week of the call (D2-19)."""


class Deadline(DueTime, Base):
    """One deadline of an application."""

    __tablename__ = "deadlines"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    kind: Mapped[DeadlineKind] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    """When the deadline passed undone and somebody had to be told."""

    def standing(self, now: datetime) -> Standing:
        """How the deadline stands, by the one function of T3."""
        return workdays.overdue(self.due_at, self.done_at, now)


class DeadlineChange(Base):
    """What a deadline was before its calendar or term changed."""

    __tablename__ = "deadline_changes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    kind: Mapped[DeadlineKind]
    changed_at: Mapped[datetime]
    due_before: Mapped[datetime]
    due_after: Mapped[datetime]
    explanation_before: Mapped[dict[str, Any]]
    reason: Mapped[str]


def kept(application_id: UUID, kind: DeadlineKind, start: datetime, found: workdays.Deadline) -> Deadline:
    """The row for a computed deadline."""
    return Deadline(
        application_id=application_id,
        kind=kind,
        started_at=start,
        due_at=found.due_at,
        provisional=found.provisional,
        explanation=found.explanation.to_json(),
    )
