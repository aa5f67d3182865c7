"""Trips' timers."""

from __future__ import annotations

from chassis.work import Timer, TimerRouter, Unit

from scheduling.trips.commands.cancel_trip import TRIP_CANCELLED, give_back

timers = TimerRouter()


@timers.on(TRIP_CANCELLED)
async def trip_cancelled(timer: Timer, unit: Unit) -> None:
    """Free everybody a cancelled trip had booked."""
    await give_back(timer.subject_id, unit)
