"""What the API shows of referrals, extracts and imports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, FindingWay
from pydantic import BaseModel
from workdays import Standing as DueStanding

from intake.outreach.pack import OutreachPack, SkipReason
from intake.referrals.extracts import IpraExtract, IpraImport, IpraReturn, Standing
from intake.referrals.model import Referral, State
from intake.referrals.pack import Ground, Named, Reason, ReferralKind, ReferralsPack


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
    state: State
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


class FoundContact(BaseModel):
    child_name: str
    birth_date: date
    snils: str | None
    representative_name: str
    phone: str | None
    email: str | None
    address: str | None


class FoundSocial(BaseModel):
    need: str | None
    measures: tuple[str, ...]


class FoundHealthView(BaseModel):
    diagnosis: str | None
    disability_until: date | None
    measures: tuple[dict[str, str | None], ...]
    protocol_on: date | None = None


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


class ExtractLine(BaseModel):
    """An extract in a list; no personal data but the number of the document."""

    id: UUID
    version: int
    region: str
    territory: str
    organisation_id: UUID
    number: str
    issued_on: date
    valid_until: date | None
    state: Standing
    superseded_by: UUID | None
    age_band: AgeBand
    measures: int
    received_at: datetime
    outreach_id: UUID | None

    @classmethod
    def of(cls, extract: IpraExtract) -> ExtractLine:
        return cls.model_validate({name: getattr(extract, name) for name in ExtractLine.model_fields})


class ExecutionView(BaseModel):
    measure: int
    executed: bool
    executed_on: date
    reason: str | None
    sent: bool


class ExtractCard(ExtractLine):
    routing: dict[str, Any]
    executions: list[ExecutionView]
    contact: FoundContact | None = None
    health: FoundHealthView | None = None


class ReferralForm(BaseModel):
    """What may be chosen where a referral is filed and answered, and on the ladder that follows it, if any does."""

    departments: tuple[Named, ...]
    kinds: tuple[ReferralKind, ...]
    grounds: tuple[Ground, ...]
    decline_reasons: tuple[Reason, ...]
    revoke_reasons: tuple[Reason, ...]
    results: tuple[Reason, ...]
    execution_reasons: tuple[Reason, ...]
    measures: tuple[Named, ...]
    stages: tuple[Named, ...]
    skip_reasons: tuple[SkipReason, ...]
    break_reasons: tuple[Reason, ...]
    refusal_reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, referrals: ReferralsPack, ladder: OutreachPack | None) -> ReferralForm:
        return cls(**{n: getattr(referrals, n, None) or getattr(ladder, n, ()) for n in cls.model_fields})


class ImportView(BaseModel):
    """The protocol of an import: how far it is and what became of the records (counts only)."""

    id: UUID
    region: str
    layout: str
    state: str
    size: int
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: float
    seen: int
    taken: int
    known: int
    superseding: int
    superseded: int
    quarantined: int
    failure: dict[str, Any] | None

    @classmethod
    def of(cls, job: IpraImport) -> ImportView:
        values = {name: getattr(job, name) for name in ImportView.model_fields if name != "progress"}
        return cls(**values, progress=1.0 if job.state == "done" else round(job.bytes_done / max(job.size, 1), 3))


class QuarantineView(BaseModel):
    """A record that was not taken in: where it stands and why; its content is not shown."""

    ordinal: int
    line: int
    reasons: list[dict[str, Any]]
    corrected_by: UUID | None


class ReturnView(BaseModel):
    """A file of execution marks that was made; ``lines``: how many marks it holds."""

    id: UUID
    region: str
    organisation_id: UUID
    layout: str
    made_at: datetime
    lines: int

    @classmethod
    def of(cls, made: IpraReturn) -> ReturnView:
        values = {name: getattr(made, name) for name in ReturnView.model_fields if name != "lines"}
        return cls(**values, lines=len(made.lines))
