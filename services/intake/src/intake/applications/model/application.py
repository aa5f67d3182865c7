"""The application and its rules: who may act in which state, which deadlines run, which facts are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from contracts.identifiers import AgeBand, ApplicationSource, CallOutcome, Purpose
from contracts.intake import (
    ApplicationDeadlineMoved,
    ApplicationDuplicateLinked,
    ApplicationReturned,
    ApplicationTaken,
    ApplicationTerritoriesSet,
    ApplicationWithdrawn,
)
from contracts.personal import Contact, FileOpening
from contracts.sealed import Sealed
from sqlalchemy import ARRAY, CheckConstraint, Index, Uuid
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from intake.applications.model import telling
from intake.applications.model.deadlines import Deadline, DeadlineKind, kept
from intake.applications.model.papers import (
    ANSWERED,
    OPEN_WORK,
    Attachment,
    CallAttempt,
    ConsentDocument,
    Filing,
    Papers,
)
from intake.applications.states import CLOSED_UNSERVED, ApplicationState, other_coordinator, require_state
from intake.tables import Base


class Application(Aggregate, Base):
    """A request for early help (GLOSSARY). Personal data stand sealed in the five record columns only."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('handed_over', 'accepted') "
            "OR (coordinator_id IS NOT NULL AND serving_organisation_id IS NOT NULL)",
            name="served_by_somebody",
        ),
        Index("ix_applications_region_due_at", "region", "due_at"),
        Index("ix_applications_organisation_id_due_at", "organisation_id", "due_at"),
        *OPEN_WORK,
    )

    number: Mapped[str] = mapped_column(unique=True)
    region: Mapped[str]
    territory: Mapped[str]
    """The responsible territory: who answers for the family, by whose calendar (T15)."""
    residence_territory: Mapped[str]
    """Where the family lives (T15)."""
    state: Mapped[ApplicationState]
    source: Mapped[ApplicationSource]
    entry_point: Mapped[str | None]
    age_band: Mapped[AgeBand]
    child_id: Mapped[UUID] = mapped_column(index=True)
    representative_id: Mapped[UUID] = mapped_column(index=True)
    organisation_id: Mapped[UUID]
    """The coordination centre; stays with the family (D2-23)."""
    serving_organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    coordinator_id: Mapped[UUID | None]
    token_digest: Mapped[str] = mapped_column(unique=True)
    registered_in_region: Mapped[bool]
    filed_by: Mapped[UUID | None] = mapped_column(index=True)
    """The doctor or member of staff who filed for the family (D2-07)."""
    client_type: Mapped[str | None]
    low_vision: Mapped[bool] = mapped_column(default=False)
    """The family reads in large letters (D0-16): its status page opens so."""
    protocol_due_at: Mapped[datetime | None]
    """By when the protocol of announcing the diagnosis follows; None where none is expected any more (D2-08)."""
    protocol_explanation: Mapped[dict[str, Any] | None]
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """The deadline that counts now; lists are sorted by it."""
    return_reason: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    appointment_id: Mapped[UUID | None]
    appointment_at: Mapped[datetime | None]
    health_consent_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    """Written consents for the purpose health that stand in the case file; without one the record is withheld."""
    representative: Mapped[dict[str, Any]]
    child: Mapped[dict[str, Any]]
    home: Mapped[dict[str, Any] | None]
    words: Mapped[dict[str, Any] | None]
    health: Mapped[dict[str, Any] | None]

    deadlines: Mapped[list[Deadline]] = relationship(lazy="selectin")
    consents: WriteOnlyMapped[ConsentDocument] = relationship()
    calls: WriteOnlyMapped[CallAttempt] = relationship()
    attachments: WriteOnlyMapped[Attachment] = relationship()

    @classmethod
    def submit(
        cls, filing: Filing, papers: Papers, call_back: workdays.Deadline, contact: Sealed[Contact]
    ) -> Application:
        """A new application that waits for its call back (D2-13, D2-16, D2-17)."""
        application = cls(
            **filing.columns(), **papers.columns(), state=ApplicationState.SUBMITTED, due_at=call_back.due_at
        )
        row = application._start(DeadlineKind.CALL_BACK, filing.submitted_at, call_back)
        application.record(telling.submitted(filing, row, contact))
        return application

    @classmethod
    def redirect(cls, filing: Filing, papers: Papers, to_organisation: UUID | None) -> Application:
        """A child outside the age bands served: kept, and shown the right service instead of a refusal (D2-03)."""
        now = filing.submitted_at
        application = cls(
            **filing.columns(), **papers.columns(), state=ApplicationState.REDIRECTED, due_at=now, closed_at=now
        )
        application.record(telling.redirected(filing, to_organisation))
        return application

    def give_consent(self, document: ConsentDocument) -> None:
        """Keep a consent given with the application."""
        self.consents.add(document)
        self.record(telling.consent_ticked(self, document))

    def take(self, coordinator_id: UUID, instead_of: UUID | None, now: datetime) -> None:
        """The coordinator takes the family; from a colleague only by naming him or her. Again by oneself: nothing."""
        require_state("take", self.state)
        if self.coordinator_id == coordinator_id:
            return
        if self.coordinator_id != instead_of:
            raise other_coordinator()
        self.coordinator_id = coordinator_id
        if self.state is ApplicationState.SUBMITTED:
            self.state = ApplicationState.TAKEN
        self.record(
            ApplicationTaken(
                application_id=self.id,
                coordinator_id=coordinator_id,
                organisation_id=self.organisation_id,
                taken_at=now,
            )
        )

    def call(self, attempt: CallAttempt, first_appointment: workdays.Deadline) -> None:
        """Record a call back. Only a family that answered ends its deadline; one that declined has withdrawn.

        ``first_appointment`` starts to run with the first call that reached the family (D2-18, D2-19).
        """
        self._by_its_coordinator("call", attempt.called_by)
        call_back = self.deadline(DeadlineKind.CALL_BACK)
        if attempt.outcome in ANSWERED and call_back.done_at is None:
            call_back.done_at = attempt.called_at
        due = None
        if attempt.outcome is CallOutcome.REACHED and self.state is ApplicationState.TAKEN:
            due = self._start(DeadlineKind.FIRST_APPOINTMENT, attempt.called_at, first_appointment).moment
            self.state, self.due_at = ApplicationState.REACHED, first_appointment.due_at
        self.calls.add(attempt)
        self.record(telling.call_recorded(self, attempt, call_back, due))
        if attempt.outcome is CallOutcome.DECLINED:
            self.withdraw(attempt.called_at)

    def hand_over(self, actor_id: UUID, to_organisation: UUID, acceptance: workdays.Deadline, now: datetime) -> None:
        """Hand the application over to a service, which must accept it (D2-23)."""
        self._by_its_coordinator("hand_over", actor_id)
        self.state, self.serving_organisation_id = ApplicationState.HANDED_OVER, to_organisation
        self.return_reason = None
        due = self._start(DeadlineKind.ACCEPTANCE, now, acceptance)
        self.due_at = due.due_at
        first = self.deadline(DeadlineKind.FIRST_APPOINTMENT)
        self.record(telling.handed_over(self, to_organisation, actor_id, due, first))

    def accept(self, opening: Sealed[FileOpening], now: datetime) -> None:
        """The service accepts: from this fact the case file opens."""
        require_state("accept", self.state)
        first = self.deadline(DeadlineKind.FIRST_APPOINTMENT)
        self.deadline(DeadlineKind.ACCEPTANCE).done_at = now
        self.state, self.due_at, self.closed_at = ApplicationState.ACCEPTED, first.due_at, now
        self.record(telling.accepted(self, first, opening, now))

    def return_to_coordinator(self, reason_code: str, now: datetime) -> None:
        """The service returns the application with a reason of the pack; it is the coordinator's again."""
        require_state("return", self.state)
        if self.serving_organisation_id is None:
            raise AssertionError("a handed-over application has a service")
        self.deadline(DeadlineKind.ACCEPTANCE).done_at = now
        self.state, self.return_reason = ApplicationState.RETURNED, reason_code
        self.due_at = self.deadline(DeadlineKind.FIRST_APPOINTMENT).due_at
        self.record(
            ApplicationReturned(
                application_id=self.id,
                serving_organisation_id=self.serving_organisation_id,
                reason_code=reason_code,
                returned_at=now,
            )
        )

    def withdraw(self, now: datetime) -> None:
        """The family withdraws; no deadline runs any more."""
        require_state("withdraw", self.state)
        self.state, self.closed_at = ApplicationState.WITHDRAWN, now
        self.record(ApplicationWithdrawn(application_id=self.id, region=self.region, withdrawn_at=now))

    def booked(self, appointment_id: UUID, starts_at: datetime, now: datetime) -> None:
        """The first appointment has been booked."""
        self.appointment_id, self.appointment_at = appointment_id, starts_at
        self._end(DeadlineKind.FIRST_APPOINTMENT, now)

    def unbooked(self, appointment_id: UUID) -> None:
        """The first appointment was cancelled without a next one; the week of the call counts on."""
        if self.appointment_id == appointment_id:
            self.appointment_id = self.appointment_at = None
            self._end(DeadlineKind.FIRST_APPOINTMENT, None)

    def expect_protocol(self, due: workdays.Deadline) -> None:
        """The protocol of announcing the diagnosis follows the application (D2-08)."""
        self.protocol_due_at, self.protocol_explanation = due.due_at, due.explanation.to_json()

    def attach_protocol(self, attachment: Attachment) -> None:
        """The protocol lies with the application from now on; a newer one lies beside it."""
        require_state("attach", self.state)
        self.attachments.add(attachment)
        self.protocol_due_at = self.protocol_explanation = None
        self.record(telling.protocol_attached(self, attachment))

    def link_duplicate(self, earlier_id: UUID, state: telling.Judgement, now: datetime) -> None:
        """An earlier application looks like the same child's, or a person has judged it."""
        self.record(
            ApplicationDuplicateLinked(
                application_id=self.id, earlier_application_id=earlier_id, state=state, linked_at=now
            )
        )

    def set_territories(self, residence: str, responsible: str, now: datetime) -> bool:
        """Where the family lives and who answers for it (T15); whether that changed anything."""
        if (self.residence_territory, self.territory) == (residence, responsible):
            return False
        self.residence_territory, self.territory = residence, responsible
        self.record(
            ApplicationTerritoriesSet(
                application_id=self.id, residence_territory=residence, responsible_territory=responsible, set_at=now
            )
        )
        return True

    def note_health_consent(self, consent_id: UUID, stands: bool) -> None:
        """A written consent for the purpose health was recorded, or withdrawn: it acts at once."""
        others = [known for known in self.health_consent_ids if known != consent_id]
        self.health_consent_ids = [*others, consent_id] if stands else others

    @property
    def grounds(self) -> frozenset[Purpose]:
        """The purposes a written consent stands for now."""
        return frozenset({Purpose.HEALTH}) if self.health_consent_ids else frozenset()

    def move_deadline(self, row: Deadline, found: workdays.Deadline, now: datetime) -> bool:
        """Take over a deadline computed again with a changed calendar; whether that changed it (ARCHITECTURE §6)."""
        before = row.due_at
        if not row.move(found):
            return False
        if self.due_at == before:
            self.due_at = row.due_at
        row.escalated_at = row.escalated_at if row.due_at == before else None
        self.record(ApplicationDeadlineMoved(application_id=self.id, kind=row.kind.value, due=row.moment, moved_at=now))
        return True

    def deadline(self, kind: DeadlineKind) -> Deadline:
        """The deadline of that kind; ``LookupError`` where it has not started."""
        for row in self.deadlines:
            if row.kind is kind:
                return row
        raise LookupError(kind)

    def running(self) -> list[Deadline]:
        """The deadlines somebody still has to meet."""
        return [] if self.state in CLOSED_UNSERVED else [row for row in self.deadlines if row.done_at is None]

    def _by_its_coordinator(self, action: str, actor_id: UUID) -> None:
        require_state(action, self.state)
        if actor_id != self.coordinator_id:
            raise other_coordinator()

    def _end(self, kind: DeadlineKind, at: datetime | None) -> None:
        for row in self.deadlines:
            if row.kind is kind:
                row.done_at = at

    def _start(self, kind: DeadlineKind, start: datetime, found: workdays.Deadline) -> Deadline:
        """Let a deadline run; one that ran before (a second hand-over) starts afresh."""
        for old in self.deadlines:
            if old.kind is kind:
                old.started_at, old.done_at, old.escalated_at = start, None, None
                old.move(found)
                return old
        row = kept(self.id, kind, start, found)
        self.deadlines.append(row)
        return row
