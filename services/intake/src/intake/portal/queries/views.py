"""What the API shows of questionnaires and requests to change data."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import ConsentForm, Purpose
from pydantic import BaseModel, ConfigDict
from workdays import Standing

from intake.portal.model.changes import DataChangeState
from intake.portal.model.questionnaire import QuestionnaireFileKind, QuestionnaireState
from intake.portal.pack import Word


class FileLine(BaseModel):
    id: UUID
    kind: QuestionnaireFileKind
    media_type: str
    size: int
    attached_at: datetime


class ConsentLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    purpose: Purpose
    form: ConsentForm
    text_version: str
    text_hash: str
    given_at: datetime


class QuestionnaireLine(BaseModel):
    """A questionnaire in a list; no personal data. ``explanation`` says why it is due then."""

    id: UUID
    version: int
    region: str
    territory: str | None
    territory_title: str | None
    district: str | None
    district_title: str | None
    state: QuestionnaireState
    consultant_id: UUID | None
    consultant_name: str | None
    sent_at: datetime | None
    due_at: datetime | None
    standing: Standing | None
    explanation: str | None
    return_reason: Word | None
    document_ends_at: datetime | None


class DocumentView(BaseModel):
    """The document of the child's status (D0-19). Without ``valid_until`` it has no end."""

    number: str
    series: str | None
    issued_on: date
    valid_until: date | None


class ParentView(BaseModel):
    """A parent or representative, and the identity document (D0-20)."""

    name: str
    identity_document: str | None


class AnswersView(BaseModel):
    """The answers a reader may see; None too where a group is not shown."""

    child_name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    district: str | None = None
    address: str | None = None
    diagnosis: str | None = None
    status_document: DocumentView | None = None
    parents: list[ParentView] = []
    home_phone: str | None = None
    work_phone: str | None = None
    mobile_phone: str | None = None
    email: str | None = None
    note: str | None = None


class QuestionnaireCard(QuestionnaireLine):
    """``answers`` holds what its reader may see; ``withheld`` names the groups that are there and not shown."""

    child_id: UUID
    representative_id: UUID
    answers: AnswersView
    files: list[FileLine]
    consents: list[ConsentLine]
    health_consent_at: datetime | None
    withheld: list[FieldGroup]


AnswerValue = str | DocumentView | list[ParentView] | None
"""An answer of any field; dates as ISO 8601."""


class FieldChange(BaseModel):
    """A field with the answer that stood there and the one that shall stand."""

    field: str
    before: AnswerValue
    after: AnswerValue


class DataChangeView(BaseModel):
    """``changes`` holds the fields its reader may see; ``fields`` names all of them."""

    id: UUID
    version: int
    questionnaire_id: UUID
    region: str
    territory: str
    territory_title: str | None
    state: DataChangeState
    fields: list[str]
    changes: list[FieldChange] = []
    reason: Word | None
    requested_at: datetime
    due_at: datetime
    standing: Standing
    explanation: str
    decided_at: datetime | None
