"""The HTTP door of appointments."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from scheduling.appointments import commands
from scheduling.appointments.queries import appointments
from scheduling.appointments.queries.appointments import AppointmentCard, AppointmentFilter, FirstSlots

router = Router(tags=["appointments"])


@router.get("/first-appointment-slots", permission="appointment:book")
async def list_first_appointment_slots(application_id: UUID, unit: UnitDep) -> FirstSlots:
    """Free times of the serving organisation until the first appointment is due."""
    return await appointments.first_slots(application_id, unit)


@router.post("/appointments", permission="appointment:book", status_code=201)
async def book_appointment(command: commands.BookAppointment, unit: UnitDep) -> AppointmentCard:
    """Book an appointment; 409 ``slot_taken`` names the nearest three."""
    return appointments.appointment_card(await commands.book_appointment(command, unit), unit)


@router.get("/appointments", permission="appointment:read", sort=appointments.ORDER)
async def list_appointments(
    wanted: Annotated[AppointmentFilter, Query()], query: PageQueryDep, unit: UnitDep
) -> Page[AppointmentCard]:
    """Appointments the caller may see."""
    return await appointments.appointments(wanted, query, unit)


@router.post("/appointments/{appointment_id}/held", permission="appointment:hold")
async def hold_appointment(
    appointment_id: UUID, unit: UnitDep, command: commands.HoldAppointment | None = None
) -> AppointmentCard:
    """The appointment took place."""
    done = command or commands.HoldAppointment()
    return appointments.appointment_card(await commands.hold_appointment(appointment_id, done, unit), unit)


@router.post("/appointments/{appointment_id}/cancel", permission="appointment:cancel")
async def cancel_appointment(
    appointment_id: UUID, command: commands.CancelAppointment, unit: UnitDep
) -> AppointmentCard:
    """Cancel with a reason and keep the next date."""
    return appointments.appointment_card(await commands.cancel_appointment(appointment_id, command, unit), unit)
