"""Agencies' own systems: their credentials, what they sent before, and what they are still to be told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class AgencyEndpoint(Base):
    """The signing secret of an agency's system, sealed, and where its callbacks go."""

    __tablename__ = "agency_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    region: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(unique=True)
    callback_url: Mapped[str | None]
    secret: Mapped[bytes]
    earlier_secret: Mapped[bytes | None]
    earlier_until: Mapped[datetime | None]
    """Until when messages signed with the earlier secret are taken too, so that a change needs no pause."""
    active: Mapped[bool] = mapped_column(default=True)
    registered_at: Mapped[datetime]


class AgencyMessage(Base):
    """A signed message that was taken: the same id again gives the same answer, or is refused for another body."""

    __tablename__ = "agency_messages"

    endpoint_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    subject_id: Mapped[UUID]
    received_at: Mapped[datetime]


class Callback(Base):
    """One state an agency is to be told of. Kept after delivery; retried through the agency's outage."""

    __tablename__ = "agency_callbacks"
    __table_args__ = (
        Index(
            "ix_agency_callbacks_waiting",
            "next_try_at",
            postgresql_where=text("delivered_at IS NULL AND gave_up_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    region: Mapped[str]
    organisation_id: Mapped[UUID]
    referral_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str]
    version: Mapped[int]
    """The referral's version, so that a receiver can tell an older state from a newer one."""
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """What came of the last try: an HTTP status or a code such as ``timeout``; never what the other side wrote."""
