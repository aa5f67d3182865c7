"""What devices brought: every item once, conflicts with both values, and offers of new dates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.identifiers import VisitOutcome
from contracts.scheduling import PerformedService
from sqlalchemy import ARRAY, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.fieldwork.reports import ItemAnswer
from scheduling.tables import Base, Typed
from scheduling.trips.model import TripInvitation
from scheduling.visits.model import Visit


class SyncItem(Base):
    """One item of a device, kept as it came; ``id`` is the client's. ``answer`` is what a resend gets again.

    ``note`` is free text sealed under the child's key; notes are added to one another, never merged.
    """

    __tablename__ = "sync_items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[str]
    principal_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    child_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[str]
    base_version: Mapped[int]
    reported_at: Mapped[datetime]
    received_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    answer: Mapped[ItemAnswer] = mapped_column(Typed(ItemAnswer))


Subject = Visit | TripInvitation
"""What a report is of: a visit, or a family invited to a trip."""


class SubjectKind(StrEnum):
    """The kinds of `Subject`."""

    VISIT = "visit"
    INVITATION = "invitation"


def subject_kind(subject: Subject) -> SubjectKind:
    """Which of the two it is."""
    match subject:
        case Visit():
            return SubjectKind.VISIT
        case TripInvitation():
            return SubjectKind.INVITATION


ReportedValue = VisitOutcome | tuple[PerformedService, ...] | None
"""A field of a report: the ``outcome``, or the ``services`` given; None where nothing was reported yet."""


class Choice(StrEnum):
    """Which value a person decided for."""

    KEPT = "kept"
    OFFERED = "offered"


class SyncConflict(Base):
    """Two values of one field, written without knowing of each other; both stay for ever (T1)."""

    __tablename__ = "sync_conflicts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(index=True)
    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[UUID]
    region: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    child_id: Mapped[UUID]
    field: Mapped[str]
    kept: Mapped[ReportedValue] = mapped_column(Typed(ReportedValue), nullable=True)
    offered: Mapped[ReportedValue] = mapped_column(Typed(ReportedValue), nullable=True)
    reported_at: Mapped[datetime]
    found_at: Mapped[datetime]
    choice: Mapped[Choice | None]
    resolved_by: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None]


class OfferState(StrEnum):
    """Where an offer stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class NewDate(Base):
    """A free time for a postponed visit. For a home visit it says what the brigade's route would become."""

    __tablename__ = "offers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID] = mapped_column(index=True)
    region: Mapped[str]
    organisation_id: Mapped[UUID]
    coordinator_id: Mapped[UUID]
    state: Mapped[OfferState] = mapped_column(default=OfferState.OPEN)
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    specialist_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    route_id: Mapped[UUID | None]
    route_version: Mapped[int]
    leaves_at: Mapped[datetime | None]
    back_at: Mapped[datetime | None]
    computed_at: Mapped[datetime]
