"""Whom and what a route and a visit take, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.identifiers import DeliveryMode

from scheduling import bookings
from scheduling.bookings import Booking
from scheduling.spans import Span
from scheduling.visits.model import Route, Visit


def route_bookings(route: Route) -> Iterator[Booking]:
    """Crew and vehicle for the whole time away."""
    span = Span(route.leaves_at, route.back_at)
    yield Booking(route.vehicle_id, bookings.Kind.VEHICLE, span, route.id)
    for one in route.specialist_ids:
        yield Booking(one, bookings.Kind.SPECIALIST, span, route.id)


def visit_bookings(visit: Visit) -> Iterator[Booking]:
    """The child, and at a remote session the specialist, who is not on a route."""
    yield Booking(visit.child_id, bookings.Kind.CHILD, visit.span, visit.id)
    if visit.mode is DeliveryMode.REMOTE:
        for one in visit.specialist_ids:
            yield Booking(one, bookings.Kind.SPECIALIST, visit.span, visit.id)
