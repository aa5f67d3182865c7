"""Referrals between organisations and extracts of the IPRA."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from contracts.event import Event, Moment
from contracts.identifiers import (
    AgeBand,
    Code,
    FindingWay,
    Number,
)


class ReferralReceived(Event, aggregate="referral", fact="received"):
    """An agency told of a family, or we told an agency (D0-10, D2-07, D4-33); waits for the receiver's answer.

    ``kind``, ``department`` and ``branch`` are codes of the pack; ``ground`` is why the data may travel.
    ``outgoing``: we told, so the sender waits; the receiver often has no account here.
    """

    referral_id: UUID
    number: Number
    region: Code
    territory: Code
    kind: Code
    department: Code
    way: FindingWay
    branch: Code | None = None
    sender_id: UUID | None
    receiver_id: UUID
    child_id: UUID
    ground: Code
    received_at: AwareDatetime
    answer_due: Moment
    outgoing: bool = False


class ReferralAccepted(Event, aggregate="referral", fact="accepted"):
    """The receiver takes the referral on (T13)."""

    referral_id: UUID
    accepted_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool
    outreach_id: UUID | None = None


class ReferralDeclined(Event, aggregate="referral", fact="declined"):
    """The receiver declines, with a reason of the pack (T13)."""

    referral_id: UUID
    reason: Code
    declined_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool


class ReferralRevoked(Event, aggregate="referral", fact="revoked"):
    """The sender takes the referral back; the receiver sees it at once (T13)."""

    referral_id: UUID
    reason: Code
    revoked_at: AwareDatetime


class ReferralDone(Event, aggregate="referral", fact="done"):
    """What the referral asked for is done."""

    referral_id: UUID
    result: Code
    done_at: AwareDatetime


class ReferralAnswerOverdue(Event, aggregate="referral", fact="answer_overdue"):
    """The receiver's term for an answer passed without one."""

    referral_id: UUID
    receiver_id: UUID
    due_at: AwareDatetime


class ReferralGroundEnded(Event, aggregate="referral", fact="ground_ended"):
    """The consent the data travelled on was withdrawn; the receiver no longer reads them."""

    referral_id: UUID
    ended_at: AwareDatetime


class IpraExtractReceived(Event, aggregate="ipra_extract", fact="received"):
    """An extract of an IPRA came in (D3-24); ``in_force`` is False where a newer one was here already."""

    extract_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    child_id: UUID
    age_band: AgeBand
    issued_on: date
    valid_until: date | None = None
    in_force: bool
    received_at: AwareDatetime


class IpraExtractSuperseded(Event, aggregate="ipra_extract", fact="superseded"):
    """A newer extract of the same child replaces this one."""

    extract_id: UUID
    superseded_by: UUID
    superseded_at: AwareDatetime


class IpraExecutionRecorded(Event, aggregate="ipra_extract", fact="execution_recorded"):
    """A measure of the IPRA was executed or not (D3-24, the outgoing half); ``reason`` where not."""

    extract_id: UUID
    measure: int
    executed: bool
    reason: Code | None = None
    executed_on: date
    recorded_at: AwareDatetime


class ReferralDueMoved(Event, aggregate="referral", fact="due_moved"):
    """The term of the receiver's answer was computed again: the calendar or the pack's term has changed."""

    referral_id: UUID
    due: Moment
    moved_at: AwareDatetime
