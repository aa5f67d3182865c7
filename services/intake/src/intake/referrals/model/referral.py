"""The referral: one agency tells another of a family; both sides see at once how it stands (T13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts import intake as told
from contracts.identifiers import AgeBand, Code, FindingWay, Purpose
from sqlalchemy import ARRAY, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from workdays import Standing

from intake.tables import Base
from intake.terms import DueTime


class ReferralState(StrEnum):
    """received → accepted, declined or revoked → done."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    DONE = "done"


ALLOWED: Mapping[str, frozenset[ReferralState]] = {
    "accept": frozenset({ReferralState.RECEIVED}),
    "decline": frozenset({ReferralState.RECEIVED}),
    "revoke": frozenset({ReferralState.RECEIVED, ReferralState.ACCEPTED}),
    "complete": frozenset({ReferralState.ACCEPTED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A referral as it comes in; its four records are sealed already. ``organisation_id``: the sender."""

    id: UUID
    number: str
    region: str
    territory: str
    kind: str
    department: str
    way: FindingWay
    branch: str | None
    organisation_id: UUID | None
    serving_organisation_id: UUID
    outgoing: bool
    by_api: bool
    ground: str
    groups: list[str]
    consent: dict[str, Any] | None
    consent_id: UUID | None
    protocol_on: date | None
    child_id: UUID
    representative_id: UUID
    person_digest: str
    age_band: AgeBand
    received_at: datetime
    child: dict[str, Any]
    family: dict[str, Any]
    words: dict[str, Any] | None
    health: dict[str, Any] | None


class Referral(DueTime, Aggregate, Base):
    """One referral. ``groups`` are the field groups its ground lets the receiver read."""

    __tablename__ = "referrals"
    __table_args__ = (
        Index("ix_referrals_serving_organisation_id_due_at", "serving_organisation_id", "due_at"),
        Index(
            "ix_referrals_to_answer",
            "serving_organisation_id",
            "due_at",
            postgresql_where=text("state = 'received'"),
        ),
    )

    number: Mapped[str] = mapped_column(unique=True)
    region: Mapped[str]
    territory: Mapped[str]
    kind: Mapped[str]
    department: Mapped[str]
    way: Mapped[FindingWay]
    branch: Mapped[str | None]
    state: Mapped[ReferralState]
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    serving_organisation_id: Mapped[UUID]
    outgoing: Mapped[bool]
    by_api: Mapped[bool]
    ground: Mapped[str]
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    consent: Mapped[dict[str, Any] | None]
    consent_id: Mapped[UUID | None] = mapped_column(index=True)
    ground_ended_at: Mapped[datetime | None]
    protocol_on: Mapped[date | None]
    """The day of the diagnosis-announcement protocol the health agency holds (D2-07); None while it is to follow."""
    child_id: Mapped[UUID] = mapped_column(index=True)
    representative_id: Mapped[UUID]
    person_digest: Mapped[str] = mapped_column(index=True)
    age_band: Mapped[AgeBand]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    result: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    outreach_id: Mapped[UUID | None] = mapped_column(index=True)

    child: Mapped[dict[str, Any]]
    family: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any] | None]
    health: Mapped[dict[str, Any] | None]

    @classmethod
    def receive(cls, filed: Told, answer: workdays.Deadline) -> Referral:
        """A referral came in; its receiver answers within the term. It is never refused for want of an agreement."""
        referral = cls(
            id=filed.id,
            number=filed.number,
            region=filed.region,
            territory=filed.territory,
            kind=filed.kind,
            department=filed.department,
            way=filed.way,
            branch=filed.branch,
            organisation_id=filed.organisation_id,
            serving_organisation_id=filed.serving_organisation_id,
            outgoing=filed.outgoing,
            by_api=filed.by_api,
            ground=filed.ground,
            groups=filed.groups,
            consent=filed.consent,
            consent_id=filed.consent_id,
            protocol_on=filed.protocol_on,
            child_id=filed.child_id,
            representative_id=filed.representative_id,
            person_digest=filed.person_digest,
            age_band=filed.age_band,
            received_at=filed.received_at,
            child=filed.child,
            family=filed.family,
            words=filed.words,
            health=filed.health,
            state=ReferralState.RECEIVED,
            due_at=answer.due_at,
            provisional=answer.provisional,
            explanation=answer.explanation.to_json(),
        )
        referral.record(
            told.ReferralReceived(
                referral_id=filed.id,
                sender_id=filed.organisation_id,
                receiver_id=filed.serving_organisation_id,
                received_at=filed.received_at,
                answer_due=referral.moment,
                outgoing=filed.outgoing,
                number=filed.number,
                region=filed.region,
                territory=filed.territory,
                kind=filed.kind,
                department=filed.department,
                way=filed.way,
                branch=filed.branch,
                child_id=filed.child_id,
                ground=filed.ground,
            )
        )
        return referral

    def move_due(self, found: workdays.Deadline, now: datetime) -> bool:
        """Take over a term of answer computed again with a changed calendar; whether a person can see a change."""
        if not self.move(found):
            return False
        self.escalated_at = None
        self.record(told.ReferralDueMoved(referral_id=self.id, due=self.moment, moved_at=now))
        return True

    def accept(self, now: datetime, outreach_id: UUID | None) -> None:
        """The receiver takes the referral on."""
        self._require("accept")
        self.state, self.answered_at, self.outreach_id = ReferralState.ACCEPTED, now, outreach_id
        self.record(
            told.ReferralAccepted(
                referral_id=self.id,
                accepted_at=now,
                due_at=self.due_at,
                on_time=now <= self.due_at,
                outreach_id=outreach_id,
            )
        )

    def decline(self, reason: Code, now: datetime) -> None:
        """The receiver declines with a reason of the pack."""
        self._require("decline")
        self.state, self.answered_at, self.reason, self.closed_at = ReferralState.DECLINED, now, reason, now
        self.record(
            told.ReferralDeclined(
                referral_id=self.id, reason=reason, declined_at=now, due_at=self.due_at, on_time=now <= self.due_at
            )
        )

    def revoke(self, reason: Code, now: datetime) -> None:
        """The sender takes it back, before or after the receiver accepted."""
        self._require("revoke")
        self.state, self.reason, self.closed_at = ReferralState.REVOKED, reason, now
        self.record(told.ReferralRevoked(referral_id=self.id, reason=reason, revoked_at=now))

    def complete(self, result: Code, now: datetime) -> None:
        """What was asked for is done."""
        self._require("complete")
        self.state, self.result, self.closed_at = ReferralState.DONE, result, now
        self.record(told.ReferralDone(referral_id=self.id, result=result, done_at=now))

    def escalate(self, now: datetime) -> bool:
        """The term passed without an answer; told once. Whether it was so."""
        if self.state is not ReferralState.RECEIVED or self.escalated_at or now < self.due_at:
            return False
        self.escalated_at = now
        self.record(
            told.ReferralAnswerOverdue(
                referral_id=self.id, receiver_id=self.serving_organisation_id, due_at=self.due_at
            )
        )
        return True

    def end_ground(self, now: datetime) -> None:
        """The consent the data travelled on was withdrawn: they are no longer read by the receiver."""
        if self.ground_ended_at is None:
            self.ground_ended_at = now
            self.record(told.ReferralGroundEnded(referral_id=self.id, ended_at=now))

    def standing(self, now: datetime) -> Standing | None:
        """How the answer stands, by the one function of T3; None where nobody owes one any more."""
        if self.state is ReferralState.RECEIVED or self.answered_at:
            return workdays.overdue(self.due_at, self.answered_at, now)
        return None

    @property
    def grounds(self) -> frozenset[Purpose]:
        """The purposes the receiver may read for, on the ground the data travelled on."""
        health = "health" in self.groups and self.ground_ended_at is None
        return frozenset({Purpose.HEALTH}) if health else frozenset()

    def _require(self, action: str) -> None:
        if self.state not in ALLOWED[action]:
            raise DomainError(
                "wrong_state",
                Kind.CONFLICT,
                ru="Обращение уже в другом состоянии. Обновите страницу.",
                en="The referral is in a state that does not allow this.",
                state=str(self.state),
            )
