"""Visits as people see them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import DeliveryMode, Purpose, VisitOutcome
from contracts.scheduling import PlannedService
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.visits.model import Visit, VisitState


class VisitCard(BaseModel):
    """A home visit or remote session as staff and family see it."""

    id: UUID
    version: int
    child_id: UUID
    case_id: UUID
    programme_id: UUID
    region: str
    organisation_id: UUID
    mode: DeliveryMode
    brigade_id: UUID | None
    specialist_ids: list[UUID]
    starts_at: datetime
    ends_at: datetime
    state: VisitState
    outcome: VisitOutcome | None
    postponed_until: date | None
    services: list[PlannedService]


ORDER = Order({"starts_at": Visit.__table__.c.starts_at}, Visit.__table__.c.id, "starts_at")


async def visits(
    unit: Unit,
    query: PageQuery,
    *,
    child_id: UUID | None = None,
    state: VisitState | None = None,
    since: datetime | None = None,
) -> Page[VisitCard]:
    """Visits the actor may see, by time; every child shown is recorded."""
    statement = select(Visit)
    if child_id is not None:
        statement = statement.where(Visit.child_id == child_id)
    if state is not None:
        statement = statement.where(Visit.state == state)
    if since is not None:
        statement = statement.where(Visit.starts_at >= since)
    rows, cursor, total = await paginate(unit.session, statement, query, ORDER)
    items = [visit_card(row[0]) for row in rows]
    shown = [(one.child_id, one.id) for one in items]
    await unit.audit.listed("visit", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=items, next_cursor=cursor, total=total)


def visit_card(visit: Visit) -> VisitCard:
    """The visit as it is shown."""
    own = {name: getattr(visit, name) for name in VisitCard.model_fields if name != "services"}
    return VisitCard(**own, services=list(visit.services))
