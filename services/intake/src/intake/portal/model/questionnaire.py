"""The questionnaire of a child and its rules: the account fills it in, the consultant of the sector decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.event import Moment
from contracts.identifiers import ConsentForm, Purpose
from contracts.intake import (
    ContactConsentWithdrawn,
    HealthConsentSeen,
    HealthConsentWithdrawn,
    QuestionnaireAccepted,
    QuestionnaireDrafted,
    QuestionnaireDueMoved,
    QuestionnaireReturned,
    QuestionnaireSent,
    StatusDocumentExpiring,
)
from contracts.personal import FileOpening
from contracts.sealed import Sealed
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class QuestionnaireState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    """The consent it was sent on was taken back: the family's alone again, until it consents and sends anew."""


ALLOWED: Mapping[str, frozenset[QuestionnaireState]] = {
    "edit": frozenset({QuestionnaireState.DRAFT, QuestionnaireState.RETURNED, QuestionnaireState.WITHDRAWN}),
    "send": frozenset({QuestionnaireState.DRAFT, QuestionnaireState.RETURNED, QuestionnaireState.WITHDRAWN}),
    "decide": frozenset({QuestionnaireState.SENT}),
    "change": frozenset({QuestionnaireState.ACCEPTED}),
    "consent": frozenset({QuestionnaireState.SENT, QuestionnaireState.ACCEPTED}),
}
"""In which states each action may be done."""


class QuestionnaireFileKind(StrEnum):
    PHOTO = "photo"
    STATUS_DOCUMENT = "status_document"


