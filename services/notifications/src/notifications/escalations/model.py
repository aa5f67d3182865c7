"""An application whose call back is near or past, until the family is reached."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from notifications.base import Base


class Level(StrEnum):
    """How far it has come."""

    WATCHED = "watched"
    """The deadline runs, nobody is alarmed."""
    NEAR = "near"
    OVERDUE = "overdue"


class Escalation(Base):
    """One row per application that waits for its call back."""

    __tablename__ = "escalations"

    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID]
    coordinator_id: Mapped[UUID | None]
    due_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    level: Mapped[Level]
    raised_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When the family was reached, or withdrew."""

    def raise_to(self, level: Level, now: datetime) -> None:
        """It became more urgent; nothing for a closed one."""
        if self.closed_at is None:
            self.level, self.raised_at = level, now

    def close(self, at: datetime) -> None:
        """The family was reached, or withdrew."""
        self.closed_at = self.closed_at or at
