"""The read tables. A row is one thing that happened; columns stay empty until the fact that fills them arrives."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from reporting.tables import Base


class _Scoped:
    """Where a row belongs; the columns row security compares."""

    region: Mapped[str | None]
    territory: Mapped[str | None]
    organisation_id: Mapped[UUID | None]


class ApplicationRow(_Scoped, Base):
    """One application: how it came in, when it was answered (D2-17, D2-22)."""

    __tablename__ = "application_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str | None]
    entry_point: Mapped[str | None]
    age_band: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    call_back_due_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]
    reached_on_time: Mapped[bool | None]
    redirected: Mapped[bool | None]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AppointmentRow(_Scoped, Base):
    """One appointment; the first one counts for the week of D2-19."""

    __tablename__ = "appointment_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID | None] = mapped_column(index=True)
    first: Mapped[bool | None]
    starts_at: Mapped[datetime | None]
    in_time: Mapped[bool | None]
    held_at: Mapped[datetime | None]
    cancelled: Mapped[bool | None]


class CaseRow(_Scoped, Base):
    """One personal file."""

    __tablename__ = "case_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID | None]
    age_band: Mapped[str | None]
    opened_at: Mapped[datetime | None]


class ProgrammeRow(_Scoped, Base):
    """The approved version of a programme, with the pack's minimum it has to reach (D4-07)."""

    __tablename__ = "programme_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    child_id: Mapped[UUID | None]
    kind: Mapped[str | None]
    starts_on: Mapped[date | None] = mapped_column(index=True)
    ends_on: Mapped[date | None]
    quota: Mapped[dict[str, int] | None] = mapped_column(JSONB)


class DeliveryRow(_Scoped, Base):
    """One delivered service with its accounting code (D4-08, D4-21); a cancelled one counts nowhere."""

    __tablename__ = "delivery_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None]
    child_id: Mapped[UUID | None]
    programme_id: Mapped[UUID | None] = mapped_column(index=True)
    service_code: Mapped[str | None]
    service_group: Mapped[str | None]
    mode: Mapped[str | None]
    accounting: Mapped[str | None]
    delivered_on: Mapped[date | None]
    minutes: Mapped[int | None]
    cancelled: Mapped[bool | None]


class VisitRow(_Scoped, Base):
    """One home visit or remote session: published, postponed or reported (D4-12, D2-29)."""

    __tablename__ = "visit_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None]
    child_id: Mapped[UUID | None]
    programme_id: Mapped[UUID | None] = mapped_column(index=True)
    mode: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    state: Mapped[str | None]
    outcome: Mapped[str | None]
    planned: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    """Services of the visit by group; counts towards the forecast while the visit stands."""


class TripRow(_Scoped, Base):
    """One brigade trip to a point (D4-15, D4-19)."""

    __tablename__ = "trip_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date | None]
    urgent: Mapped[bool | None]
    confirmed: Mapped[bool | None]
    published: Mapped[bool | None]
    performed: Mapped[bool | None]
    cancelled: Mapped[bool | None]
    families: Mapped[int | None]
    services: Mapped[int | None]


class EnquiryRow(_Scoped, Base):
    """One question of the journal: theme, term and result (D0-36, D0-37)."""

    __tablename__ = "enquiry_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str | None]
    theme: Mapped[str | None]
    help_kind: Mapped[str | None]
    anonymous: Mapped[bool | None]
    complaint: Mapped[bool | None]
    registered_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    on_time: Mapped[bool | None]
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None]
