"""An application that leaves the service gives its appointments back; a moved due time is judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.intake import ApplicationDeadlineMoved, ApplicationReturned, ApplicationWithdrawn
from sqlalchemy import select

from scheduling import bookings
from scheduling.appointments.model import Appointment, AppointmentState

events = EventRouter()


@events.on(ApplicationReturned)
async def returned(event: ApplicationReturned, unit: Unit) -> None:
    """Another service will book its own time."""
    await _give_back(event.application_id, "application_returned", unit)


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """The family does not come."""
    await _give_back(event.application_id, "application_withdrawn", unit)


@events.on(ApplicationDeadlineMoved)
async def deadline_moved(event: ApplicationDeadlineMoved, unit: Unit) -> None:
    """What is booked stands; whether it is in time follows the new due time."""
    if event.kind == "first_appointment":
        for appointment in await _booked(event.application_id, unit):
            appointment.move_due(event.due.due_at)


async def _give_back(application_id: UUID, reason_code: str, unit: Unit) -> None:
    for appointment in await _booked(application_id, unit):
        await bookings.release(unit, [appointment.id])
        appointment.cancel(reason_code, None)


async def _booked(application_id: UUID, unit: Unit) -> Sequence[Appointment]:
    query = select(Appointment).where(
        Appointment.application_id == application_id, Appointment.state == AppointmentState.BOOKED
    )
    return (await unit.session.scalars(query.with_for_update())).all()
