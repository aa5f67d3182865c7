"""Consents that are withdrawn: no referral leaves on them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from intake.referrals.model.consents import WithdrawnConsent

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('intake.consents'), hashtext(:consent))")


async def note_withdrawn(consent_id: UUID, at: datetime, unit: Unit) -> None:
    """From now on nothing leaves on this consent."""
    await unit.session.execute(_ONE_AT_A_TIME, {"consent": str(consent_id)})
    row = insert(WithdrawnConsent).values(consent_id=consent_id, withdrawn_at=at)
    await unit.session.execute(row.on_conflict_do_nothing())
