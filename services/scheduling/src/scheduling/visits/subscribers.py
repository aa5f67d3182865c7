"""The event door of visits: approved programmes are the demand, the fixed team sees what is to come."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.cases import ProgrammeApproved, ProgrammeFinished, TeamFixed

from scheduling.visits.commands import end_demand, follow_team, take_demand

events = EventRouter()


@events.on(ProgrammeApproved)
async def programme_approved(event: ProgrammeApproved, unit: Unit) -> None:
    await take_demand(event, unit)


@events.on(ProgrammeFinished)
async def programme_finished(event: ProgrammeFinished, unit: Unit) -> None:
    await end_demand(event, unit)


@events.on(TeamFixed)
async def team_fixed(event: TeamFixed, unit: Unit) -> None:
    await follow_team(event, unit)
