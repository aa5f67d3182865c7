"""What families are told about a brigade's day at a point (D4-17)."""

from __future__ import annotations

from uuid import UUID, uuid5

from chassis.unit import Unit
from contracts.scheduling import TripPublished

from notifications.messages.commands.remind import set_reminder
from notifications.messages.facts import TripInvitation, TripReminder
from notifications.messages.planning import plan, take_back


async def invite(event: TripPublished, occasion: str, unit: Unit) -> None:
    """When to come and where, to every invited family, and a reminder on the day before."""
    await take_back(unit, event.trip_id, but=occasion)
    for invitation in event.invitations:
        told = {"point_id": event.point_id, "starts_at": invitation.starts_at, "services": invitation.services}
        child_id = invitation.child_id
        await plan(unit, child_id, TripInvitation.model_validate(told), event.trip_id, occasion)
        reminder = TripReminder.model_validate(told)
        await set_reminder(unit, _invited(event.trip_id, child_id), child_id, event.trip_id, reminder)


def _invited(trip_id: UUID, child_id: UUID) -> UUID:
    """What a trip's reminder is about: one family's invitation."""
    return uuid5(trip_id, str(child_id))
