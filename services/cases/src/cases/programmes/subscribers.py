"""Time as a subscriber: the last day of a programme has passed."""

from __future__ import annotations

from chassis.work import Timer, TimerRouter, Unit

from cases.programmes.commands import TERM_OVER, finish_programme

timers = TimerRouter()


@timers.on(TERM_OVER)
async def term_over(timer: Timer, unit: Unit) -> None:
    """Finish a programme at midnight after its last day, in the region's zone."""
    await finish_programme(timer.subject_id, unit)
