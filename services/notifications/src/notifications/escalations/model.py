"""A running term of intake: watched, near, past, until what it asks for is done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from notifications.kinds import Term
from notifications.tables import Base


class Level(StrEnum):
    """How far it has come."""

    WATCHED = "watched"
    """The term runs, nobody is alarmed."""
    NEAR = "near"
    OVERDUE = "overdue"


class Escalation(Base):
    """One row per term that somebody has to meet."""

    __tablename__ = "escalations"

    term: Mapped[Term] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    """What it is about: the application, enquiry, referral, outreach, questionnaire or change."""
    number: Mapped[str | None]
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID]
    responsible_id: Mapped[UUID | None]
    """Who must act; None while nobody was chosen."""
    due_at: Mapped[datetime]
    since: Mapped[datetime]
    level: Mapped[Level]
    raised_at: Mapped[datetime | None]
    """When it came as far as ``level`` says."""
    closed_at: Mapped[datetime | None]
    """When what was asked for was done, or nobody waits for it any more."""
    met_by: Mapped[UUID | None]
    """The booking that ended it, where its cancellation lets the term run on (T5)."""

    def run_until(self, due_at: datetime) -> bool:
        """From now on it is due then; False where that is known already, so that nobody is warned twice."""
        if self.closed_at is None and self.due_at == due_at:
            return False
        self.due_at, self.level, self.raised_at, self.closed_at = due_at, Level.WATCHED, None, None
        return True

    def raise_to(self, level: Level, now: datetime) -> None:
        """Raise the level; a closed term, or one at least as urgent, stays as it is."""
        if self.closed_at is None and self.level not in {level, Level.OVERDUE}:
            self.level, self.raised_at = level, now

    def close(self, at: datetime) -> None:
        """Nobody has to do it any more."""
        self.closed_at = self.closed_at or at
