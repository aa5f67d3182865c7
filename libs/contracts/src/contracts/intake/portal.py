"""What a family does from its account: questionnaires and requests for change."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.event import Event, Moment
from contracts.identifiers import (
    Code,
)
from contracts.personal import FileOpening
from contracts.sealed import Sealed


class QuestionnaireDrafted(Event, aggregate="questionnaire", fact="drafted"):
    """The account wrote down or changed its child's questionnaire; nobody else sees it yet (D0-18…D0-21)."""

    questionnaire_id: UUID
    region: Code
    drafted_at: AwareDatetime


class QuestionnaireSent(Event, aggregate="questionnaire", fact="sent"):
    """The family consented and sent the questionnaire; the consultant of the sector answers by ``due`` (D0-22)."""

    questionnaire_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    consultant_id: UUID
    child_id: UUID
    representative_id: UUID
    sent_at: AwareDatetime
    due: Moment


class QuestionnaireReturned(Event, aggregate="questionnaire", fact="returned"):
    """The consultant asks the family to correct something; ``reason_code`` is of the pack."""

    questionnaire_id: UUID
    region: Code
    reason_code: Code
    returned_at: AwareDatetime


class QuestionnaireAccepted(Event, aggregate="questionnaire", fact="accepted"):
    """The consultant accepted the questionnaire; ``opening`` is what a personal file begins with.

    No file is formed from it yet: cases opens files of accepted applications only (D0-24).
    """

    questionnaire_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    consultant_id: UUID
    child_id: UUID
    representative_id: UUID
    accepted_at: AwareDatetime
    opening: Sealed[FileOpening]


class HealthConsentSeen(Event, aggregate="questionnaire", fact="health_consent_seen"):
    """Staff saw the written consent for health data; from now on the consultant may read the diagnosis."""

    questionnaire_id: UUID
    child_id: UUID
    seen_at: AwareDatetime


class HealthConsentWithdrawn(Event, aggregate="questionnaire", fact="health_consent_withdrawn"):
    """The written consent for health data was withdrawn; staff read diagnosis and document no more."""

    questionnaire_id: UUID
    child_id: UUID
    withdrawn_at: AwareDatetime


class ContactConsentWithdrawn(Event, aggregate="questionnaire", fact="contact_consent_withdrawn"):
    """The consent a questionnaire was sent on was withdrawn before it was accepted; staff read its data no more."""

    questionnaire_id: UUID
    child_id: UUID
    withdrawn_at: AwareDatetime


class StatusDocumentExpiring(Event, aggregate="questionnaire", fact="status_document_expiring"):
    """The document of the child's status ends soon (D0-19); the family is reminded."""

    questionnaire_id: UUID
    region: Code
    child_id: UUID
    representative_id: UUID
    ends_at: AwareDatetime


class DataChangeRequested(Event, aggregate="data_change", fact="requested"):
    """The family asked to change its data; a consultant decides (D0-17). ``fields`` are codes of the questionnaire."""

    data_change_id: UUID
    questionnaire_id: UUID
    region: Code
    territory: Code | None = None
    organisation_id: UUID | None = None
    consultant_id: UUID | None = None
    child_id: UUID
    fields: frozenset[Code]
    requested_at: AwareDatetime
    due: Moment


class DataChangeDecided(Event, aggregate="data_change", fact="decided"):
    """The consultant decided, or the family took the request back (D0-17)."""

    data_change_id: UUID
    questionnaire_id: UUID
    region: Code
    child_id: UUID
    decision: Literal["accepted", "declined", "withdrawn"]
    reason_code: Code | None = None
    decided_at: AwareDatetime


class QuestionnaireDueMoved(Event, aggregate="questionnaire", fact="due_moved"):
    """The consultant's term was computed again: the calendar or the pack's term has changed."""

    questionnaire_id: UUID
    due: Moment
    moved_at: AwareDatetime


class DataChangeDueMoved(Event, aggregate="data_change", fact="due_moved"):
    """The consultant's term was computed again: the calendar or the pack's term has changed."""

    data_change_id: UUID
    due: Moment
    moved_at: AwareDatetime
