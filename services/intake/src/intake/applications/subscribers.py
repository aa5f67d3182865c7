"""The event door of applications, its timers, and what the worker does when it starts."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Timer, TimerRouter, Unit
from contracts.cases import ConsentRecorded, ConsentWithdrawn
from contracts.identifiers import Purpose
from contracts.scheduling import AppointmentBooked, AppointmentCancelled

from intake.applications.commands import pass_time
from intake.applications.commands.link_duplicates import find_duplicates
from intake.applications.commands.serve import RELEASE_RETURNED
from intake.applications.commands.submit import CALL_BACK_DUE, FIND_DUPLICATES

events = EventRouter()
timers = TimerRouter()


@events.on(ConsentRecorded)
async def consent_recorded(event: ConsentRecorded, unit: Unit) -> None:
    """Only a written consent opens the health record (152-FZ art. 10)."""
    if event.purpose is Purpose.HEALTH and event.form.written:
        await pass_time.note_health_consent(event.application_id, event.consent_id, True, unit)


@events.on(ConsentWithdrawn)
async def consent_withdrawn(event: ConsentWithdrawn, unit: Unit) -> None:
    """A withdrawal closes it again at once."""
    if event.purpose is Purpose.HEALTH:
        await pass_time.note_health_consent(event.application_id, event.consent_id, False, unit)


@events.on(AppointmentBooked)
async def appointment_booked(event: AppointmentBooked, unit: Unit) -> None:
    """The first appointment has a date: the week of D2-19 is kept or not."""
    if event.first and event.application_id:
        await pass_time.note_appointment(event.application_id, event.appointment_id, event.starts_at, unit)


@events.on(AppointmentCancelled)
async def appointment_cancelled(event: AppointmentCancelled, unit: Unit) -> None:
    """Without a next date the week runs on (T5); the next one comes as a booking of its own."""
    if event.application_id and event.next_appointment_id is None:
        await pass_time.note_appointment(event.application_id, event.appointment_id, None, unit)


@timers.on(CALL_BACK_DUE)
async def call_back_due(timer: Timer, unit: Unit) -> None:
    """Note that a call back was missed (D2-17)."""
    await pass_time.escalate_call_back(timer.subject_id, unit)


@timers.on(RELEASE_RETURNED)
async def release_returned(timer: Timer, unit: Unit) -> None:
    """Take the application from the view of a service that returned the family."""
    await pass_time.release_returned(timer.subject_id, unit)


@timers.on(FIND_DUPLICATES)
async def look_for_duplicates(timer: Timer, unit: Unit) -> None:
    """Link earlier applications that look alike; the public door may not read them."""
    await find_duplicates(timer.subject_id, unit)
