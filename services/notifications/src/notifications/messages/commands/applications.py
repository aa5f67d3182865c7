"""What a family is told on the way of its application."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import CallOutcome
from contracts.intake import (
    ApplicationAccepted,
    ApplicationDeadlineMoved,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CallRecorded,
)
from sqlalchemy import select

from notifications.kinds import MessageKind
from notifications.messages.commands.plan_message import OUTDATED, plan_message, planned_messages
from notifications.messages.letter_data import ApplicationReceived, CallBackMoved, ServiceAccepted
from notifications.messages.model import Message, MessageState
from notifications.preferences.model import Family

WITHDRAWN = "application_withdrawn"
PROMISES = frozenset({MessageKind.APPLICATION_RECEIVED, MessageKind.CALL_BACK_MOVED})
"""What names the time of the call."""
NOT_TOLD = frozenset({MessageState.PLANNED, MessageState.FAILED})


async def acknowledge(event: ApplicationSubmitted, occasion: str, unit: Unit) -> None:
    """Number and by when we call (D0-38, D2-17). No status link: its token is shown once and never travels."""
    due = event.call_back_due
    facts = ApplicationReceived(number=event.number, call_back_due=due.due_at, provisional=due.provisional)
    await plan_message(unit, event.child_id, facts, event.application_id, occasion)


async def tell_later_call(event: ApplicationDeadlineMoved, occasion: str, unit: Unit) -> None:
    """That we call later than the family was told (D2-17). A letter that has not left names the new time itself."""
    if event.kind != "call_back":
        return
    await take_back_later_call(event.application_id, unit)
    last = await _last_promise(event.application_id, unit)
    known = last.facts if last else None
    if last is None or not isinstance(known, ApplicationReceived | CallBackMoved):
        return
    due = {"call_back_due": event.due.due_at, "provisional": event.due.provisional}
    if last.state in NOT_TOLD:
        last.facts = known.model_copy(update=due)
    elif event.due.due_at > known.call_back_due:
        told = {"number": known.number, "promised": known.call_back_due, **due}
        await plan_message(unit, last.child_id, CallBackMoved.model_validate(told), event.application_id, occasion)


async def note_call(event: CallRecorded, unit: Unit) -> None:
    """Take back the letter about a later call once the family was reached."""
    if event.outcome is CallOutcome.REACHED:
        await take_back_later_call(event.application_id, unit)


async def take_back_later_call(application_id: UUID, unit: Unit) -> None:
    """A letter about a later call that has not left is not true any more."""
    for message in await planned_messages(unit, about_id=application_id, kinds={MessageKind.CALL_BACK_MOVED}):
        message.cancel(OUTDATED)


async def _last_promise(application_id: UUID, unit: Unit) -> Message | None:
    """The latest letter that names the time of the call, sent or not; locked, so that it does not leave meanwhile."""
    told = select(Message).where(Message.about_id == application_id, Message.kind.in_(PROMISES))
    living = told.where(Message.state != MessageState.CANCELLED).order_by(Message.created_at.desc(), Message.id.desc())
    locked = living.limit(1).with_for_update().execution_options(populate_existing=True)
    return await unit.session.scalar(locked)


async def tell_service(event: ApplicationAccepted, occasion: str, unit: Unit) -> None:
    """Which service helps from now on."""
    facts = ServiceAccepted(
        number=event.number,
        serving_organisation_id=event.serving_organisation_id,
        coordinating_organisation_id=event.coordinating_organisation_id,
        first_appointment_due=event.first_appointment_due.due_at,
    )
    await plan_message(unit, event.child_id, facts, event.application_id, occasion)


async def fall_silent(event: ApplicationWithdrawn, unit: Unit) -> None:
    """Nothing more is said to a family that has withdrawn; reminders that fire later find that out themselves."""
    family = await unit.session.scalar(select(Family).where(Family.application_id == event.application_id))
    if family is not None:
        for message in await planned_messages(unit, child_id=family.child_id):
            message.cancel(WITHDRAWN)
