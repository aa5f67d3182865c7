"""The HTTP door of appointments."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from scheduling.appointments import commands, queries
from scheduling.appointments.model import State
from scheduling.appointments.queries import AppointmentCard, FirstSlots

api = Router(tags=["appointments"])


@api.get("/first-appointment-slots", permission="appointment:book")
async def first_appointment_slots(application_id: UUID, unit: UnitDep) -> FirstSlots:
    """Free times of the serving organisation until the first appointment is due."""
    return await queries.first_slots(application_id, unit)


@api.post("/appointments", permission="appointment:book", status_code=201)
async def book(command: commands.BookAppointment, unit: UnitDep) -> AppointmentCard:
    """Book an appointment; 409 ``slot_taken`` names the nearest three."""
    return queries.card(await commands.book_appointment(command, unit))


@api.get("/appointments", permission="appointment:read")
async def appointments(
    unit: UnitDep,
    query: PageQueryDep,
    child_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
) -> Page[AppointmentCard]:
    """Appointments the caller may see."""
    return await queries.appointments(unit, query, child_id=child_id, state=state)


@api.post("/appointments/{appointment_id}/held", permission="appointment:hold")
async def held(appointment_id: UUID, unit: UnitDep, command: commands.HoldAppointment | None = None) -> AppointmentCard:
    """The appointment took place."""
    done = command or commands.HoldAppointment()
    return queries.card(await commands.hold_appointment(appointment_id, done, unit))


@api.post("/appointments/{appointment_id}/cancel", permission="appointment:cancel")
async def cancel(appointment_id: UUID, command: commands.CancelAppointment, unit: UnitDep) -> AppointmentCard:
    """Cancel with a reason and keep the next date."""
    return queries.card(await commands.cancel_appointment(appointment_id, command, unit))
