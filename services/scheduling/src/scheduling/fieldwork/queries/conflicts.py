"""Conflicts to decide, and offers of new dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.errors import not_found
from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import Since, Until, within
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import DeliveryMode, Purpose, ServiceGroup, VisitOutcome
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from scheduling.fieldwork.model import Choice, NewDate, OfferState, ReportedValue, SubjectKind, SyncConflict
from scheduling.resources.model import ChildFacts
from scheduling.titles import SpecialistTitle, Titles, titles
from scheduling.visits.model import Visit, VisitState


class ConflictFilter(BaseModel):
    """Which conflicts a list shows; ``since`` and ``until``: when they were found."""

    open_only: bool = True
    since: Since = None
    until: Until = None


class ConflictCard(BaseModel):
    """One field with two values, and the decision."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    child_id: UUID
    field: Literal["outcome", "services"]
    kept: ReportedValue
    offered: ReportedValue
    reported_at: datetime
    found_at: datetime
    choice: Choice | None
    resolved_at: datetime | None


class OfferCard(BaseModel):
    """A free time for a postponed visit."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]


class WaitingVisit(BaseModel):
    """A postponed visit and the times offered for it; no offers mean nothing is free, or they are being computed."""

    visit_id: UUID
    mode: DeliveryMode
    brigade_id: UUID | None
    brigade_title: str | None
    reason: VisitOutcome | None
    postponed_until: date | None
    services: list[ServiceGroup]
    offers: list[OfferCard]


CONFLICTS = Order({"found_at": SyncConflict.__table__.c.found_at}, SyncConflict.__table__.c.id, "found_at")
WAITING = Order({"starts_at": Visit.__table__.c.starts_at}, Visit.__table__.c.id, "starts_at")


async def conflicts(wanted: ConflictFilter, query: PageQuery, unit: Unit) -> Page[ConflictCard]:
    """Conflicts the actor may decide, oldest first, with both values; every child shown is recorded."""
    statement = select(SyncConflict).where(*within(SyncConflict.found_at, wanted.since, wanted.until))
    if wanted.open_only:
        statement = statement.where(SyncConflict.choice.is_(None))
    rows, cursor, total = await paginate(unit.session, statement, query, CONFLICTS)
    items = [conflict_card(row[0]) for row in rows]
    shown = [(one.child_id, one.subject_id) for one in items]
    await unit.audit.listed("sync_conflict", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=items, next_cursor=cursor, total=total)


def conflict_card(conflict: SyncConflict) -> ConflictCard:
    """The conflict as it is shown."""
    return ConflictCard.model_validate(conflict)


async def offers(child_id: UUID, query: PageQuery, unit: Unit) -> Page[WaitingVisit]:
    """Postponed visits of a child with the times offered for each; 404 for a child of somebody else."""
    if await unit.session.get(ChildFacts, child_id) is None:
        raise not_found()
    waiting = select(Visit).where(Visit.child_id == child_id, Visit.state == VisitState.POSTPONED)
    rows, cursor, total = await paginate(unit.session, waiting, query, WAITING)
    visits = [row[0] for row in rows]
    offered = await _open_offers(visits, unit)
    shown = [(child_id, visit.id) for visit in visits]
    await unit.audit.listed("offer", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    items = [
        _waiting(visit, offered.get(visit.id, []), titles(unit.regions, unit.packs, visit.region)) for visit in visits
    ]
    return Page(items=items, next_cursor=cursor, total=total)


async def _open_offers(visits: Iterable[Visit], unit: Unit) -> dict[UUID, list[NewDate]]:
    """What may still be taken, by visit and in order of time."""
    query = select(NewDate).where(
        NewDate.visit_id.in_([visit.id for visit in visits]),
        NewDate.state == OfferState.OPEN,
        NewDate.starts_at > unit.now,
    )
    found: dict[UUID, list[NewDate]] = {}
    for one in await unit.session.scalars(query.order_by(NewDate.starts_at)):
        found.setdefault(one.visit_id, []).append(one)
    return found


def _waiting(visit: Visit, offered: Iterable[NewDate], called: Titles) -> WaitingVisit:
    return WaitingVisit(
        visit_id=visit.id,
        mode=visit.mode,
        brigade_id=visit.brigade_id,
        brigade_title=called.brigade(visit.brigade_id),
        reason=visit.outcome,
        postponed_until=visit.postponed_until,
        services=[task.group for task in visit.tasks],
        offers=[
            OfferCard(
                id=one.id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                specialist_ids=one.specialist_ids,
                specialists=called.specialists(one.specialist_ids),
            )
            for one in offered
        ],
    )
