"""What the API shows of referrals, extracts and imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, FindingWay
from pydantic import BaseModel
from workdays import Standing as DueStanding

from intake.finding.ladder_pack import OutreachPack, SkipReason
from intake.finding.queries import FoundContact, FoundHealthView, FoundSocial
from intake.finding.referrals_pack import Ground, Named, PackReason, ReferralKind, ReferralsPack
from intake.referrals.model.referral import Referral, ReferralState


class ReferralLine(BaseModel):
    """A referral in a list; no personal data."""

    id: UUID
    version: int
    number: str
    region: str
    territory: str
    kind: str
    branch: str | None
    department: str
    way: FindingWay
    state: ReferralState
    sender_organisation_id: UUID | None
    receiver_organisation_id: UUID
    outgoing: bool
    ground: str
    age_band: AgeBand
    received_at: datetime
    due_at: datetime
    provisional: bool
    standing: DueStanding | None
    explanation: str
    explanation_en: str
    answered_at: datetime | None
    escalated_at: datetime | None
    reason: str | None
    result: str | None
    outreach_id: UUID | None


class ReferralCard(ReferralLine):
    """A referral as its reader may see it; ``withheld`` names what the ground does not open to the receiver."""

    child_id: UUID
    ground_ended_at: datetime | None
    contact: FoundContact | None = None
    social: FoundSocial | None = None
    health: FoundHealthView | None = None
    withheld: list[FieldGroup] = []


def line(referral: Referral, now: datetime) -> dict[str, Any]:
    """The fields of `ReferralLine`."""
    explained = referral.explained
    same = set(ReferralLine.model_fields) & set(Referral.__table__.c.keys())
    return {
        **{name: getattr(referral, name) for name in same - {"explanation"}},
        "sender_organisation_id": referral.organisation_id,
        "receiver_organisation_id": referral.serving_organisation_id,
        "standing": referral.standing(now),
        "explanation": explained.text("ru"),
        "explanation_en": explained.text("en"),
    }


class ReferralForm(BaseModel):
    """What may be chosen where a referral is filed and answered, and on the ladder that follows it, if any does."""

    departments: tuple[Named, ...]
    kinds: tuple[ReferralKind, ...]
    grounds: tuple[Ground, ...]
    decline_reasons: tuple[PackReason, ...]
    revoke_reasons: tuple[PackReason, ...]
    results: tuple[PackReason, ...]
    execution_reasons: tuple[PackReason, ...]
    measures: tuple[Named, ...]
    stages: tuple[Named, ...]
    skip_reasons: tuple[SkipReason, ...]
    break_reasons: tuple[PackReason, ...]
    refusal_reasons: tuple[PackReason, ...]

    @classmethod
    def of(cls, referrals: ReferralsPack, ladder: OutreachPack | None) -> ReferralForm:
        return cls(**{n: getattr(referrals, n, None) or getattr(ladder, n, ()) for n in cls.model_fields})
