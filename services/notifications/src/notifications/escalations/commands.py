"""Watching the call-back deadline: raised by timers, ended only by a family that was reached or withdrew."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from chassis.timers import Timer
from chassis.unit import Unit
from contracts.identifiers import CallOutcome
from contracts.intake import (
    ApplicationDeadlineMoved,
    ApplicationSubmitted,
    ApplicationTaken,
    ApplicationWithdrawn,
    CallRecorded,
)

from notifications.escalations.model import Escalation, Level
from notifications.pack import pack_of

NEAR, OVERDUE = "call_back_near", "call_back_overdue"
_LEVELS = {NEAR: Level.NEAR, OVERDUE: Level.OVERDUE}


async def watch(event: ApplicationSubmitted, unit: Unit) -> None:
    """Watch a new deadline."""
    escalation = Escalation(
        application_id=event.application_id,
        number=event.number,
        region=event.region,
        territory=event.territory,
        organisation_id=pack_of(unit.settings.regions_dir, event.region).coordinating_id,
        due_at=event.call_back_due.due_at,
        submitted_at=event.submitted_at,
        level=Level.WATCHED,
    )
    unit.session.add(escalation)
    await _set_timers(escalation, unit)


async def hand_to(event: ApplicationTaken, unit: Unit) -> None:
    """From now on it is this coordinator's."""
    if escalation := await unit.session.get(Escalation, event.application_id):
        escalation.coordinator_id, escalation.organisation_id = event.coordinator_id, event.organisation_id


async def move(event: ApplicationDeadlineMoved, unit: Unit) -> None:
    """The deadline was computed again."""
    escalation = await unit.session.get(Escalation, event.application_id)
    if event.kind != "call_back" or escalation is None or escalation.closed_at:
        return
    escalation.due_at, escalation.level, escalation.raised_at = event.due.due_at, Level.WATCHED, None
    await _set_timers(escalation, unit)


async def end_if_reached(event: CallRecorded, unit: Unit) -> None:
    """Only a reached family ends the deadline (D2-17)."""
    if event.outcome is CallOutcome.REACHED:
        await _close(event.application_id, event.called_at, unit)


async def end(event: ApplicationWithdrawn, unit: Unit) -> None:
    """Nobody waits any more."""
    await _close(event.application_id, event.withdrawn_at, unit)


async def escalate(timer: Timer, unit: Unit) -> None:
    """The time has come and the family was not reached."""
    if escalation := await unit.session.get(Escalation, timer.subject_id, with_for_update=True):
        escalation.raise_to(_LEVELS[timer.kind], unit.now)


async def _close(application_id: UUID, at: datetime, unit: Unit) -> None:
    for kind in (NEAR, OVERDUE):
        await unit.timers.cancel(kind, application_id)
    if escalation := await unit.session.get(Escalation, application_id):
        escalation.close(at)


async def _set_timers(escalation: Escalation, unit: Unit) -> None:
    rules = pack_of(unit.settings.regions_dir, escalation.region).rules.escalation
    near = escalation.due_at - timedelta(minutes=rules.warn_minutes)
    # The due moment itself is still on time.
    overdue = escalation.due_at + timedelta(minutes=rules.overdue_minutes, microseconds=1)
    await unit.timers.set(NEAR, escalation.application_id, near)
    await unit.timers.set(OVERDUE, escalation.application_id, overdue)
