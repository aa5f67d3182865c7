"""A brigade's day at a point is planned: who sees whom when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, Kind, not_found
from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from scheduling import bookings, planner
from scheduling.pack import Opening, PointEntry, PointService, Spot, VisitRules, opening_on
from scheduling.planner.travel import driven_km, driving_minutes
from scheduling.resources.model import ChildFacts
from scheduling.roster import Roster, roster_of_point
from scheduling.spans import Day, local_day, minute, moment_at
from scheduling.trips.assignment import Meeting, Schedule, assign
from scheduling.trips.commands.publish_trip import absent_specialists, resource_taken
from scheduling.trips.model import Session, Trip, TripInvitation, TripState
from scheduling.visits.demand import Task


class Invited(BaseModel):
    """A child and the services of the pack's point catalogue it is invited for."""

    model_config = ConfigDict(extra="forbid")

    child_id: UUID
    services: list[Code] = Field(min_length=1, max_length=10)


class PlanTrip(BaseModel):
    """A day at a point. ``urgent``: asked for by the territory, beside the monthly plan (D4-16)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "point_id": "11eacb65-c247-5146-b2c9-bf4653884cbd",
                    "day": "2026-03-12",
                    "specialist_ids": [
                        "de344d9b-d119-55a1-8da0-e579b6bf0849",
                        "8372cc8d-0c54-5834-986b-1561d45b364d",
                    ],
                    "vehicle_id": "9dd9036b-1321-511b-948e-9b2d58d9ff27",
                    "invited": [
                        {
                            "child_id": "0197f2d4-91b7-7c55-9e21-08f4d1a6b3c2",
                            "services": ["psychologist_session", "speech_session"],
                        }
                    ],
                }
            ]
        },
    )

    id: UUID | None = None
    point_id: UUID
    day: Day
    specialist_ids: list[UUID] = Field(min_length=1, max_length=20)
    vehicle_id: UUID
    invited: list[Invited] = Field(min_length=1, max_length=50)
    urgent: bool = False


async def plan_trip(command: PlanTrip, unit: Unit) -> Trip:
    """Work out who sees whom when and ask the host for the day. The same id again changes nothing.

    Raises `DomainError` 422: ``point_closed``, ``not_ours`` (specialist or vehicle), ``too_many`` for the vehicle,
    ``unknown_service``, ``nobody_placed``; 409 ``resource_taken``; 404 for a child nobody here may invite.
    """
    if command.id and (known := await unit.find(Trip, command.id, "trip:plan", under=True)):
        return known
    team, point = roster_of_point(unit.packs, command.point_id)
    organisation_id = _organisation(command, team, unit)
    opening = _opening(command, team, point, unit)
    children = await _children(command, unit)
    schedule = assign(
        {one.child_id: _wishes(one, team) for one in command.invited},
        {id: team.specialists[id].skills for id in command.specialist_ids},
        opens=minute(opening.opens),
        closes=minute(opening.closes),
        rooms=point.rooms,
    )
    if not schedule.meetings:
        raise _refused("nobody_placed", "invited", "Ни одну услугу не удалось разместить.", "No service found a place.")
    trip = _trip(command, team, point, organisation_id, opening, schedule, unit)
    await _refuse_what_is_taken(trip, unit)
    unit.session.add(trip)
    await unit.session.flush()
    invitations = _invitations(trip, schedule, children, unit)
    trip.families = len(invitations)
    unit.session.add_all(invitations)
    trip.planned()
    return trip


def _organisation(command: PlanTrip, team: Roster, unit: Unit) -> UUID:
    vehicle = team.vehicles.get(command.vehicle_id)
    organisation_id = team.organisation(vehicle.organisation) if vehicle else None
    if vehicle is None or organisation_id not in unit.actor.organisation_ids:
        raise _refused("not_ours", "vehicle_id", "Такой машины в учреждении нет.", "The vehicle is not ours.")
    if not set(command.specialist_ids) <= team.specialists_of(organisation_id).keys():
        raise _refused("not_ours", "specialist_ids", "Специалист не из этого учреждения.", "A specialist is not ours.")
    if len(set(command.specialist_ids)) > vehicle.seats:
        raise _refused("too_many", "specialist_ids", "Все не поместятся в машину.", "The vehicle has too few seats.")
    return organisation_id


def _opening(command: PlanTrip, team: Roster, point: PointEntry, unit: Unit) -> Opening:
    region = unit.regions[team.region]
    if command.day <= local_day(unit.now, region.zone):
        raise _refused("in_the_past", "day", "Этот день уже начался.", "This day has begun.")
    opening = opening_on(point.hours, command.day, region.calendar)
    if opening is None:
        raise _refused("point_closed", "day", "Пункт в этот день не работает.", "The point is closed that day.")
    return opening


async def _children(command: PlanTrip, unit: Unit) -> dict[UUID, ChildFacts]:
    wanted = {one.child_id for one in command.invited}
    if len(wanted) < len(command.invited):
        raise _refused("invited_twice", "invited", "Ребёнок указан дважды.", "A child is there twice.")
    query = select(ChildFacts).where(ChildFacts.child_id.in_(wanted))
    found = {one.child_id: one for one in await unit.session.scalars(query)}
    if wanted - found.keys():
        raise not_found()
    return found


def _wishes(one: Invited, team: Roster) -> list[PointService]:
    unknown = [code for code in one.services if code not in team.point_services]
    if unknown:
        raise _refused("unknown_service", "invited", "Такой услуги на выезде нет.", "The point has no such service.")
    return [team.point_services[code] for code in one.services]


def _trip(
    command: PlanTrip,
    team: Roster,
    point: PointEntry,
    organisation_id: UUID,
    opening: Opening,
    schedule: Schedule,
    unit: Unit,
) -> Trip:
    zone = unit.regions[team.region].zone_of(point.territory)
    road = _on_the_road(team.specialists[command.specialist_ids[0]].base, point.place, team.pack.visits)
    opens_at = moment_at(command.day, opening.opens, zone)
    closes_at = moment_at(command.day, max(one.end for one in schedule.meetings), zone)
    return Trip(
        id=command.id or unit.new_id(),
        region=team.region,
        territory=f"{team.region}/{point.territory}",
        organisation_id=organisation_id,
        host_organisation_id=team.organisation(point.host_organisation),
        point_id=command.point_id,
        day=command.day,
        urgent=command.urgent,
        state=TripState.PLANNED,
        vehicle_id=command.vehicle_id,
        specialist_ids=sorted(set(command.specialist_ids)),
        team=team.team(set(command.specialist_ids)),
        leaves_at=opens_at - road,
        opens_at=opens_at,
        closes_at=closes_at,
        back_at=closes_at + road,
        unmet=schedule.unmet,
        families=0,
        services=len(schedule.meetings),
        planned_at=unit.now,
    )


def _on_the_road(origin: Spot, target: Spot, rules: VisitRules) -> timedelta:
    """How long the way takes, by the great circle and the pack's speed."""
    km = driven_km(_place("from", origin), _place("to", target), rules.detour)
    return timedelta(minutes=driving_minutes(km, rules.speed_kmh))


