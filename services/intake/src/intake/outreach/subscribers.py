"""Outreach's timers."""

from __future__ import annotations

from chassis.work import Timer, TimerRouter, Unit

from intake.finding.packs import packs
from intake.outreach import watch
from intake.outreach.opening import END_OUTREACH, OUTREACH_DUE

timers = TimerRouter()


@timers.on(OUTREACH_DUE)
async def outreach_due(timer: Timer, unit: Unit) -> None:
    await watch.pass_due_times(timer.subject_id, unit)


@timers.on(END_OUTREACH)
async def end_outreach(timer: Timer, unit: Unit) -> None:
    await watch.end_revoked(timer.subject_id, packs(unit.settings.regions_dir), unit)
