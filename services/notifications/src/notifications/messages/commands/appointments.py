"""What a family is told about appointments."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.scheduling import AppointmentBooked as Booked
from contracts.scheduling import AppointmentCancelled as Cancelled

from notifications.kinds import MessageKind
from notifications.messages.commands.plan_message import plan_message, take_back, told_before
from notifications.messages.commands.remind import set_reminder
from notifications.messages.letter_data import AppointmentBooked, AppointmentCancelled, AppointmentReminder
from notifications.messages.model import MessageState


async def tell_booking(event: Booked, occasion: str, unit: Unit) -> None:
    """When and where, and a reminder on the day before. A changed booking replaces what was not sent yet; one that
    reads the same (its due time moved, say) is passed over."""
    told = {
        "organisation_id": event.organisation_id,
        "starts_at": event.starts_at,
        "first": event.first,
        "specialist_ids": event.specialist_ids,
    }
    facts = AppointmentBooked.model_validate(told)
    known = await told_before(unit, event.appointment_id, MessageKind.APPOINTMENT_BOOKED)
    if known is None or known.state is MessageState.CANCELLED or known.facts != facts:
        await take_back(unit, event.appointment_id, but=occasion)
        await plan_message(unit, event.child_id, facts, event.appointment_id, occasion)
    reminder = AppointmentReminder.model_validate(told)
    await set_reminder(unit, event.appointment_id, event.child_id, event.appointment_id, reminder)


async def tell_cancellation(event: Cancelled, occasion: str, unit: Unit) -> None:
    """That it does not take place. A family that had not been told of the appointment is not told of its end."""
    await end_reminder(event.appointment_id, unit)
    booking = await told_before(unit, event.appointment_id, MessageKind.APPOINTMENT_BOOKED)
    await take_back(unit, event.appointment_id, but=occasion)
    known = booking.facts if booking else None
    if booking is not None and not booking.attempts:
        return
    facts = AppointmentCancelled(
        reason_code=event.reason_code,
        starts_at=known.starts_at if isinstance(known, AppointmentBooked) else None,
        rebooked=event.next_appointment_id is not None,
    )
    await plan_message(unit, event.child_id, facts, event.appointment_id, occasion)


async def end_reminder(appointment_id: UUID, unit: Unit) -> None:
    """Nothing is left to remind of."""
    await unit.timers.cancel(MessageKind.APPOINTMENT_REMINDER, appointment_id)