def _place(id: str, spot: Spot) -> planner.Place:
    return planner.Place(id=id, lat=spot.latitude, lon=spot.longitude)


async def _refuse_what_is_taken(trip: Trip, unit: Unit) -> None:
    """Refuse early what publication would refuse anyway, so that the host is not asked in vain."""
    met = await bookings.held(unit, [*trip.specialist_ids, trip.vehicle_id, trip.point_id], trip.span)
    if busy := [*met, *await absent_specialists(trip, unit)]:
        raise resource_taken(busy)


def _invitations(
    trip: Trip, schedule: Schedule, children: Mapping[UUID, ChildFacts], unit: Unit
) -> list[TripInvitation]:
    zone = unit.regions[trip.region].zone_of(trip.territory.removeprefix(f"{trip.region}/"))
    found = []
    for child, facts in children.items():
        sessions = [_session(one, trip, zone) for one in schedule.meetings if one.child_id == child]
        if sessions:
            found.append(_invitation(trip, facts, sessions, unit.new_id()))
    return found


def _session(meeting: Meeting, trip: Trip, zone: ZoneInfo) -> Session:
    service = meeting.service
    return Session(
        task=Task(
            line_id=None,
            service_code=service.code,
            group=service.group,
            minutes=service.minutes,
            skill=service.skill,
        ),
        specialist_id=meeting.specialist_id,
        room=meeting.room,
        starts_at=moment_at(trip.day, meeting.start, zone),
        ends_at=moment_at(trip.day, meeting.end, zone),
    )


def _invitation(trip: Trip, facts: ChildFacts, sessions: Sequence[Session], id: UUID) -> TripInvitation:
    return TripInvitation(
        id=id,
        version=1,
        trip_id=trip.id,
        region=trip.region,
        organisation_id=trip.organisation_id,
        case_id=facts.case_id,
        child_id=facts.child_id,
        coordinator_id=facts.coordinator_id,
        team=sorted({*facts.team, *trip.team}),
        published=False,
        starts_at=min(one.starts_at for one in sessions),
        ends_at=max(one.ends_at for one in sessions),
        sessions=tuple(sessions),
        performed=(),
        changed_at={},
    )


def _refused(slug: str, field: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field, rule=slug)
