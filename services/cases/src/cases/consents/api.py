"""HTTP door of the register of consents."""

from __future__ import annotations

from uuid import UUID

from chassis.http import Router, UnitDep

from cases.consents import commands
from cases.consents.commands import ConsentEntered, RecordConsent

router = Router(tags=["people"])


@router.post("/case-files/{case_id}/consents", permission="consent:record", status_code=201)
async def record_consent(case_id: UUID, command: RecordConsent, unit: UnitDep) -> ConsentEntered:
    """Record a consent signed on paper, with the person who checked the signer's authority (D0-22)."""
    return await commands.record_consent(case_id, command, unit)


@router.post("/consents/{consent_id}/withdraw", permission="consent:withdraw")
async def withdraw_consent(consent_id: UUID, unit: UnitDep) -> ConsentEntered:
    """Withdraw a consent; what stands on it alone is no longer read or sent (152-FZ art. 9)."""
    return await commands.withdraw_consent(consent_id, unit)
