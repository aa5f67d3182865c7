"""Consents the case file says are withdrawn: no referral leaves on one of them (D3-26; 152-FZ art. 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('intake.consents'), hashtext(:consent))")


class WithdrawnConsent(Base):
    """A consent that no longer stands; nothing but its id is known here."""

    __tablename__ = "withdrawn_consents"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    withdrawn_at: Mapped[datetime]


async def note_withdrawn(consent_id: UUID, at: datetime, unit: Unit) -> None:
    """From now on nothing leaves on this consent."""
    await unit.session.execute(_ONE_AT_A_TIME, {"consent": str(consent_id)})
    row = insert(WithdrawnConsent).values(consent_id=consent_id, withdrawn_at=at)
    await unit.session.execute(row.on_conflict_do_nothing())


async def require_standing(consent_id: UUID, unit: Unit) -> None:
    """Refuse a consent that was withdrawn: ``consent_withdrawn``. A withdrawal under way is waited for."""
    await unit.session.execute(_ONE_AT_A_TIME, {"consent": str(consent_id)})
    if await unit.session.get(WithdrawnConsent, consent_id) is not None:
        raise DomainError(
            "consent_withdrawn",
            Kind.FORBIDDEN,
            ru="Семья отозвала это согласие. Передать сведения можно только на другом основании.",
            en="The family has withdrawn this consent. The data may leave on another ground only.",
            field="consent.consent_id",
        )