class Questionnaire(Aggregate, Base):
    """A child's questionnaire (D0-18…D0-21). Until it is sent, nobody but its account sees it."""

    __tablename__ = "questionnaires"
    __table_args__ = (
        CheckConstraint(
            "state = 'draft' OR (organisation_id IS NOT NULL AND consultant_id IS NOT NULL AND territory IS NOT NULL)",
            name="answered_for",
        ),
        Index("ix_questionnaires_organisation_id_due_at", "organisation_id", "due_at"),
    )

    region: Mapped[str]
    state: Mapped[QuestionnaireState]
    principal_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID]
    representative_id: Mapped[UUID]
    district: Mapped[str | None]
    """Where the child lives: the residence territory (T15)."""
    territory: Mapped[str | None]
    """The responsible territory; None until somebody answers for it."""
    organisation_id: Mapped[UUID | None]
    consultant_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """By when the consultant answers; None where nobody has to."""
    explanation: Mapped[dict[str, Any] | None]
    return_reason: Mapped[str | None]
    health_consent_at: Mapped[datetime | None]
    """When staff saw the written consent for health data; without it diagnosis and document stay closed to them."""
    document_ends_at: Mapped[datetime | None]
    """Set once the status document is about to end, so that it is asked for again (D0-19)."""
    drafted_at: Mapped[datetime]

    identity: Mapped[dict[str, Any]]
    illness: Mapped[dict[str, Any]]
    parents: Mapped[dict[str, Any]]
    note: Mapped[dict[str, Any]]

    @property
    def grounds(self) -> frozenset[Purpose]:
        """The purposes a written consent stands for."""
        return frozenset({Purpose.HEALTH} if self.health_consent_at else ())

    def fill(self, sealed: Mapping[str, dict[str, Any]], district: str | None, now: datetime) -> None:
        """Write the answers down; the whole of them replaces what stood there."""
        if self.state is not None:
            require_state("edit", self.state)
        self._take_over(sealed, district)
        self.record(QuestionnaireDrafted(questionnaire_id=self.id, region=self.region, drafted_at=now))

    def send(
        self, territory: str, organisation_id: UUID, consultant_id: UUID, due: workdays.Deadline, now: datetime
    ) -> None:
        """Send it to the consultant of the sector, who answers by ``due`` (D0-03, D0-22)."""
        require_state("send", self.state)
        self.state, self.sent_at, self.return_reason = QuestionnaireState.SENT, now, None
        self.answer_for(territory, organisation_id, consultant_id)
        self.due_at, self.explanation = due.due_at, due.explanation.to_json()
        self.record(
            QuestionnaireSent(
                questionnaire_id=self.id,
                region=self.region,
                territory=territory,
                organisation_id=organisation_id,
                consultant_id=consultant_id,
                child_id=self.child_id,
                representative_id=self.representative_id,
                sent_at=now,
                due=Moment(due_at=due.due_at, provisional=due.provisional),
            )
        )

    def move_due(self, due: workdays.Deadline, now: datetime) -> None:
        """Take over a term computed again with a changed calendar."""
        if due.due_at != self.due_at:
            self.due_at, self.explanation = due.due_at, due.explanation.to_json()
            moment = Moment(due_at=due.due_at, provisional=due.provisional)
            self.record(QuestionnaireDueMoved(questionnaire_id=self.id, due=moment, moved_at=now))

    def return_to_family(self, reason_code: str, now: datetime) -> None:
        """Ask the family to correct something."""
        require_state("decide", self.state)
        self.state, self.return_reason, self.due_at, self.explanation = (
            QuestionnaireState.RETURNED,
            reason_code,
            None,
            None,
        )
        self.record(
            QuestionnaireReturned(
                questionnaire_id=self.id, region=self.region, reason_code=reason_code, returned_at=now
            )
        )

    def accept(self, opening: Sealed[FileOpening], now: datetime) -> None:
        """Accept it: from now on the data change by request only (D0-17)."""
        require_state("decide", self.state)
        if self.territory is None or self.organisation_id is None or self.consultant_id is None:
            raise AssertionError("a sent questionnaire is somebody's")
        self.state, self.due_at, self.explanation = QuestionnaireState.ACCEPTED, None, None
        self.record(
            QuestionnaireAccepted(
                questionnaire_id=self.id,
                region=self.region,
                territory=self.territory,
                organisation_id=self.organisation_id,
                consultant_id=self.consultant_id,
                child_id=self.child_id,
                representative_id=self.representative_id,
                accepted_at=now,
                opening=opening,
            )
        )

    def see_health_consent(self, now: datetime) -> None:
        """Staff saw the written consent for health data; again: nothing."""
        require_state("consent", self.state)
        if self.health_consent_at is None:
            self.health_consent_at = now
            self.record(HealthConsentSeen(questionnaire_id=self.id, child_id=self.child_id, seen_at=now))

    def withdraw_health_consent(self, now: datetime) -> None:
        """It acts at once: staff read health data no more, until a new paper is seen. Where none stands: nothing."""
        if self.health_consent_at is not None:
            self.health_consent_at = None
            self.record(HealthConsentWithdrawn(questionnaire_id=self.id, child_id=self.child_id, withdrawn_at=now))

    def withdraw_contact_consent(self, now: datetime) -> None:
        """It acts at once: staff read nothing of it and owe no answer. Where no consent stands: nothing.

        An accepted one is refused: the service goes on on another ground (442-FZ; 152-FZ art. 9 p. 2, 21 p. 5).
        """
        if self.state is QuestionnaireState.ACCEPTED:
            raise accepted_already()
        if self.state in {QuestionnaireState.SENT, QuestionnaireState.RETURNED}:
            self.withdraw_health_consent(now)
            self.state, self.return_reason = QuestionnaireState.WITHDRAWN, None
            self.due_at = self.explanation = self.document_ends_at = None
            self.record(ContactConsentWithdrawn(questionnaire_id=self.id, child_id=self.child_id, withdrawn_at=now))

    def change(self, sealed: Mapping[str, dict[str, Any]], district: str | None) -> None:
        """Take over what the consultant has accepted; the fact is told by the request (D0-17)."""
        require_state("change", self.state)
        self._take_over(sealed, district)
        self.document_ends_at = None

    def answer_for(self, territory: str, organisation_id: UUID, consultant_id: UUID) -> None:
        """Who answers for the family from now on."""
        self.territory, self.organisation_id, self.consultant_id = territory, organisation_id, consultant_id

    def document_expires(self, ends_at: datetime) -> None:
        """The status document ends soon."""
        self.document_ends_at = ends_at
        self.record(
            StatusDocumentExpiring(
                questionnaire_id=self.id,
                region=self.region,
                child_id=self.child_id,
                representative_id=self.representative_id,
                ends_at=ends_at,
            )
        )

    def _take_over(self, sealed: Mapping[str, dict[str, Any]], district: str | None) -> None:
        for name, value in sealed.items():
            setattr(self, name, value)
        self.district = district


class QuestionnaireConsent(Base):
    """A consent document of one purpose, given by the signed-in account at sending (D0-22)."""

    __tablename__ = "questionnaire_consents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaires.id"), index=True)
    purpose: Mapped[Purpose]
    form: Mapped[ConsentForm]
    text_version: Mapped[str]
    text_hash: Mapped[str]
    given_at: Mapped[datetime]


class QuestionnaireFile(Base):
    """A photo of the child or a scan of the status document; sealed in the blob store."""

    __tablename__ = "questionnaire_files"

    blob_id: Mapped[UUID] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaires.id"), index=True)
    kind: Mapped[QuestionnaireFileKind]
    media_type: Mapped[str]
    size: Mapped[int]
    attached_at: Mapped[datetime]


def accepted_already() -> DomainError:
    return DomainError(
        "accepted_already",
        Kind.CONFLICT,
        ru="Анкета уже принята, служба сопровождает семью. Согласие можно отозвать письменным заявлением в службу.",
        en="The questionnaire was accepted and the family is served. Withdraw the consent by a letter to the service.",
    )


def require_state(action: str, state: QuestionnaireState) -> None:
    """Refuse an action the state does not allow."""
    if state not in ALLOWED[action]:
        raise DomainError(
            "wrong_state",
            Kind.CONFLICT,
            ru="В этом состоянии анкеты действие невозможно. Обновите страницу.",
            en="The questionnaire is in a state that does not allow this.",
            state=str(state),
        )
