"""Outreach's timers."""

from __future__ import annotations

from chassis.work import Timer, TimerRouter, Unit

from intake.outreach.commands import pass_time
from intake.outreach.commands.start_outreach import OUTREACH_DUE

timers = TimerRouter()


@timers.on(OUTREACH_DUE)
async def outreach_due(timer: Timer, unit: Unit) -> None:
    """Pass the due times of an operator: letters without an answer end, everything else is told as overdue."""
    await pass_time.pass_due_times(timer.subject_id, unit)
