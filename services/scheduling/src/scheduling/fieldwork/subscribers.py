"""What the worker does at once after a report: it may see the visits of every team and family."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.work import Timer, TimerRouter, Unit

from scheduling.fieldwork.commands.follow_report import NEW_DATES, PAUSE
from scheduling.fieldwork.commands.offer_new_dates import REFRESH, offer_new_dates, visits_with_spoilt_offers
from scheduling.fieldwork.commands.pause_child import pause_child

timers = TimerRouter()


@timers.on(PAUSE)
async def pause(timer: Timer, unit: Unit) -> None:
    """Pause the visits of a child that is ill; the subject is the child."""
    await pause_child(timer.subject_id, date.fromisoformat(timer.payload["until"]), unit)


@timers.on(NEW_DATES)
async def new_dates(timer: Timer, unit: Unit) -> None:
    """Offer new dates for a postponed visit; the subject is the visit."""
    await offer_new_dates(timer.subject_id, unit)


@timers.on(REFRESH)
async def refresh(timer: Timer, unit: Unit) -> None:
    """Compute offers anew after a route or a child's days have changed."""
    brigade = timer.payload["brigade_id"]
    day, child = date.fromisoformat(timer.payload["day"]), UUID(timer.payload["child_id"])
    others = await visits_with_spoilt_offers(None if brigade == "None" else UUID(brigade), day, child, unit)
    for visit_id in sorted({timer.subject_id, *others}):
        await offer_new_dates(visit_id, unit)
