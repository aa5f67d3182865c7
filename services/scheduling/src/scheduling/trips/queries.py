"""Trips and visits as people see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Purpose, VisitOutcome
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.roster import roster
from scheduling.trips.commands.plan_trip import invitations_of
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
    unmet: list[UnmetService]


class FamilyInvitation(BaseModel):
    """When a family is expected at a point."""

    trip_id: UUID
    child_id: UUID
    starts_at: datetime
    ends_at: datetime
    outcome: VisitOutcome | None


async def trip_card(trip: Trip, unit: Unit) -> TripCard:
    """The trip with the invitations the actor may see."""
    invitations = await invitations_of(trip.id, unit)
    shown = [(one.child_id, one.id) for one in invitations]
    await unit.audit.listed("trip", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    titles = {code: one.title for code, one in roster(unit.packs, trip.region).point_services.items()}
    own: dict[str, Any] = {name: getattr(trip, name) for name in TripCard.model_fields if name != "invitations"}
    unmet = [
        UnmetService(title=titles.get(one.service_code, one.service_code), **one.model_dump()) for one in trip.unmet
    ]
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
    return TripCard(**own | {"unmet": unmet if cards else []}, invitations=cards)


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


_invited = TripInvitation.__table__.c
TRIPS = Order({"day": Trip.__table__.c.day}, Trip.__table__.c.id, "day")
INVITATIONS = Order({"starts_at": _invited.starts_at}, _invited.id, "starts_at")


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
    rows, cursor, total = await paginate(unit.session, statement, query, TRIPS)
    return Page(items=[await trip_card(row[0], unit) for row in rows], next_cursor=cursor, total=total)


async def invitations(
    unit: Unit, query: PageQuery, *, child_id: UUID | None, since: datetime | None
) -> Page[FamilyInvitation]:
    """Published invitations the actor may see, by time: a family its own."""
    statement = select(TripInvitation).where(TripInvitation.published)
    if child_id is not None:
        statement = statement.where(TripInvitation.child_id == child_id)
    if since is not None:
        statement = statement.where(TripInvitation.starts_at >= since)
    rows, cursor, total = await paginate(unit.session, statement, query, INVITATIONS)
    told = [{name: getattr(row[0], name) for name in FamilyInvitation.model_fields} for row in rows]
    found = [FamilyInvitation(**one) for one in told]
    shown = [(one.child_id, one.trip_id) for one in found]
    await unit.audit.listed("visit", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=found, next_cursor=cursor, total=total)
