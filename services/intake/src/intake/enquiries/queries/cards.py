"""What the API shows of an enquiry."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import EnquiryChannel, EnquiryOutcome, FamilyStatus
from pydantic import BaseModel
from sqlalchemy.orm import defer
from workdays import Standing

from intake.directory.queries.names import Names
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Author, Column, EnquiryFileKind
from intake.enquiries.states import Delivery, EnquiryState
from intake.particulars.reckoning import Reckoning


class DueView(BaseModel):
    """By when the answer is due, and why then (D0-38)."""

    due_at: datetime
    given_at: datetime | None
    escalated_at: datetime | None
    standing: Standing
    provisional: bool
    explanation: str
    explanation_en: str
    steps: Reckoning

    @classmethod
    def of(cls, enquiry: Enquiry, now: datetime) -> DueView:
        explained = enquiry.explained
        return cls(
            due_at=enquiry.due_at,
            given_at=enquiry.given_at,
            escalated_at=enquiry.escalated_at,
            standing=enquiry.standing(now),
            provisional=enquiry.due_provisional,
            explanation=explained.text("ru"),
            explanation_en=explained.text("en"),
            steps=Reckoning.of(enquiry.due_explanation),
        )


class EnquiryLine(BaseModel):
    """An enquiry in a list; no personal data."""

    id: UUID
    version: int
    number: str
    journal_number: int
    year: int
    region: str
    territory: str
    territory_title: str | None
    organisation_id: UUID
    organisation_title: str | None
    state: EnquiryState
    channel: EnquiryChannel
    answer_channel: EnquiryChannel
    delivery: Delivery | None
    anonymous: bool
    complaint: bool
    theme: str | None
    help_kind: str | None
    outcome: EnquiryOutcome | None
    assigned_to: UUID | None
    assigned_to_name: str | None
    registered_at: datetime
    due: DueView


class EnquiryContact(BaseModel):
    name: str | None
    phone: str | None
    email: str | None
    address: str | None


class MessageView(BaseModel):
    """A message of the thread."""

    id: UUID
    author: Author
    written_at: datetime
    text: str


class AmendmentView(BaseModel):
    """A correction: what stood and what stands now."""

    position: int
    column: Column
    before: str | None
    after: str | None
    why: str
    amended_at: datetime
    amended_by: UUID


class EnquirySocial(BaseModel):
    status: FamilyStatus | None
    question: str
    result: str | None
    thread: list[MessageView]
    amendments: list[AmendmentView]


class EnquiryFileView(BaseModel):
    id: UUID
    kind: EnquiryFileKind
    media_type: str
    size: int
    attached_at: datetime


class EnquiryCard(EnquiryLine):
    """An enquiry as its reader may see it; ``withheld`` names the groups that are there and not shown."""

    received_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    call_attempts: int
    files: list[EnquiryFileView]
    contact: EnquiryContact | None = None
    social: EnquirySocial | None = None
    withheld: list[FieldGroup] = []


class ThreadView(BaseModel):
    """What the person who asked sees: where the question stands, by when we answer, and the thread (D0-38, D0-11)."""

    id: UUID
    number: str
    state: EnquiryState
    state_title: str
    next_step: str
    registered_at: datetime
    answer_channel: EnquiryChannel
    time_zone: str
    due: DueView
    thread: list[MessageView]
    can_write: bool


STATE_TITLES: dict[EnquiryState, str] = {
    EnquiryState.REGISTERED: "Вопрос записан в журнал",
    EnquiryState.ASSIGNED: "Вопрос передан специалисту",
    EnquiryState.SERVING: "Специалист готовит ответ",
    EnquiryState.ANSWERED: "Ответ готов",
    EnquiryState.CLOSED: "Обращение завершено",
}

NEXT_STEPS: dict[EnquiryState, str] = {
    EnquiryState.REGISTERED: "Мы выберем специалиста, который знает этот вопрос, и ответим до указанного срока.",
    EnquiryState.ASSIGNED: "Специалист ответит до указанного срока. Ничего делать не нужно.",
    EnquiryState.SERVING: "Специалист ответит до указанного срока. Вы можете дописать подробности.",
    EnquiryState.ANSWERED: "Если ответ неполный, напишите нам здесь же: вопрос вернётся к специалисту.",
    EnquiryState.CLOSED: "Новый вопрос можно задать в любое время.",
}


_SEALED = (Enquiry.caller, Enquiry.place, Enquiry.question, Enquiry.result)
WITHOUT_SEALED = tuple(defer(column, raiseload=True) for column in _SEALED)
"""Loader options of lists: nothing sealed leaves the database for them."""


def named(enquiry: Enquiry) -> tuple[UUID | None, ...]:
    """Whom a line names."""
    return enquiry.assigned_to, enquiry.organisation_id


def line(enquiry: Enquiry, names: Names, now: datetime) -> dict[str, Any]:
    """The fields of `EnquiryLine`."""
    return {
        "id": enquiry.id,
        "version": enquiry.version,
        "number": enquiry.registration,
        "journal_number": enquiry.number,
        "year": enquiry.year,
        "region": enquiry.region,
        "territory": enquiry.territory,
        "territory_title": names.territory(enquiry.territory),
        "organisation_id": enquiry.organisation_id,
        "organisation_title": names.of(enquiry.organisation_id),
        "state": enquiry.state,
        "channel": enquiry.channel,
        "answer_channel": enquiry.answer_channel,
        "delivery": enquiry.delivery,
        "anonymous": enquiry.anonymous,
        "complaint": enquiry.complaint,
        "theme": enquiry.theme,
        "help_kind": enquiry.help_kind,
        "outcome": enquiry.outcome,
        "assigned_to": enquiry.assigned_to,
        "assigned_to_name": names.of(enquiry.assigned_to),
        "registered_at": enquiry.registered_at,
        "due": DueView.of(enquiry, now),
    }
