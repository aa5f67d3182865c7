"""An application that leaves the service gives its appointments back."""

from __future__ import annotations

from uuid import UUID

from chassis.messaging import EventRouter
from chassis.unit import Unit
from contracts.intake import ApplicationReturned, ApplicationWithdrawn
from sqlalchemy import select

from scheduling import bookings
from scheduling.appointments.model import Appointment, State

events = EventRouter()


@events.on(ApplicationReturned)
async def returned(event: ApplicationReturned, unit: Unit) -> None:
    """Another service will book its own time."""
    await _give_back(event.application_id, "application_returned", unit)


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """The family does not come."""
    await _give_back(event.application_id, "application_withdrawn", unit)


async def _give_back(application_id: UUID, reason_code: str, unit: Unit) -> None:
    query = select(Appointment).where(Appointment.application_id == application_id, Appointment.state == State.BOOKED)
    for appointment in await unit.session.scalars(query.with_for_update()):
        await bookings.release(unit, [appointment.id])
        appointment.cancel(reason_code, None)
