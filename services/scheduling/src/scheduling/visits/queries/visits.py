"""Visits as people see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import Since, Until, within
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import DeliveryMode, Purpose, VisitOutcome
from contracts.scheduling import PlannedService
from pydantic import BaseModel
from sqlalchemy import ColumnElement, any_, select

from scheduling.titles import SpecialistTitle, titles
from scheduling.visits.model import Visit, VisitState


class VisitFilter(BaseModel):
    """Which visits a list shows; ``since`` and ``until``: when they start."""

    child_id: UUID | None = None
    state: VisitState | None = None
    organisation_id: UUID | None = None
    brigade_id: UUID | None = None
    specialist_id: UUID | None = None
    since: Since = None
    until: Until = None


class VisitCard(BaseModel):
    """A home visit or remote session as staff and family see it."""

    id: UUID
    version: int
    child_id: UUID
    case_id: UUID
    programme_id: UUID
    region: str
    territory: str
    territory_title: str | None
    organisation_id: UUID
    mode: DeliveryMode
    brigade_id: UUID | None
    brigade_title: str | None
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]
    starts_at: datetime
    ends_at: datetime
    state: VisitState
    outcome: VisitOutcome | None
    postponed_until: date | None
    services: list[PlannedService]


ORDER = Order({"starts_at": Visit.__table__.c.starts_at}, Visit.__table__.c.id, "starts_at")


async def visits(wanted: VisitFilter, query: PageQuery, unit: Unit) -> Page[VisitCard]:
    """Visits the actor may see, by time; every child shown is recorded."""
    statement = select(Visit).where(*_conditions(wanted))
    rows, cursor, total = await paginate(unit.session, statement, query, ORDER)
    items = [visit_card(row[0], unit) for row in rows]
    shown = [(one.child_id, one.id) for one in items]
    await unit.audit.listed("visit", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=items, next_cursor=cursor, total=total)


def _conditions(wanted: VisitFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.child_id is not None:
        yield Visit.child_id == wanted.child_id
    if wanted.state is not None:
        yield Visit.state == wanted.state
    if wanted.organisation_id is not None:
        yield Visit.organisation_id == wanted.organisation_id
    if wanted.brigade_id is not None:
        yield Visit.brigade_id == wanted.brigade_id
    if wanted.specialist_id is not None:
        yield any_(Visit.specialist_ids) == wanted.specialist_id
    yield from within(Visit.starts_at, wanted.since, wanted.until)


def visit_card(visit: Visit, unit: Unit) -> VisitCard:
    """The visit as it is shown."""
    called = titles(unit.regions, unit.packs, visit.region)
    return VisitCard(
        id=visit.id,
        version=visit.version,
        child_id=visit.child_id,
        case_id=visit.case_id,
        programme_id=visit.programme_id,
        region=visit.region,
        territory=visit.territory,
        territory_title=called.territory(visit.territory),
        organisation_id=visit.organisation_id,
        mode=visit.mode,
        brigade_id=visit.brigade_id,
        brigade_title=called.brigade(visit.brigade_id),
        specialist_ids=visit.specialist_ids,
        specialists=called.specialists(visit.specialist_ids),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        state=visit.state,
        outcome=visit.outcome,
        postponed_until=visit.postponed_until,
        services=list(visit.services),
    )
