"""One shape of work for every service, so that a coordinator has one list."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from workdays import Standing


class RouteStep(StrEnum):
    """The step of a route that an item belongs to, named alike in every service.

    Items of several services with one ``group`` and one ``step`` tell of one piece of work: a page shows the owner's
    item once and a warning of notifications as its badge.
    """

    CALL_BACK = "call_back"
    ACCEPTANCE = "acceptance"
    FIRST_APPOINTMENT = "first_appointment"
    PROTOCOL = "protocol"
    ENQUIRY = "enquiry"
    REFERRAL = "referral"
    OUTREACH = "outreach"
    QUESTIONNAIRE = "questionnaire"
    STATUS_DOCUMENT = "status_document"
    DATA_CHANGE = "data_change"
    ASSESSMENT = "assessment"
    PROGRAMME = "programme"
    URGENT_ACT = "urgent_act"
    APPOINTMENT = "appointment"
    TRIP = "trip"
    MONTH_PLAN = "month_plan"
    FIELD_REPORT = "field_report"
    MESSAGE = "message"


class NextAction(BaseModel):
    """The request that does what the item asks for, so that a page's button is data.

    ``href`` starts at the gateway. ``permission``: what the caller needs; the service decides again when asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: str
    method: str
    href: str
    permission: str


class WorkItem(BaseModel):
    """One thing a person has to do. ``title`` holds no personal data; the card behind ``url`` does.

    ``version``: of the record the item is about, to be handed back by a command that must not overlook a change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    service: str
    kind: str
    step: RouteStep
    group: UUID = Field(
        description="What the work belongs to, alike in every service: the application until the child has a file, "
        "then the child; an enquiry, a referral, a trip and the like stand for themselves."
    )
    subject_id: UUID
    version: int | None = None
    number: str | None = None
    title: str
    region: str
    territory: str | None = None
    territory_title: str | None = None
    organisation_id: UUID | None = None
    assigned_to: UUID | None = None
    created_at: AwareDatetime
    due_at: AwareDatetime | None = None
    standing: Standing
    explanation: str | None = None
    url: str
    next_action: NextAction | None = None
