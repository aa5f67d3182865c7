"""The file's card with its six sections."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, DeliveryMode
from pydantic import BaseModel
from sqlalchemy import func, select

from cases.assessments.queries import AssessmentCard, assessment_cards
from cases.card.queries.questionnaire import Questionnaire, questionnaire
from cases.deliveries.model import AwaitedVisit, Delivery
from cases.files.model import CaseFile, Eligibility, SeenDocuments
from cases.files.queries import audited, readable_file, shown, withheld
from cases.local_time import pack_of, today
from cases.pack import Step
from cases.programmes.queries import ProgrammeSummary, programme_summaries

CORE = frozenset({FieldGroup.CORE})
ROUTE_LENGTH = 20
"""Visits ahead shown on the card; the whole route is scheduling's."""


class IppsuCard(BaseModel):
    """An IPPSU as recorded."""

    id: UUID
    number: str
    issued_on: date
    valid_until: date
    issuer: str


class Programmes(BaseModel):
    """Section 2: the IPPSU and the programmes drawn up under it or beside it."""

    ippsu: list[IppsuCard]
    drawn_up: list[ProgrammeSummary]


class VisitAhead(BaseModel):
    """A visit that has a time or has lost it."""

    visit_id: UUID
    starts_at: datetime
    mode: DeliveryMode
    postponed: bool


class Route(BaseModel):
    """Section 4: what is ahead, and how much has been done."""

    visits: list[VisitAhead]
    delivered: int


class Sections(BaseModel):
    """The six sections of a personal file. A section nothing has been entered in yet is an empty list."""

    questionnaire: Questionnaire
    programmes: Programmes
    social_status: list[str]
    route: Route
    monitoring: list[str]
    correspondence: list[str]


class FirstAppointment(BaseModel):
    """The steps of the region, in order, and what they left behind."""

    steps: list[Step]
    done: list[Step]
    due_at: datetime
    documents: SeenDocuments | None
    eligibility: Eligibility | None
    assessments: list[AssessmentCard]
    team: list[UUID]


class FileCard(BaseModel):
    """A personal file (D0-24). ``withheld`` names groups of fields that need a consent or another legal ground."""

    id: UUID
    version: int
    number: str
    application_id: UUID
    region: str
    territory: str
    age_band: AgeBand
    child_id: UUID
    coordinator_id: UUID
    organisation_id: UUID
    serving_organisation_id: UUID
    opened_at: datetime
    first_appointment: FirstAppointment
    sections: Sections
    withheld: list[FieldGroup]


async def file_card(case_id: UUID, unit: Unit) -> FileCard:
    """The whole card; what the reader may not see now is empty and named in ``withheld``."""
    file = await readable_file(case_id, unit)
    groups = shown(file, unit)
    await audited(file, groups, unit)
    own = {name: getattr(file, name) for name in FileCard.model_fields if hasattr(file, name)}
    return FileCard(
        **own,
        first_appointment=await _first_appointment(file, groups, unit),
        sections=await _sections(file, groups, unit),
        withheld=withheld(file, groups, unit),
    )


async def _first_appointment(file: CaseFile, groups: frozenset[FieldGroup], unit: Unit) -> FirstAppointment:
    pack = pack_of(unit, file.region)
    done = file.done(today(unit, file.region), pack)
    return FirstAppointment(
        steps=list(pack.steps),
        done=[step for step in pack.steps if step in done],
        due_at=file.first_appointment_due_at,
        documents=file.documents,
        eligibility=file.eligibility,
        assessments=await assessment_cards(file.id, groups, unit),
        team=file.specialist_ids,
    )


async def _sections(file: CaseFile, groups: frozenset[FieldGroup], unit: Unit) -> Sections:
    ippsus = [{name: getattr(ippsu, name) for name in IppsuCard.model_fields} for ippsu in file.ippsus]
    return Sections(
        questionnaire=await questionnaire(file, groups, unit),
        programmes=Programmes(
            ippsu=[IppsuCard(**ippsu) for ippsu in ippsus],
            drawn_up=await programme_summaries(file.id, file.region, unit),
        ),
        social_status=[],
        route=await _route(file.id, unit),
        monitoring=[],
        correspondence=[],
    )


async def _route(case_id: UUID, unit: Unit) -> Route:
    visits = await unit.session.scalars(
        select(AwaitedVisit)
        .where(AwaitedVisit.case_id == case_id, ~AwaitedVisit.reported, AwaitedVisit.starts_at >= unit.now)
        .order_by(AwaitedVisit.starts_at)
        .limit(ROUTE_LENGTH)
    )
    # counted, not listed: a card with 500 services opens as fast as one with 5 (trap T10)
    delivered = await unit.session.scalar(select(func.count()).where(Delivery.case_id == case_id))
    ahead = [{name: getattr(visit, name) for name in VisitAhead.model_fields} for visit in visits]
    return Route(visits=[VisitAhead(**visit) for visit in ahead], delivered=delivered or 0)
