"""What scheduling tells about visits and trips."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.scheduling import TripPerformed, VisitPostponed, VisitReported, VisitScheduled

from cases.deliveries import commands

events = EventRouter()


@events.on(VisitScheduled)
async def visit_scheduled(event: VisitScheduled, unit: Unit) -> None:
    await commands.await_visit(event, unit)


@events.on(VisitPostponed)
async def visit_postponed(event: VisitPostponed, unit: Unit) -> None:
    await commands.postpone_visit(event, unit)


@events.on(VisitReported)
async def visit_reported(event: VisitReported, unit: Unit) -> None:
    await commands.take_visit_report(event, unit)


@events.on(TripPerformed)
async def trip_performed(event: TripPerformed, unit: Unit) -> None:
    await commands.draw_up_acts(event, unit)
