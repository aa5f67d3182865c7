"""Trips and visits as people see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import DeliveryMode, Purpose, VisitOutcome
from contracts.scheduling import PlannedService
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.roster import roster
from scheduling.spans import month_of
from scheduling.trips.model import Plan, PlanState, Visit, VisitState
from scheduling.trips.trip import Session, Trip, TripInvitation, TripState
from scheduling.trips.trip_commands import invitations_of


class TripSession(BaseModel):
    """One service to one invited family."""

    service_code: str
    title: str
    specialist_id: UUID
    room: int
    starts_at: datetime
    ends_at: datetime


class InvitationCard(BaseModel):
    """An invited family; hosts do not see it."""

    id: UUID
    version: int
    child_id: UUID
    starts_at: datetime
    ends_at: datetime
    outcome: VisitOutcome | None
    sessions: list[TripSession]


class TripCard(BaseModel):
    """A brigade's day at a point. ``families`` and ``services`` are counts for the host."""

    id: UUID
    version: int
    region: str
    territory: str
    organisation_id: UUID
    host_organisation_id: UUID
    point_id: UUID
    day: date
    urgent: bool
    state: TripState
    cancel_reason: str | None
    vehicle_id: UUID
    specialist_ids: list[UUID]
    leaves_at: datetime
    opens_at: datetime
    closes_at: datetime
    back_at: datetime
    families: int
    services: int
    invitations: list[InvitationCard]
    unmet: list[dict[str, str]]


class FamilyInvitation(BaseModel):
    """When a family is expected at a point."""

    trip_id: UUID
    child_id: UUID
    starts_at: datetime
    ends_at: datetime
    outcome: VisitOutcome | None


class PlanLine(BaseModel):
    """A plan in a list. ``solver``: greedy for the first answer, lns for one that was searched for."""

    id: UUID
    version: int
    region: str
    organisation_id: UUID
    month: date
    state: PlanState
    solver: str
    made_at: datetime


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


async def trip_card(trip: Trip, unit: Unit) -> TripCard:
    """The trip with the invitations the actor may see."""
    invitations = await invitations_of(trip.id, unit)
    shown = [(one.child_id, one.id) for one in invitations]
    await unit.audit.listed("trip", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    titles = {code: one.title for code, one in roster(trip.region).point_services.items()}
    own: dict[str, Any] = {name: getattr(trip, name) for name in TripCard.model_fields if name != "invitations"}
    cards = [
        InvitationCard(
            id=one.id,
            version=one.version,
            child_id=one.child_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            outcome=one.outcome,
            sessions=[_session(session, titles) for session in one.sessions],
        )
        for one in invitations
    ]
    # What found no place names children, so it is for those who see the children.
    return TripCard(**own | {"unmet": trip.unmet if cards else []}, invitations=cards)


def _session(session: Session, titles: dict[str, str]) -> TripSession:
    code = session.task.service_code
    return TripSession(
        service_code=code,
        title=titles.get(code, code),
        specialist_id=session.specialist_id,
        room=session.room,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )


async def plans(unit: Unit, query: PageQuery, *, month: date | None, state: PlanState | None) -> Page[PlanLine]:
    """Plans the actor may see; a plan's visits stand on its card."""
    column = Plan.__table__.c
    told = [column[name] for name in PlanLine.model_fields if name != "solver"]
    statement = select(*told, column["answer"]["solver"].astext.label("solver"))
    if month is not None:
        statement = statement.where(column["month"] == month_of(month)[0])
    if state is not None:
        statement = statement.where(column["state"] == state)
    order = Order({name: column[name] for name in ("month", "made_at", "state")}, column["id"], "-month")
    rows, cursor = await paginate(unit.session, statement, query, order)
    return Page(items=[PlanLine.model_validate(row, from_attributes=True) for row in rows], next_cursor=cursor)


async def trips(
    unit: Unit, query: PageQuery, *, since: date | None, until: date | None, state: TripState | None
) -> Page[TripCard]:
    """Trips the actor may see, by day."""
    statement = select(Trip)
    if since is not None:
        statement = statement.where(Trip.day >= since)
    if until is not None:
        statement = statement.where(Trip.day <= until)
    if state is not None:
        statement = statement.where(Trip.state == state)
    order = Order({"day": Trip.__table__.c.day}, Trip.__table__.c.id, "day")
    rows, cursor = await paginate(unit.session, statement, query, order)
    return Page(items=[await trip_card(row[0], unit) for row in rows], next_cursor=cursor)


async def invitations(
    unit: Unit, query: PageQuery, *, child_id: UUID | None, since: datetime | None
) -> Page[FamilyInvitation]:
    """Published invitations the actor may see, by time: a family its own."""
    statement = select(TripInvitation).where(TripInvitation.published)
    if child_id is not None:
        statement = statement.where(TripInvitation.child_id == child_id)
    if since is not None:
        statement = statement.where(TripInvitation.starts_at >= since)
    columns = TripInvitation.__table__.c
    rows, cursor = await paginate(
        unit.session, statement, query, Order({"starts_at": columns.starts_at}, columns.id, "starts_at")
    )
    told = [{name: getattr(row[0], name) for name in FamilyInvitation.model_fields} for row in rows]
    found = [FamilyInvitation(**one) for one in told]
    shown = [(one.child_id, one.trip_id) for one in found]
    await unit.audit.listed("visit", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=found, next_cursor=cursor)


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
    order = Order({"starts_at": Visit.__table__.c.starts_at}, Visit.__table__.c.id, "starts_at")
    rows, cursor = await paginate(unit.session, statement, query, order)
    items = [visit_card(row[0]) for row in rows]
    shown = [(one.child_id, one.id) for one in items]
    await unit.audit.listed("visit", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=items, next_cursor=cursor)


def visit_card(visit: Visit) -> VisitCard:
    """The visit as it is shown."""
    own = {name: getattr(visit, name) for name in VisitCard.model_fields if name != "services"}
    return VisitCard(**own, services=list(visit.services))
