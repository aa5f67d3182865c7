"""A consent the case file says is withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class WithdrawnConsent(Base):
    """A consent that no longer stands; nothing but its id is known here."""

    __tablename__ = "withdrawn_consents"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    withdrawn_at: Mapped[datetime]
