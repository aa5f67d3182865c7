"""Whom we may reach and how: what intake and cases told us about a family, the contact as sealed as it came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.personal import Contact
from contracts.sealed import Sealed
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from notifications.tables import Base, ModelColumn

SealedContact = Sealed[Contact]


class Family(Base):
    """One row per child: its representative, where they live, and which organisations answer for them.

    Somebody who asked a question is a family of one: child and representative are that person.
    """

    __tablename__ = "families"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(unique=True)
    representative_id: Mapped[UUID]
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID]
    serving_organisation_id: Mapped[UUID | None]
    contact: Mapped[SealedContact] = mapped_column(ModelColumn(SealedContact))
    contact_place: Mapped[str]
    """Where the contact was sealed for; without it nobody can open it."""
    contact_told_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    def reach_by(self, contact: SealedContact, place: str, told_at: datetime) -> None:
        """Take a newer contact over; an older one than the known changes nothing."""
        if told_at >= self.contact_told_at:
            self.contact, self.contact_place, self.contact_told_at = contact, place, told_at


class Specialist(Base):
    """A replica of scheduling's register."""

    __tablename__ = "specialists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    skills: Mapped[list[str]] = mapped_column(JSONB)
