"""Trips and visits as people see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import FirstDay, LastDay, Since, Until, within
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Purpose, VisitOutcome
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, any_, select

from scheduling.titles import SpecialistTitle, Titles, titles
from scheduling.trips.assignment import Unmet
from scheduling.trips.model import Session, Trip, TripInvitation, TripState


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


class UnmetService(BaseModel):
    """A service of an invited family that found no place: nobody has the ``skill``, or the ``hours`` are too few."""

    child_id: UUID
    service_code: str
    title: str
    reason: Literal["skill", "hours"]


class TripFilter(BaseModel):
    """Which trips a list shows."""

    state: TripState | None = None
    point_id: UUID | None = None
    specialist_id: UUID | None = None
    since: FirstDay = None
    until: LastDay = None


class InvitationFilter(BaseModel):
    """Which invitations a list shows; ``since`` and ``until``: when the family is expected."""

    child_id: UUID | None = None
    trip_id: UUID | None = None
    since: Since = None
    until: Until = None


class TripCard(BaseModel):
    """A brigade's day at a point. ``families`` and ``services`` are counts for the host."""

    id: UUID
    version: int
    region: str
    territory: str
    territory_title: str | None
    organisation_id: UUID
    host_organisation_id: UUID
    point_id: UUID
    point_title: str | None
    day: date
    urgent: bool
    state: TripState
    cancel_reason: str | None
    vehicle_id: UUID
    vehicle_title: str | None
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]
    leaves_at: datetime
    opens_at: datetime
    closes_at: datetime
    back_at: datetime
    families: int
    services: int
    invitations: list[InvitationCard]
    unmet: list[UnmetService]


class FamilyInvitation(BaseModel):
    """When a family is expected at a point."""

    model_config = ConfigDict(from_attributes=True)

    trip_id: UUID
    child_id: UUID
    starts_at: datetime
    ends_at: datetime
    outcome: VisitOutcome | None


async def trip_card(trip: Trip, unit: Unit) -> TripCard:
    """The trip with the invitations the actor may see."""
    return (await _cards([trip], unit))[0]


async def _cards(trips: Sequence[Trip], unit: Unit) -> list[TripCard]:
    """The trips of a page; one query brings the invitations of all."""
    invited = await _invitations(trips, unit)
    shown = [(one.child_id, one.id) for found in invited.values() for one in found]
    await unit.audit.listed("trip", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return [_trip_card(trip, invited.get(trip.id, []), titles(unit.regions, unit.packs, trip.region)) for trip in trips]


async def _invitations(trips: Sequence[Trip], unit: Unit) -> dict[UUID, list[TripInvitation]]:
    query = select(TripInvitation).where(TripInvitation.trip_id.in_([trip.id for trip in trips]))
    found: dict[UUID, list[TripInvitation]] = {}
    for one in await unit.session.scalars(query.order_by(TripInvitation.starts_at, TripInvitation.id)):
        found.setdefault(one.trip_id, []).append(one)
    return found


def _trip_card(trip: Trip, invited: Sequence[TripInvitation], called: Titles) -> TripCard:
    return TripCard(
        id=trip.id,
        version=trip.version,
        region=trip.region,
        territory=trip.territory,
        territory_title=called.territory(trip.territory),
        organisation_id=trip.organisation_id,
        host_organisation_id=trip.host_organisation_id,
        point_id=trip.point_id,
        point_title=called.point(trip.point_id),
        day=trip.day,
        urgent=trip.urgent,
        state=trip.state,
        cancel_reason=trip.cancel_reason,
        vehicle_id=trip.vehicle_id,
        vehicle_title=called.vehicle(trip.vehicle_id),
        specialist_ids=trip.specialist_ids,
        specialists=called.specialists(trip.specialist_ids),
        leaves_at=trip.leaves_at,
        opens_at=trip.opens_at,
        closes_at=trip.closes_at,
        back_at=trip.back_at,
        families=trip.families,
        services=trip.services,
        invitations=[_invitation_card(one, called) for one in invited],
        # What found no place names children, so it is for those who see the children.
        unmet=[_unmet(one, called) for one in trip.unmet] if invited else [],
    )


def _invitation_card(one: TripInvitation, called: Titles) -> InvitationCard:
    return InvitationCard(
        id=one.id,
        version=one.version,
        child_id=one.child_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        outcome=one.outcome,
        sessions=[_session(session, called) for session in one.sessions],
    )


def _session(session: Session, called: Titles) -> TripSession:
    return TripSession(
        service_code=session.task.service_code,
        title=called.point_service(session.task.service_code),
        specialist_id=session.specialist_id,
        room=session.room,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )


def _unmet(one: Unmet, called: Titles) -> UnmetService:
    return UnmetService(
        child_id=one.child_id,
        service_code=one.service_code,
        title=called.point_service(one.service_code),
        reason=one.reason,
    )


_invited = TripInvitation.__table__.c
TRIPS = Order({"day": Trip.__table__.c.day}, Trip.__table__.c.id, "day")
INVITATIONS = Order({"starts_at": _invited.starts_at}, _invited.id, "starts_at")


async def trips(wanted: TripFilter, query: PageQuery, unit: Unit) -> Page[TripCard]:
    """Trips the actor may see, by day."""
    statement = select(Trip).where(*_conditions(wanted))
    rows, cursor, total = await paginate(unit.session, statement, query, TRIPS)
    return Page(items=await _cards([row[0] for row in rows], unit), next_cursor=cursor, total=total)


def _conditions(wanted: TripFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.state is not None:
        yield Trip.state == wanted.state
    if wanted.point_id is not None:
        yield Trip.point_id == wanted.point_id
    if wanted.specialist_id is not None:
        yield any_(Trip.specialist_ids) == wanted.specialist_id
    if wanted.since is not None:
        yield Trip.day >= wanted.since
    if wanted.until is not None:
        yield Trip.day <= wanted.until


async def invitations(wanted: InvitationFilter, query: PageQuery, unit: Unit) -> Page[FamilyInvitation]:
    """Published invitations the actor may see, by time: a family its own."""
    statement = select(TripInvitation).where(
        TripInvitation.published, *within(TripInvitation.starts_at, wanted.since, wanted.until)
    )
    if wanted.child_id is not None:
        statement = statement.where(TripInvitation.child_id == wanted.child_id)
    if wanted.trip_id is not None:
        statement = statement.where(TripInvitation.trip_id == wanted.trip_id)
    rows, cursor, total = await paginate(unit.session, statement, query, INVITATIONS)
    found = [FamilyInvitation.model_validate(row[0]) for row in rows]
    shown = [(one.child_id, one.trip_id) for one in found]
    await unit.audit.listed("visit", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=found, next_cursor=cursor, total=total)
