"""The file's card with its six sections."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.regions import territory_title
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, DeliveryMode
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from cases.assessments.queries import AssessmentCard, assessment_cards
from cases.card.queries.questionnaire import Questionnaire, questionnaire
from cases.deliveries.model import AwaitedVisit, Delivery
from cases.files.model import CaseFile, Eligibility, Ippsu, SeenDocuments
from cases.files.queries import audit_read, readable_file, visible_groups, withheld_groups
from cases.local_time import today
from cases.pack import CasesPack, Step, title_of
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


class DocumentsCard(SeenDocuments):
    """The documents that were seen, with the words people read instead of the codes."""

    kind_titles: tuple[str, ...] = Field(description="In the order of ``kinds``.")
    authority_title: str


class FirstAppointment(BaseModel):
    """The steps of the region, in order, and what they left behind."""

    steps: list[Step]
    done: list[Step]
    due_at: datetime
    documents: DocumentsCard | None
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
    territory_title: str | None
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
    groups = visible_groups(file, unit)
    await audit_read(file, groups, unit)
    return FileCard(
        id=file.id,
        version=file.version,
        number=file.number,
        application_id=file.application_id,
        region=file.region,
        territory=file.territory,
        territory_title=territory_title(file.territory, unit.regions),
        age_band=file.age_band,
        child_id=file.child_id,
        coordinator_id=file.coordinator_id,
        organisation_id=file.organisation_id,
        serving_organisation_id=file.serving_organisation_id,
        opened_at=file.opened_at,
        first_appointment=await _first_appointment(file, groups, unit),
        sections=await _sections(file, groups, unit),
        withheld=withheld_groups(file, groups, unit),
    )


async def _first_appointment(file: CaseFile, groups: frozenset[FieldGroup], unit: Unit) -> FirstAppointment:
    pack = unit.packs.of(CasesPack, file.region)
    done = file.done(today(unit, file.region), pack)
    return FirstAppointment(
        steps=list(pack.steps),
        done=[step for step in pack.steps if step in done],
        due_at=file.first_appointment_due_at,
        documents=_documents(file.documents, pack) if file.documents else None,
        eligibility=file.eligibility,
        assessments=await assessment_cards(file.id, groups, unit),
        team=file.specialist_ids,
    )


async def _sections(file: CaseFile, groups: frozenset[FieldGroup], unit: Unit) -> Sections:
    return Sections(
        questionnaire=await questionnaire(file, groups, unit),
        programmes=Programmes(
            ippsu=[_ippsu(ippsu) for ippsu in file.ippsus],
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
    return Route(visits=[_ahead(visit) for visit in visits], delivered=delivered or 0)


def _documents(seen: SeenDocuments, pack: CasesPack) -> DocumentsCard:
    return DocumentsCard(
        kinds=seen.kinds,
        kind_titles=tuple(title_of(kind, pack.documents) for kind in seen.kinds),
        authority=seen.authority,
        authority_title=title_of(seen.authority, pack.authorities),
        seen_by=seen.seen_by,
        seen_at=seen.seen_at,
    )


def _ippsu(ippsu: Ippsu) -> IppsuCard:
    return IppsuCard(
        id=ippsu.id,
        number=ippsu.number,
        issued_on=ippsu.issued_on,
        valid_until=ippsu.valid_until,
        issuer=ippsu.issuer,
    )


def _ahead(visit: AwaitedVisit) -> VisitAhead:
    return VisitAhead(
        visit_id=visit.visit_id,
        starts_at=visit.starts_at,
        mode=visit.mode,
        postponed=visit.postponed,
    )
