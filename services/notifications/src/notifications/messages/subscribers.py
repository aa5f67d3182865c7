"""What happened elsewhere and is told to families; and the reminders that fall due."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import TimerRouter, Unit
from contracts.event import Envelope
from contracts.intake import (
    ApplicationAccepted,
    ApplicationDeadlineMoved,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CallRecorded,
    EnquiryAnswered,
    EnquiryRegistered,
)
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentHeld,
    TripCancelled,
    TripPublished,
    VisitPostponed,
    VisitReported,
    VisitScheduled,
)

from notifications.kinds import MessageKind
from notifications.messages.commands import applications, appointments, enquiries, remind, trips, visits

events = EventRouter()
timers = TimerRouter()


def occasion(envelope: Envelope) -> str:
    """Which telling it is: an aggregate's fact is told once, however often and under whatever id it is delivered."""
    return str(envelope.sequence)


@events.on(ApplicationSubmitted)
async def submitted(event: ApplicationSubmitted, envelope: Envelope, unit: Unit) -> None:
    """Acknowledge the application."""
    await applications.acknowledge(event, occasion(envelope), unit)


@events.on(ApplicationDeadlineMoved)
async def deadline_moved(event: ApplicationDeadlineMoved, envelope: Envelope, unit: Unit) -> None:
    """Tell that we call later than was told."""
    await applications.tell_later_call(event, occasion(envelope), unit)


@events.on(CallRecorded)
async def called(event: CallRecorded, unit: Unit) -> None:
    """A reached family needs no letter about the call any more."""
    await applications.note_call(event, unit)


@events.on(ApplicationAccepted)
async def accepted(event: ApplicationAccepted, envelope: Envelope, unit: Unit) -> None:
    """Name the service."""
    await applications.tell_service(event, occasion(envelope), unit)


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """Say nothing more."""
    await applications.fall_silent(event, unit)


@events.on(AppointmentBooked)
async def booked(event: AppointmentBooked, envelope: Envelope, unit: Unit) -> None:
    """Tell when and where."""
    await appointments.tell_booking(event, occasion(envelope), unit)


@events.on(AppointmentCancelled)
async def cancelled(event: AppointmentCancelled, envelope: Envelope, unit: Unit) -> None:
    """Tell that it is off."""
    await appointments.tell_cancellation(event, occasion(envelope), unit)


@events.on(AppointmentHeld)
async def held(event: AppointmentHeld, unit: Unit) -> None:
    """End the reminder: the appointment took place, perhaps earlier than planned."""
    await appointments.end_reminder(event.appointment_id, unit)


@events.on(VisitScheduled)
async def visit_scheduled(event: VisitScheduled, envelope: Envelope, unit: Unit) -> None:
    """Tell when and who comes."""
    await visits.tell_visit(event, occasion(envelope), unit)


@events.on(VisitPostponed)
async def visit_postponed(event: VisitPostponed, envelope: Envelope, unit: Unit) -> None:
    """Tell that nobody comes and what happens next."""
    await visits.tell_postponement(event, occasion(envelope), unit)


@events.on(VisitReported)
async def visit_reported(event: VisitReported, unit: Unit) -> None:
    """End the reminder: the visit is over."""
    await visits.end_reminder(event.visit_id, unit)


@events.on(TripPublished)
async def trip_published(event: TripPublished, envelope: Envelope, unit: Unit) -> None:
    """Invite the families."""
    await trips.invite(event, occasion(envelope), unit)


@events.on(TripCancelled)
async def trip_cancelled(event: TripCancelled, envelope: Envelope, unit: Unit) -> None:
    """Tell those who know of it that nobody comes (T5)."""
    await trips.call_off(event, occasion(envelope), unit)


@events.on(EnquiryRegistered)
async def enquiry_registered(event: EnquiryRegistered, envelope: Envelope, unit: Unit) -> None:
    """Tell number and term."""
    await enquiries.acknowledge(event, occasion(envelope), unit)


@events.on(EnquiryAnswered)
async def enquiry_answered(event: EnquiryAnswered, envelope: Envelope, unit: Unit) -> None:
    """Send the answer."""
    await enquiries.tell_answer(event, occasion(envelope), unit)


for kind in MessageKind:
    if kind.reminds:
        timers.on(kind)(remind.plan_reminder)
