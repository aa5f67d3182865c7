"""Reminders of the day before. One timer for each thing to remind of, so that a change replaces it (trap T4)."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Timer, Unit

from notifications.kinds import MessageKind
from notifications.messages.commands.plan_message import pack_for, plan_message, zone_of
from notifications.messages.letter_data import FACTS, Facts
from notifications.preferences.commands import family_of
from notifications.quiet import reminder_time


async def set_reminder(unit: Unit, subject_id: UUID, child_id: UUID, about_id: UUID, facts: Facts) -> None:
    """Remind at the pack's time on the day before; not at all where that time has passed.

    ``subject_id`` is what is reminded of: the timer of the same kind and subject is replaced.
    """
    family = await family_of(unit, child_id)
    starts_at = facts.useless_after
    assert starts_at is not None, "what is reminded of has a beginning"
    due_at = reminder_time(starts_at, pack_for(unit, family.region).rules.reminder_at, zone_of(unit, family))
    if due_at <= unit.now:
        await unit.timers.cancel(facts.kind, subject_id)
        return
    payload = {"child_id": str(child_id), "about_id": str(about_id), "facts": facts.model_dump(mode="json")}
    await unit.timers.set(facts.kind, subject_id, due_at, payload)


async def plan_reminder(timer: Timer, unit: Unit) -> None:
    """Plan a reminder when its time has come, once for each beginning."""
    facts = FACTS[MessageKind(timer.kind)].model_validate(timer.payload["facts"])
    child_id, about_id = UUID(timer.payload["child_id"]), UUID(timer.payload["about_id"])
    assert facts.useless_after is not None
    await plan_message(unit, child_id, facts, about_id, facts.useless_after.isoformat())
