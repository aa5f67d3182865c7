"""A brigade's day that does not take place."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import BaseModel, ConfigDict

from scheduling import bookings
from scheduling.roster import roster
from scheduling.trips.commands.publish_trip import invitations_of
from scheduling.trips.model import Trip

TRIP_CANCELLED = "trip_cancelled"


class CancelTrip(BaseModel):
    """Why the brigade does not come: a code of the pack's list."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason_code": "vehicle_broken"}]})

    reason_code: Code


async def cancel_trip(trip_id: UUID, command: CancelTrip, unit: Unit) -> Trip:
    """The brigade does not come, or the host cannot take it in after all (T5). Invited families are told.

    Raises `DomainError` 422 ``unknown_reason``, 409 ``trip_begun``.
    """
    trip = await unit.get(Trip, trip_id, "trip:cancel", under=True)
    roster(unit.packs, trip.region).require_reason(command.reason_code, "reason_code")
    trip.cancel(command.reason_code, unit.now)
    # The host sees neither families nor their bookings: the worker gives them back.
    await unit.timers.set(TRIP_CANCELLED, trip.id, unit.now)
    return trip


async def give_back(trip_id: UUID, unit: Unit) -> None:
    """Nobody is held by a cancelled trip any more: specialists, vehicle, point, children."""
    invitations = await invitations_of(trip_id, unit)
    for one in invitations:
        one.published = False
    await bookings.release(unit, [trip_id, *(one.id for one in invitations)])
