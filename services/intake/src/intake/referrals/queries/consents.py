"""Whether a consent still stands."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit

from intake.referrals.commands.note_withdrawn import _ONE_AT_A_TIME
from intake.referrals.model.consents import WithdrawnConsent


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
