"""What the API shows of an application."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, ApplicationSource, CallOutcome, ConsentForm, Purpose
from pydantic import BaseModel
from sqlalchemy.orm import defer
from workdays import Standing
from workdays.wording import moment

from intake.applications.model.application import Application
from intake.applications.model.deadlines import Deadline, DeadlineKind
from intake.applications.model.papers import Attachment, AttachmentKind
from intake.applications.pack import IntakePack
from intake.applications.queries.duplicates import DuplicateView
from intake.applications.states import CLOSED_UNSERVED, ApplicationState
from intake.directory.queries.names import Names
from intake.particulars.reckoning import Reckoning


class DeadlineView(BaseModel):
    """A deadline and why it is then: in words for people and step by step for programs (`workdays.Explanation`)."""

    kind: DeadlineKind
    due_at: datetime
    done_at: datetime | None
    escalated_at: datetime | None
    standing: Standing | None
    provisional: bool
    explanation: str
    explanation_en: str
    steps: Reckoning

    @classmethod
    def of(cls, row: Deadline, now: datetime, running: bool = True) -> DeadlineView:
        """``running`` is False where nobody has to meet it any more; then it stands nowhere."""
        explained = row.explained
        return cls(
            kind=row.kind,
            due_at=row.due_at,
            done_at=row.done_at,
            escalated_at=row.escalated_at,
            standing=row.standing(now) if running or row.done_at else None,
            provisional=row.provisional,
            explanation=explained.text("ru"),
            explanation_en=explained.text("en"),
            steps=Reckoning.of(row.explanation),
        )


class ApplicationLine(BaseModel):
    """An application in a list; no personal data."""

    id: UUID
    version: int
    number: str
    region: str
    territory: str
    territory_title: str | None
    residence_territory: str
    residence_territory_title: str | None
    client_type: str | None
    state: ApplicationState
    source: ApplicationSource
    entry_point: str | None
    age_band: AgeBand
    coordinator_id: UUID | None
    coordinator_name: str | None
    serving_organisation_id: UUID | None
    serving_organisation_title: str | None
    submitted_at: datetime
    due_at: datetime
    standing: Standing | None
    deadlines: list[DeadlineView]


class ApplicationContact(BaseModel):
    representative_name: str
    phone: str
    email: str | None
    child_name: str
    birth_date: date
    actual_address: str | None
    latitude: float | None
    longitude: float | None


class ApplicationSocial(BaseModel):
    comment: str | None
    need: str | None


class FileView(BaseModel):
    id: UUID
    kind: AttachmentKind
    media_type: str
    size: int
    attached_at: datetime

    @classmethod
    def of(cls, row: Attachment) -> FileView:
        return cls(id=row.blob_id, kind=row.kind, media_type=row.media_type, size=row.size, attached_at=row.attached_at)


class HealthFields(BaseModel):
    diagnosis: str | None
    gestation_weeks: int | None
    triggers: list[str]
    announced_on: date | None
    files: list[FileView]


class ConsentView(BaseModel):
    id: UUID
    purpose: Purpose
    form: ConsentForm
    text_version: str
    given_at: datetime


class CallView(BaseModel):
    outcome: CallOutcome
    called_at: datetime
    called_by: UUID
    called_by_name: str | None
    explanation_given: bool


class ApplicationCard(ApplicationLine):
    """An application as its reader may see it; ``withheld`` names the groups that are there and not shown."""

    child_id: UUID
    representative_id: UUID
    organisation_id: UUID
    organisation_title: str | None
    registered_in_region: bool
    return_reason: str | None
    appointment_at: datetime | None
    protocol_due_at: datetime | None
    """By when the protocol of announcing the diagnosis follows (D2-08)."""
    duplicates: list[DuplicateView]
    consents: list[ConsentView]
    calls: list[CallView]
    contact: ApplicationContact | None = None
    social: ApplicationSocial | None = None
    health: HealthFields | None = None
    withheld: list[FieldGroup] = []


_SEALED = (Application.representative, Application.child, Application.home, Application.words, Application.health)
_OF_CARDS = (*_SEALED, Application.health_consent_ids)
WITHOUT_SEALED = tuple(defer(column, raiseload=True) for column in _OF_CARDS)
"""Loader options of lists: nothing sealed leaves the database for them, nor what opens it."""


def named(application: Application) -> tuple[UUID | None, ...]:
    """Whom a line and a card name."""
    return application.coordinator_id, application.serving_organisation_id, application.organisation_id


def line(application: Application, names: Names, now: datetime) -> dict[str, Any]:
    """The fields of `ApplicationLine`."""
    running = application.running()
    current = next((row for row in running if row.due_at == application.due_at), None)
    return {
        "id": application.id,
        "version": application.version,
        "number": application.number,
        "region": application.region,
        "territory": application.territory,
        "territory_title": names.territory(application.territory),
        "residence_territory": application.residence_territory,
        "residence_territory_title": names.territory(application.residence_territory),
        "client_type": application.client_type,
        "state": application.state,
        "source": application.source,
        "entry_point": application.entry_point,
        "age_band": application.age_band,
        "coordinator_id": application.coordinator_id,
        "coordinator_name": names.of(application.coordinator_id),
        "serving_organisation_id": application.serving_organisation_id,
        "serving_organisation_title": names.of(application.serving_organisation_id),
        "submitted_at": application.submitted_at,
        "due_at": application.due_at,
        "standing": current.standing(now) if current else None,
        "deadlines": [DeadlineView.of(row, now, row in running) for row in application.deadlines],
    }


class StatusView(BaseModel):
    """What the family sees on its status page: where the application stands and what happens next (D0-38).

    Moments are to be shown in ``time_zone``, the territory's own (T12).
    """

    number: str
    state: ApplicationState
    state_title: str
    submitted_at: datetime
    time_zone: str
    next_step: str
    appointment_at: datetime | None
    deadlines: list[DeadlineView]
    files: list[FileView]
    can_withdraw: bool
    can_attach: bool
    low_vision: bool
    """The family reads in large letters (D0-16)."""


STATE_TITLES: dict[ApplicationState, str] = {
    ApplicationState.SUBMITTED: "Заявка принята",
    ApplicationState.TAKEN: "Заявкой занимается координатор",
    ApplicationState.REACHED: "Мы поговорили с вами",
    ApplicationState.HANDED_OVER: "Заявка передана в службу рядом с вами",
    ApplicationState.RETURNED: "Подбираем другую службу",
    ApplicationState.ACCEPTED: "Служба приняла вашу семью",
    ApplicationState.REDIRECTED: "Вам поможет другая служба",
    ApplicationState.WITHDRAWN: "Заявка отозвана",
}

NEXT_STEPS: dict[ApplicationState, str] = {
    ApplicationState.SUBMITTED: "Мы позвоним вам до указанного срока. Собирать справки не нужно.",
    ApplicationState.TAKEN: "Координатор позвонит вам до указанного срока. Собирать справки не нужно.",
    ApplicationState.REACHED: "Координатор передаёт заявку в ближайшую службу. Первый приём — в указанный срок.",
    ApplicationState.HANDED_OVER: "Служба подтвердит, что принимает вас. Первый приём — в указанный срок.",
    ApplicationState.RETURNED: "Координатор выбирает для вас другую службу и сообщит вам. Срок первого приёма прежний.",
    ApplicationState.ACCEPTED: "Служба назначает первый приём. Возьмите с собой только документы из списка ниже.",
    ApplicationState.REDIRECTED: "Позвоните в службу, которую мы вам назвали: она помогает детям такого возраста.",
    ApplicationState.WITHDRAWN: "Больше ничего делать не нужно. Новую заявку можно подать в любое время.",
}


def next_step(application: Application, pack: IntakePack, zone: ZoneInfo) -> str:
    """What happens next, in words for the family: the appointment once it is booked, the right service's telephone."""
    state, usual = application.state, NEXT_STEPS[application.state]
    if state is ApplicationState.REDIRECTED:
        right = pack.redirect(application.age_band)
        return f"{usual} {right.title}, телефон {right.phone}. {right.advice}"
    documents = ", ".join(pack.form.first_appointment_documents)
    if application.appointment_at and state not in CLOSED_UNSERVED:
        at = application.appointment_at.astimezone(zone)
        return f"Первый приём: {moment(at.date(), at.time(), 'ru')}. Возьмите с собой: {documents}."
    return f"{usual} Нужны: {documents}." if state is ApplicationState.ACCEPTED else usual
