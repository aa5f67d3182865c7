"""The day sheet: what a brigade takes along for one day (D4-12, D4-17)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Purpose, ServiceGroup, VisitOutcome
from contracts.personal import Contact
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.resources.model import Request
from scheduling.roster import Roster, roster_of_brigade
from scheduling.titles import SpecialistTitle, titles
from scheduling.trips.model import Trip, TripInvitation, TripState
from scheduling.visits.demand import Task
from scheduling.visits.model import Demand, Route, Visit, VisitState
from scheduling.visits.queries.families import address_of, contact_of


class SheetService(BaseModel):
    """A service to be done."""

    line_id: UUID | None
    service_code: str
    title: str
    group: ServiceGroup
    minutes: int
    skill: str


class SheetContact(BaseModel):
    """Whom to call from the road."""

    name: str
    phone: str


class SheetVisit(BaseModel):
    """A home visit in order of the route. ``version`` is the ``base_version`` of its report."""

    visit_id: UUID
    version: int
    child_id: UUID
    starts_at: datetime
    ends_at: datetime
    address: str | None
    contact: SheetContact | None
    place_estimated: bool
    services: list[SheetService]
    state: VisitState
    outcome: VisitOutcome | None


class SheetInvitation(BaseModel):
    """A family expected at the point."""

    child_id: UUID
    version: int
    starts_at: datetime
    ends_at: datetime
    contact: SheetContact | None
    services: list[SheetService]
    outcome: VisitOutcome | None


class SheetTrip(BaseModel):
    """The brigade's trip of the day."""

    trip_id: UUID
    point_id: UUID
    point_title: str
    leaves_at: datetime
    opens_at: datetime
    closes_at: datetime
    back_at: datetime
    invitations: list[SheetInvitation]


class DaySheet(BaseModel):
    """What a brigade takes along for one day; readable offline until the next fetch."""

    brigade_id: UUID
    title: str
    day: date
    time_zone: str
    fetched_at: datetime
    leaves_at: datetime | None
    back_at: datetime | None
    lunch_at: datetime | None
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]
    visits: list[SheetVisit]
    trips: list[SheetTrip]


async def day_sheet(brigade_id: UUID, day: date, unit: Unit) -> DaySheet:
    """Visits in order, addresses and contacts opened for this answer alone; every child is recorded as read."""
    team, entry = roster_of_brigade(unit.packs, brigade_id)
    route = await unit.session.scalar(
        select(Route).where(Route.brigade_id == brigade_id, Route.day == day, Route.active)
    )
    query = select(Visit).where(Visit.brigade_id == brigade_id, Visit.day == day, Visit.route_id.is_not(None))
    visits = list(await unit.session.scalars(query.order_by(Visit.starts_at, Visit.id)))
    trips = await _trips(brigade_id, day, unit)
    await _recorded(visits, trips, unit)
    crew = route.specialist_ids if route and visits else []
    return DaySheet(
        brigade_id=brigade_id,
        title=entry.title,
        day=day,
        time_zone=unit.regions[team.region].time_zone,
        fetched_at=unit.now,
        leaves_at=route.leaves_at if route and visits else None,
        back_at=route.back_at if route and visits else None,
        lunch_at=route.lunch_at if route and visits else None,
        specialist_ids=crew,
        specialists=titles(unit.regions, unit.packs, team.region).specialists(crew),
        visits=[await _visit(one, team, unit) for one in visits],
        trips=[await _trip(trip, invited, team, unit) for trip, invited in trips],
    )


async def _trips(brigade_id: UUID, day: date, unit: Unit) -> list[tuple[Trip, list[TripInvitation]]]:
    team, entry = roster_of_brigade(unit.packs, brigade_id)
    crew = set(team.crew(entry))
    states = [TripState.PUBLISHED, TripState.PERFORMED]
    query = select(Trip).where(Trip.region == team.region, Trip.day == day, Trip.state.in_(states))
    found = []
    for trip in await unit.session.scalars(query):
        if crew & set(trip.specialist_ids):
            invited = select(TripInvitation).where(TripInvitation.trip_id == trip.id)
            found.append((trip, list(await unit.session.scalars(invited.order_by(TripInvitation.starts_at)))))
    return found


async def _recorded(visits: Iterable[Visit], trips: Iterable[tuple[Trip, list[TripInvitation]]], unit: Unit) -> None:
    shown = [(one.child_id, one.id) for one in visits]
    shown += [(one.child_id, one.id) for _, invited in trips for one in invited]
    groups = {FieldGroup.CORE, FieldGroup.CONTACT}
    await unit.audit.listed("day_sheet", shown, groups, Purpose.SOCIAL_SERVICE)


async def _visit(visit: Visit, team: Roster, unit: Unit) -> SheetVisit:
    # the programme's address and contact are its organisation's: a team member of another one sees the time alone
    demand = await unit.session.get(Demand, visit.programme_id)
    address = await address_of(unit, demand) if demand else None
    return SheetVisit(
        visit_id=visit.id,
        version=visit.version,
        child_id=visit.child_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        address=address.text if address else None,
        contact=_contact(await contact_of(unit, demand, None)),
        place_estimated=visit.place_estimated,
        services=[_service(task, team) for task in visit.tasks],
        state=visit.state,
        outcome=visit.outcome,
    )


async def _trip(trip: Trip, invited: Iterable[TripInvitation], team: Roster, unit: Unit) -> SheetTrip:
    return SheetTrip(
        trip_id=trip.id,
        point_id=trip.point_id,
        point_title=team.points[trip.point_id].title,
        leaves_at=trip.leaves_at,
        opens_at=trip.opens_at,
        closes_at=trip.closes_at,
        back_at=trip.back_at,
        invitations=[await _invited(one, team, unit) for one in invited],
    )


async def _invited(one: TripInvitation, team: Roster, unit: Unit) -> SheetInvitation:
    newest = select(Demand).where(Demand.child_id == one.child_id).order_by(Demand.starts_on.desc()).limit(1)
    demand = await unit.session.scalar(newest)
    request = await unit.session.scalar(select(Request).where(Request.child_id == one.child_id).limit(1))
    return SheetInvitation(
        child_id=one.child_id,
        version=one.version,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        contact=_contact(await contact_of(unit, demand, request)),
        services=[_service(task, team) for task in one.tasks],
        outcome=one.outcome,
    )


def _service(task: Task, team: Roster) -> SheetService:
    known = team.point_services.get(task.service_code)
    return SheetService(**task.model_dump(), title=known.title if known else task.service_code)


def _contact(contact: Contact | None) -> SheetContact | None:
    return SheetContact(name=contact.name, phone=contact.phone) if contact else None
