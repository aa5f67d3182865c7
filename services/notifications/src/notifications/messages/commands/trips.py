"""What families are told about a brigade's day at a point (D4-17); a trip told again tells only what is new (T4)."""

from __future__ import annotations

from uuid import UUID, uuid5

from chassis.work import Unit
from contracts.scheduling import Invitation, TripCancelled, TripPublished
from sqlalchemy import select

from notifications.kinds import MessageKind
from notifications.messages import letter_data
from notifications.messages.commands.plan_message import OUTDATED, plan_message, planned_messages
from notifications.messages.commands.remind import set_reminder
from notifications.messages.letter_data import TripInvitation, TripReminder
from notifications.messages.model import Message, MessageState

_TELLING = (MessageKind.TRIP_INVITATION, MessageKind.TRIP_CANCELLED)


async def invite(event: TripPublished, occasion: str, unit: Unit) -> None:
    """When to come and where, to every invited family, and a reminder on the day before.

    A family that knows it already is told nothing; one that is not invited any more is told so.
    """
    invited = {invitation.child_id for invitation in event.invitations}
    for message in await planned_messages(unit, about_id=event.trip_id, kinds={MessageKind.TRIP_CANCELLED}):
        if message.child_id in invited:
            message.cancel(OUTDATED)
    await unit.session.flush()
    told = await _told(event.trip_id, unit)
    for invitation in event.invitations:
        await _invite(event, invitation, told.get(invitation.child_id), occasion, unit)
    for child_id in told.keys() - invited:
        await _uninvite(event.trip_id, told[child_id], occasion, unit)


async def call_off(event: TripCancelled, occasion: str, unit: Unit) -> None:
    """Nobody comes: invitations that have not left stay here, families that may have read one are told."""
    told = await _told(event.trip_id, unit)
    for message in told.values():
        await _uninvite(event.trip_id, message, occasion, unit)


async def _invite(
    event: TripPublished, invitation: Invitation, told: Message | None, occasion: str, unit: Unit
) -> None:
    child_id = invitation.child_id
    about = {"point_id": event.point_id, "starts_at": invitation.starts_at, "services": invitation.services}
    known = told.facts if told else None
    now = TripInvitation.model_validate(about | {"moved": told is not None and _heard(told)})
    if not (isinstance(known, TripInvitation) and known.same_as(now)):
        await _take_back(event.trip_id, child_id, unit)
        await plan_message(unit, child_id, now, event.trip_id, occasion)
    reminder = TripReminder.model_validate(about)
    await set_reminder(unit, _invited(event.trip_id, child_id), child_id, event.trip_id, reminder)


async def _uninvite(trip_id: UUID, told: Message, occasion: str, unit: Unit) -> None:
    await unit.timers.cancel(MessageKind.TRIP_REMINDER, _invited(trip_id, told.child_id))
    await _take_back(trip_id, told.child_id, unit, but=MessageKind.TRIP_CANCELLED)
    known = told.facts
    if isinstance(known, TripInvitation) and _heard(told):
        off = letter_data.TripCancelled.model_validate(known.model_dump(exclude={"moved"}))
        await plan_message(unit, told.child_id, off, trip_id, occasion)


def _heard(told: Message) -> bool:
    """Whether the family has, or may have, read something about this trip."""
    known = told.facts
    if told.attempts > 0 or isinstance(known, letter_data.TripCancelled):
        return True
    return isinstance(known, TripInvitation) and known.moved


async def _take_back(trip_id: UUID, child_id: UUID, unit: Unit, *, but: MessageKind | None = None) -> None:
    for message in await planned_messages(unit, child_id=child_id, about_id=trip_id):
        if message.kind is not but:
            message.cancel(OUTDATED)


async def _told(trip_id: UUID, unit: Unit) -> dict[UUID, Message]:
    """The latest word to each family about being invited, sent or not."""
    found = select(Message).where(
        Message.about_id == trip_id, Message.kind.in_(_TELLING), Message.state != MessageState.CANCELLED
    )
    rows = await unit.session.scalars(found.order_by(Message.created_at, Message.id))
    return {message.child_id: message for message in rows}


def _invited(trip_id: UUID, child_id: UUID) -> UUID:
    """What a trip's reminder is about: one family's invitation."""
    return uuid5(trip_id, str(child_id))
