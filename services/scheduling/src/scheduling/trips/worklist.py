"""What a head and a host have to do: plan the next month, confirm and publish trips."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import select
from workdays import overdue

from scheduling.trips.model import Trip, TripState

ACTIONS = {
    "trip_to_confirm": "confirmTrip",
    "trip_to_publish": "publishTrip",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> list[WorkItem]:
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
        step=RouteStep.TRIP,
        group=trip.id,
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
