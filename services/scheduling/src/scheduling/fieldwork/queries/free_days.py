"""One more visit on a brigade's day: the published stops stay to the minute, the planner finds the gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import DeliveryMode
from sqlalchemy import select

from scheduling import bookings, planner
from scheduling.appointments.queries.desk import absent_days
from scheduling.pack import opening_on
from scheduling.plans.queries.month_problem import brigade_problem
from scheduling.roster import roster_of_brigade
from scheduling.spans import Span, minute_of, moment_at, whole_day
from scheduling.visits.model import Demand, Route, Visit, VisitState
from scheduling.visits.queries.families import home


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a visit fits: its time, who comes, and how the day's route would run with it."""

    day: date
    span: Span
    specialist_ids: tuple[UUID, ...]
    route_id: UUID | None
    route_version: int
    leaves_at: datetime
    back_at: datetime


async def gap_on_day(visit: Visit, day: date, unit: Unit) -> Gap | None:
    """Where the visit's brigade could take it on a day, or None."""
    assert visit.brigade_id is not None
    query = select(Route).where(Route.brigade_id == visit.brigade_id, Route.day == day, Route.active)
    route = await unit.session.scalar(query)
    fixed = await _stops(route, unit)
    problem = await _problem(visit, day, route, fixed, unit)
    if problem is None:
        return None
    try:
        answer = planner.solve(problem)
    except planner.ProblemError:
        return None
    return _read(answer, visit, day, route, unit)


async def _stops(route: Route | None, unit: Unit) -> Sequence[Visit]:
    if route is None:
        return ()
    query = select(Visit).where(
        Visit.route_id == route.id,
        Visit.mode == DeliveryMode.HOME,
        Visit.state.in_([VisitState.SCHEDULED, VisitState.REPORTED]),
    )
    return list(await unit.session.scalars(query))


async def _problem(
    visit: Visit, day: date, route: Route | None, fixed: Sequence[Visit], unit: Unit
) -> planner.Problem | None:
    assert visit.brigade_id is not None
    team, entry = roster_of_brigade(unit.packs, visit.brigade_id)
    region = unit.regions[team.region]
    crew = set(route.specialist_ids) if route else await _present(visit.brigade_id, day, unit)
    if not crew:
        return None
    spots = [planner.Place(id="base", lat=entry.base.latitude, lon=entry.base.longitude)]
    for one in (*fixed, visit):
        demand = await unit.session.get_one(Demand, one.programme_id)
        where = (await home(unit, demand, team)).spot
        spots.append(planner.Place(id=str(one.id), lat=where.latitude, lon=where.longitude))
    return planner.Problem(
        id=f"{visit.id}/{day}",
        days=(day,),
        places=tuple(spots),
        brigades=(brigade_problem(visit.brigade_id, entry, "base", team, ()),),
        specialists=tuple(_person(id, id in crew, team.specialists[id].skills, day) for id in team.crew(entry)),
        visits=tuple(_visit(one) for one in (*fixed, visit)),
        commitments=tuple(_promise(one, day, minute_of(one.starts_at, region.zone)) for one in fixed),
        travel=planner.Travel(speed_kmh=team.pack.visits.speed_kmh, detour=team.pack.visits.detour),
    )


async def _present(brigade_id: UUID, day: date, unit: Unit) -> set[UUID]:
    """Who of the crew is free on a day the brigade does not drive; nobody when the vehicle is away."""
    team, entry = roster_of_brigade(unit.packs, brigade_id)
    region = unit.regions[team.region]
    crew, vehicle = team.crew(entry), team.vehicle_id(entry)
    taken = await bookings.taken(unit, [*crew, vehicle], *whole_day(day, region.zone))
    away = await absent_days(unit, crew, [day])
    if vehicle in taken:
        return set()
    working = {id for id in crew if opening_on(team.specialists[id].hours, day, region.calendar)}
    return {id for id in working if id not in taken and not away.get(id)}


def _person(id: UUID, comes: bool, skills: Iterable[str], day: date) -> planner.Specialist:
    return planner.Specialist(id=str(id), skills=tuple(sorted(skills)), absences=() if comes else (day,))


def _visit(visit: Visit) -> planner.Visit:
    return planner.Visit(
        id=str(visit.id),
        place=str(visit.id),
        duration=sum(task.minutes for task in visit.tasks),
        child=str(visit.child_id),
        skills=tuple(sorted({task.skill for task in visit.tasks})),
    )


def _promise(visit: Visit, day: date, start: int) -> planner.Commitment:
    return planner.Commitment(visit=str(visit.id), brigade=str(visit.brigade_id), day=day, start=start, frozen=True)


def _read(answer: planner.Plan, visit: Visit, day: date, route: Route | None, unit: Unit) -> Gap | None:
    zone = unit.regions[visit.region].zone
    for planned in answer.routes:
        for stop in planned.stops:
            if stop.visit == str(visit.id):
                starts_at = moment_at(day, stop.start, zone)
                minutes = sum(task.minutes for task in visit.tasks)
                return Gap(
                    day=day,
                    span=Span(starts_at, starts_at + timedelta(minutes=minutes)),
                    specialist_ids=tuple(UUID(one) for one in planned.crew),
                    route_id=route.id if route else None,
                    route_version=route.version if route else 0,
                    leaves_at=moment_at(day, planned.leave, zone),
                    back_at=moment_at(day, planned.back, zone),
                )
    return None
