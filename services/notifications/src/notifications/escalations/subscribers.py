"""What starts, moves and ends the call-back deadline, and the moments it becomes urgent."""

from __future__ import annotations

from chassis.messaging import EventRouter
from chassis.timers import TimerRouter
from chassis.unit import Unit
from contracts.intake import (
    ApplicationDeadlineMoved,
    ApplicationSubmitted,
    ApplicationTaken,
    ApplicationWithdrawn,
    CallRecorded,
)

from notifications.escalations import commands

events = EventRouter()
timers = TimerRouter()


@events.on(ApplicationSubmitted)
async def submitted(event: ApplicationSubmitted, unit: Unit) -> None:
    """The deadline runs."""
    await commands.watch(event, unit)


@events.on(ApplicationTaken)
async def taken(event: ApplicationTaken, unit: Unit) -> None:
    """It is somebody's."""
    await commands.hand_to(event, unit)


@events.on(ApplicationDeadlineMoved)
async def moved(event: ApplicationDeadlineMoved, unit: Unit) -> None:
    """It was computed again."""
    await commands.move(event, unit)


@events.on(CallRecorded)
async def called(event: CallRecorded, unit: Unit) -> None:
    """Perhaps the family was reached."""
    await commands.end_if_reached(event, unit)


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """Nobody waits any more."""
    await commands.end(event, unit)


timers.on(commands.NEAR)(commands.escalate)
timers.on(commands.OVERDUE)(commands.escalate)
