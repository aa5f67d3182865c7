"""What a referral or an extract says of a family, as a request."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.identifiers import Code
from pydantic import AwareDatetime, Field

from intake.finding.grounds import WrittenConsent
from intake.finding.requests import Child, Family
from intake.particulars.examples import CHILD, FAMILY, PARTNER, REGION, TERRITORY, shown
from intake.particulars.requests import LongText, Strict


class Signal(Strict):
    """What any sender tells. ``territory`` is a code of the region, unknown where it is left out."""

    id: UUID | None = None
    region: Code
    territory: Code | None = None
    kind: Code
    child: Child
    family: Family
    need: LongText | None = None
    measures: list[Code] = Field([], max_length=20)
    diagnosis: LongText | None = None
    protocol_on: date | None = None


class AgencySignal(Signal):
    """A referral by an agency's own system, or by the person who speaks for it (D2-07, D4-33)."""

    model_config = shown(
        region=REGION,
        territory=TERRITORY,
        kind="family_signal",
        child=CHILD,
        family=FAMILY,
        need="Мама одна, нужна помощь с занятиями",
    )


class RegisterReferral(Signal):
    """A referral staff enter: one that came by letter or phone, one of the brigade, or one we send.

    ``received_at``: when a letter reached us that is written down only now; its terms run from then (D3-15).

    We are the receiver where ``receiver_organisation_id`` is ours or left out, and the sender where
    ``sender_organisation_id`` is ours and the receiver another: then ``ground`` says why the data may leave.
    """

    model_config = shown(
        region=REGION,
        territory=TERRITORY,
        kind="family_signal",
        child=CHILD,
        family=FAMILY,
        sender_organisation_id=PARTNER,
        received_at="2026-03-02T09:00:00+03:00",
    )

    sender_organisation_id: UUID | None = None
    sender_department: Code | None = None
    receiver_organisation_id: UUID | None = None
    found_by_brigade: bool = False
    received_at: AwareDatetime | None = None
    ground: Code | None = None
    consent: WrittenConsent | None = None
