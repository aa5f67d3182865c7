"""A planned day becomes everybody's: the host confirms it, the families are invited, people and things are booked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from sqlalchemy import select

from scheduling import bookings
from scheduling.appointments.queries.desk import absent_days
from scheduling.bookings import Booking
from scheduling.spans import Span
from scheduling.trips.model import Trip, TripInvitation, TripState


async def confirm_trip(trip_id: UUID, unit: Unit) -> Trip:
    """The host says yes."""
    trip = await unit.get(Trip, trip_id, "trip:confirm", under=True)
    trip.confirm(unit.now)
    return trip


async def publish_trip(trip_id: UUID, unit: Unit) -> Trip:
    """Book specialists, vehicle, point and children, and invite the families. Publishing twice changes nothing.

    Raises `DomainError` 409: ``host_not_confirmed``, ``trip_begun``, ``resource_taken`` (also by an absence since).
    """
    trip = await unit.get(Trip, trip_id, "trip:publish", under=True)
    if trip.state in {TripState.PUBLISHED, TripState.PERFORMED}:
        return trip
    invitations = await invitations_of(trip.id, unit)
    trip.publish(invitations, unit.now)
    if absent := await absent_specialists(trip, unit):
        raise resource_taken(absent)
    wanted = [Booking(trip.vehicle_id, bookings.Kind.VEHICLE, trip.span, trip.id)]
    wanted += [Booking(one, bookings.Kind.SPECIALIST, trip.span, trip.id) for one in trip.specialist_ids]
    wanted.append(Booking(trip.point_id, bookings.Kind.POINT, Span(trip.opens_at, trip.closes_at), trip.id))
    for one in invitations:
        one.published = True
        wanted.append(Booking(one.child_id, bookings.Kind.CHILD, Span(one.starts_at, one.ends_at), one.id))
    if lost := await bookings.book(unit, wanted):
        raise resource_taken(lost)
    return trip


async def invitations_of(trip_id: UUID, unit: Unit) -> list[TripInvitation]:
    """The trip's invitations the actor may see, in order of time."""
    query = select(TripInvitation).where(TripInvitation.trip_id == trip_id)
    return list(await unit.session.scalars(query.order_by(TripInvitation.starts_at, TripInvitation.id)))


async def absent_specialists(trip: Trip, unit: Unit) -> list[Booking]:
    """Who cannot come because of an absence, as what the trip would have booked."""
    away = await absent_days(unit, trip.specialist_ids, [trip.day])
    return [Booking(id, bookings.Kind.SPECIALIST, trip.span, trip.id) for id, days in away.items() if days]


def resource_taken(lost: Sequence[Booking]) -> DomainError:
    """409: which kinds of people and things are not free."""
    return DomainError(
        "resource_taken",
        Kind.CONFLICT,
        ru="В этот день кто-то из специалистов, машина, пункт или ребёнок уже заняты.",
        en="A specialist, the vehicle, the point or a child is taken that day.",
        taken=sorted({str(one.kind) for one in lost}),
    )
