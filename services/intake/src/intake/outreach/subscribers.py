"""Outreach's timers."""

from __future__ import annotations

from chassis.work import Timer, TimerRouter, Unit

from intake.outreach import watch
from intake.outreach.opening import OUTREACH_DUE

timers = TimerRouter()


@timers.on(OUTREACH_DUE)
async def outreach_due(timer: Timer, unit: Unit) -> None:
    await watch.pass_due_times(timer.subject_id, unit)
