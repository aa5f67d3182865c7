"""The enquiry and its rules: five steps in strict order, one due time, a journal nobody edits silently."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from contracts.event import Moment
from contracts.identifiers import EnquiryChannel, EnquiryOutcome, FamilyStatus
from contracts.intake import (
    EnquiryAmended,
    EnquiryAsked,
    EnquiryAssigned,
    EnquiryDueMoved,
    EnquiryResultRecorded,
    EnquiryServed,
)
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import Sealed
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from workdays import Explanation, Standing

from intake.enquiries.errors import answer_not_given, other_specialist
from intake.enquiries.model import telling
from intake.enquiries.model.papers import OPEN_WORK, Amendment, Due, Entry, Sheets
from intake.enquiries.states import Delivery, EnquiryState, require_state
from intake.tables import Base

OR_NOTHING = JSONB(none_as_null=True)
"""Where nothing is kept, nothing stands: the constraints look for it."""


class Enquiry(Aggregate, Base):
    """A question that came through any door (GLOSSARY). Personal data stand sealed in the four record columns only."""

    __tablename__ = "enquiries"
    __table_args__ = (
        UniqueConstraint("organisation_id", "year", "number"),
        UniqueConstraint("id", "anonymous"),
        CheckConstraint(
            "NOT anonymous OR (caller IS NULL AND person_id = organisation_id)", name="anonymous_keeps_no_caller"
        ),
        CheckConstraint("state = 'registered' OR assigned_to IS NOT NULL", name="somebody_is_responsible"),
        CheckConstraint(
            "state <> 'closed' OR (given_at IS NOT NULL AND outcome IS NOT NULL AND result IS NOT NULL)",
            name="closed_with_answer_and_result",
        ),
        Index("ix_enquiries_organisation_id_due_at", "organisation_id", "due_at"),
        Index("ix_enquiries_organisation_id_registered_at", "organisation_id", "registered_at"),
        OPEN_WORK,
        Index("ix_enquiries_own", "assigned_to", "due_at", postgresql_where=text("state <> 'closed'")),
        Index("ix_enquiries_assigned_to", "assigned_to"),
        Index("ix_enquiries_asked_by", "asked_by"),
    )

    number: Mapped[int]
    year: Mapped[int]
    registration: Mapped[str]
    """The number as it is written in letters: ``ОБР-2026-000012``."""
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID]
    state: Mapped[EnquiryState]
    channel: Mapped[EnquiryChannel]
    answer_channel: Mapped[EnquiryChannel]
    anonymous: Mapped[bool]
    complaint: Mapped[bool]
    status: Mapped[FamilyStatus | None]
    theme: Mapped[str | None]
    help_kind: Mapped[str | None]
    outcome: Mapped[EnquiryOutcome | None]
    person_id: Mapped[UUID] = mapped_column(index=True)
    """Whose key the records are sealed under: the person's, or the organisation's where anonymous."""
    assigned_to: Mapped[UUID | None]
    asked_by: Mapped[UUID | None]
    token_digest: Mapped[str] = mapped_column(unique=True)
    source_digest: Mapped[str | None] = mapped_column(unique=True)
    """Of the letter or text message it was made from: the same one makes no second entry."""
    consent_version: Mapped[str | None]
    received_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    registered_by: Mapped[UUID | None]
    due_since: Mapped[datetime]
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    due_explanation: Mapped[dict[str, Any]]
    escalated_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    delivery: Mapped[Delivery | None]
    given_at: Mapped[datetime | None]
    call_attempts: Mapped[int]
    """Calls with the answer that reached nobody."""
    closed_at: Mapped[datetime | None]
    last_amendment: Mapped[int | None]

    caller: Mapped[dict[str, Any] | None] = mapped_column(OR_NOTHING)
    place: Mapped[dict[str, Any] | None] = mapped_column(OR_NOTHING)
    question: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None] = mapped_column(OR_NOTHING)

    @classmethod
    def register(cls, entry: Entry, sheets: Sheets, due: Due, contact: Sealed[Contact] | None) -> Enquiry:
        """Step 1: a new line of the journal with its due time (D1-11, D1-14…D1-16)."""
        enquiry = cls(
            id=entry.id,
            number=entry.number,
            year=entry.year,
            registration=entry.registration,
            region=entry.region,
            territory=entry.territory,
            organisation_id=entry.organisation_id,
            person_id=entry.person_id,
            channel=entry.channel,
            answer_channel=entry.answer_channel,
            anonymous=entry.anonymous,
            complaint=entry.complaint,
            status=entry.status,
            theme=entry.theme,
            help_kind=entry.help_kind,
            asked_by=entry.asked_by,
            token_digest=entry.token_digest,
            source_digest=entry.source_digest,
            consent_version=entry.consent_version,
            received_at=entry.received_at,
            registered_at=entry.registered_at,
            registered_by=entry.registered_by,
            caller=sheets.caller,
            place=sheets.place,
            question=sheets.question,
            state=EnquiryState.REGISTERED,
            call_attempts=0,
        )
        enquiry._run(due)
        enquiry.record(telling.registered(enquiry, contact))
        return enquiry

    def classify(self, theme: str, help_kind: str | None, complaint: bool, due: Due) -> None:
        """Somebody has read the letter: theme and kind of help, once; later they are amended."""
        require_state("classify", self.state)
        self.theme, self.help_kind, self.complaint = theme, help_kind, complaint
        self._run(due)
        self.record(telling.classified(self))

    def assign(self, specialist_id: UUID, instead_of: UUID | None, now: datetime) -> None:
        """Step 2: one responsible specialist; in another's stead only by naming him or her. Again the same: nothing."""
        require_state("assign", self.state)
        if self.assigned_to == specialist_id:
            return
        if self.assigned_to != instead_of:
            raise other_specialist()
        self.assigned_to, self.state = specialist_id, EnquiryState.ASSIGNED
        self.record(EnquiryAssigned(enquiry_id=self.id, specialist_id=specialist_id, assigned_at=now))

    def serve(self, now: datetime) -> None:
        """Step 3: the specialist works on it."""
        require_state("serve", self.state)
        self._serve_from(now)

    def choose_channel(self, channel: EnquiryChannel) -> None:
        """The family wants its answer another way."""
        require_state("choose_channel", self.state)
        self.answer_channel = channel

    def answer(
        self,
        channel: EnquiryChannel,
        delivery: Delivery,
        now: datetime,
        contact: Sealed[Contact] | None,
        answer: Sealed[EnquiryAnswer] | None,
    ) -> None:
        """Step 4: the answer is written; ``delivery`` says whether the person has it already (D1-17)."""
        require_state("answer", self.state)
        self.state, self.delivery, self.answered_at, self.answer_channel = EnquiryState.ANSWERED, delivery, now, channel
        self.record(telling.answered(self, channel, now, contact, answer))
        if delivery is Delivery.GIVEN:
            self._given(channel, now)

    def told(self, channel: EnquiryChannel, at: datetime) -> None:
        """The person has the answer: by a call, or the channel has taken it. Again: nothing."""
        require_state("told", self.state)
        if self.delivery is not Delivery.GIVEN:
            self.delivery = Delivery.GIVEN
            self._given(channel, at)

    def tried(self) -> None:
        """A call with the answer that reached nobody; the due time runs on."""
        require_state("told", self.state)
        self.call_attempts += 1

    def not_delivered(self) -> None:
        """The channel refused the answer: somebody has to call."""
        if self.state is EnquiryState.ANSWERED and self.delivery is Delivery.SENDING:
            self.delivery = Delivery.TO_BE_TOLD

    def ask(self, due: Due, now: datetime) -> None:
        """The family writes on; an enquiry that was answered is served again, by a term of its own (D0-11)."""
        require_state("ask", self.state)
        self.record(EnquiryAsked(enquiry_id=self.id, asked_at=now))
        if self.state is EnquiryState.ANSWERED:
            if self.given_at is not None:
                self._run(due)
            self.delivery = self.answered_at = self.given_at = self.escalated_at = None
            self._serve_from(now)

    def close(self, outcome: EnquiryOutcome, result: dict[str, Any], now: datetime) -> None:
        """Step 5: the result, in the journal's last column (D1-20, D0-37)."""
        require_state("close", self.state)
        if self.delivery is not Delivery.GIVEN:
            raise answer_not_given()
        self.state, self.outcome, self.result, self.closed_at = EnquiryState.CLOSED, outcome, result, now
        self.record(EnquiryResultRecorded(enquiry_id=self.id, outcome=outcome, recorded_at=now))

    def amend(self, amendment: Amendment, values: dict[str, Any], due: Due) -> None:
        """Correct columns of the journal; the database takes no such change without its amendment."""
        complaint = self.complaint
        for name, value in values.items():
            setattr(self, name, value)
        self.last_amendment = amendment.position
        if self.complaint != complaint and self.given_at is None:
            self._run(due)
        if values.keys() & {"theme", "help_kind", "complaint"}:
            self.record(telling.classified(self))
        self.record(
            EnquiryAmended(
                enquiry_id=self.id,
                position=amendment.position,
                column=amendment.column.value,
                outcome=self.outcome,
                amended_at=amendment.amended_at,
            )
        )

    def move_due(self, found: workdays.Deadline, now: datetime) -> bool:
        """Take over a due time computed again with a changed calendar; whether a person can see a change."""
        if (found.due_at, found.provisional) == (self.due_at, self.due_provisional):
            return False
        self._run(Due(self.due_since, found))
        self.record(EnquiryDueMoved(enquiry_id=self.id, due=self.moment, moved_at=now))
        return True

    @property
    def moment(self) -> Moment:
        return Moment(due_at=self.due_at, provisional=self.due_provisional)

    @property
    def explained(self) -> Explanation:
        return Explanation.from_json(self.due_explanation)

    def standing(self, now: datetime) -> Standing:
        """How the due time stands, by the one function of T3."""
        return workdays.overdue(self.due_at, self.given_at, now)

    def _serve_from(self, now: datetime) -> None:
        self.state = EnquiryState.SERVING
        self.record(EnquiryServed(enquiry_id=self.id, serving_since=now, due=self.moment))

    def _given(self, channel: EnquiryChannel, at: datetime) -> None:
        self.given_at = at
        self.record(telling.given(self, channel, at))

    def _run(self, due: Due) -> None:
        if self.due_at != due.found.due_at:
            self.escalated_at = None
        self.due_since, self.due_at, self.due_provisional = due.since, due.found.due_at, due.found.provisional
        self.due_explanation = due.found.explanation.to_json()
