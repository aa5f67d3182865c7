"""An earlier application of the same child, linked and judged by a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class Duplicate(Base):
    """An earlier application that looks like the same child's. ``reasons`` says what agrees."""

    __tablename__ = "application_duplicates"
    __table_args__ = (UniqueConstraint("application_id", "earlier_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    earlier_id: Mapped[UUID]
    state: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    found_at: Mapped[datetime]
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime | None]
