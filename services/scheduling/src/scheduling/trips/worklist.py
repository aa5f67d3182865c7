"""What a head and a host have to do: plan the next month, confirm and publish trips."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import select
from workdays import overdue

from scheduling.roster import Roster, rosters
from scheduling.spans import at, local_day, month_of
from scheduling.trips.model import Demand, Plan, PlanState
from scheduling.trips.trip import Trip, TripState


async def work(unit: Unit) -> list[WorkItem]:
    """The room's open items."""
    return [*(await _months(unit)), *(await _trips(unit))]


async def _months(unit: Unit) -> list[WorkItem]:
    if Role.HEAD not in unit.actor.roles:
        return []
    found = []
    for team in rosters().values():
        today = local_day(unit.now, unit.regions[team.region].zone)
        following = month_of(today)[1] + timedelta(days=1)
        for organisation_id in await _unplanned(team.region, following, unit):
            found.append(_month_item(team, organisation_id, following, today, unit))
    return found


async def _unplanned(region: str, month: date, unit: Unit) -> set[UUID]:
    """The actor's organisations with demand in the month and no published plan for it."""
    first, last = month_of(month)
    demand = select(Demand.organisation_id).where(
        Demand.region == region, Demand.starts_on <= last, Demand.ends_on >= first
    )
    planned = select(Plan.organisation_id).where(
        Plan.region == region, Plan.month == first, Plan.state == PlanState.PUBLISHED
    )
    wanted = set(await unit.session.scalars(demand)) - set(await unit.session.scalars(planned))
    return wanted & unit.actor.organisation_ids


def _month_item(team: Roster, organisation_id: UUID, month: date, today: date, unit: Unit) -> WorkItem:
    due_on = today.replace(day=team.pack.plan_made_by_day)
    due_at = at(due_on + timedelta(days=1), 0, unit.regions[team.region].zone)
    return WorkItem(
        id=f"plan/{organisation_id}/{month:%Y-%m}",
        service="scheduling",
        kind="plan_to_make",
        subject_id=organisation_id,
        title=f"Составить план на {month:%m.%Y}",
        region=team.region,
        organisation_id=organisation_id,
        created_at=at(today.replace(day=1), 0, unit.regions[team.region].zone),
        due_at=due_at,
        standing=overdue(due_at, None, unit.now),
        explanation=f"План следующего месяца составляют до {team.pack.plan_made_by_day} числа включительно.",
        url="/scheduling/plans",
    )


async def _trips(unit: Unit) -> list[WorkItem]:
    query = select(Trip).where(Trip.state.in_([TripState.PLANNED, TripState.CONFIRMED]))
    return [item for trip in await unit.session.scalars(query) if (item := _trip_item(trip, unit))]


def _trip_item(trip: Trip, unit: Unit) -> WorkItem | None:
    hosting = trip.host_organisation_id in unit.actor.organisation_ids and Role.HOST in unit.actor.roles
    planning = trip.organisation_id in unit.actor.organisation_ids and Role.HEAD in unit.actor.roles
    if hosting and trip.state is TripState.PLANNED:
        return _item(trip, "trip_to_confirm", "Подтвердить день выезда бригады", trip.host_organisation_id, unit)
    if planning and trip.state is TripState.CONFIRMED:
        return _item(trip, "trip_to_publish", "Пригласить семьи на выезд бригады", trip.organisation_id, unit)
    return None


def _item(trip: Trip, kind: str, title: str, organisation_id: UUID, unit: Unit) -> WorkItem:
    due_at = trip.leaves_at - timedelta(days=1)
    return WorkItem(
        id=f"trip/{trip.id}/{kind}",
        service="scheduling",
        kind=kind,
        subject_id=trip.id,
        title=title,
        region=trip.region,
        territory=trip.territory,
        organisation_id=organisation_id,
        created_at=trip.planned_at,
        due_at=due_at,
        standing=overdue(due_at, None, unit.now),
        explanation=f"Выезд {trip.day:%d.%m.%Y}; семьи нужно известить не позже чем за сутки.",
        url=f"/scheduling/trips/{trip.id}",
    )
