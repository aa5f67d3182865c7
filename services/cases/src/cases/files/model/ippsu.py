"""The IPPSU as the authority issued it: the provider records number, date, term and issuer (D4-05)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class Ippsu(Base):
    """One issued programme of social services; a change is a new one, keyed by number and date."""

    __tablename__ = "ippsus"
    __table_args__ = (
        UniqueConstraint("case_id", "number", "issued_on"),
        CheckConstraint("valid_until >= issued_on", name="term"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    number: Mapped[str]
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    issuer: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]

    def covers(self, first: date, last: date) -> bool:
        """Whether it is in force on every day from ``first`` to ``last``."""
        return self.issued_on <= first and last <= self.valid_until
