"""What the API shows of referrals, extracts and imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, FindingWay
from pydantic import BaseModel
from workdays import Standing as DueStanding

from intake.directory.queries.names import Names
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
    territory_title: str | None
    kind: str
    branch: str | None
    department: str
    way: FindingWay
    state: ReferralState
    sender_organisation_id: UUID | None
    sender_organisation_title: str | None
    receiver_organisation_id: UUID
    receiver_organisation_title: str | None
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


def named(referral: Referral) -> tuple[UUID | None, ...]:
    """Whom a line names."""
    return referral.organisation_id, referral.serving_organisation_id


def line(referral: Referral, names: Names, now: datetime) -> dict[str, Any]:
    """The fields of `ReferralLine`."""
    explained = referral.explained
    return {
        "id": referral.id,
        "version": referral.version,
        "number": referral.number,
        "region": referral.region,
        "territory": referral.territory,
        "territory_title": names.territory(referral.territory),
        "kind": referral.kind,
        "branch": referral.branch,
        "department": referral.department,
        "way": referral.way,
        "state": referral.state,
        "sender_organisation_id": referral.organisation_id,
        "sender_organisation_title": names.of(referral.organisation_id),
        "receiver_organisation_id": referral.serving_organisation_id,
        "receiver_organisation_title": names.of(referral.serving_organisation_id),
        "outgoing": referral.outgoing,
        "ground": referral.ground,
        "age_band": referral.age_band,
        "received_at": referral.received_at,
        "due_at": referral.due_at,
        "provisional": referral.provisional,
        "standing": referral.standing(now),
        "explanation": explained.text("ru"),
        "explanation_en": explained.text("en"),
        "answered_at": referral.answered_at,
        "escalated_at": referral.escalated_at,
        "reason": referral.reason,
        "result": referral.result,
        "outreach_id": referral.outreach_id,
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
        return cls(
            departments=referrals.departments,
            kinds=referrals.kinds,
            grounds=referrals.grounds,
            decline_reasons=referrals.decline_reasons,
            revoke_reasons=referrals.revoke_reasons,
            results=referrals.results,
            execution_reasons=referrals.execution_reasons,
            measures=ladder.measures if ladder else (),
            stages=ladder.stages if ladder else (),
            skip_reasons=ladder.skip_reasons if ladder else (),
            break_reasons=ladder.break_reasons if ladder else (),
            refusal_reasons=ladder.refusal_reasons if ladder else (),
        )
