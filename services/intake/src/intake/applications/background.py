"""Deadlines follow the calendar after a start."""

from __future__ import annotations

from chassis.regions import Region
from chassis.work import Runtime, Unit

from intake.applications.commands import pass_time
from intake.applications.model.application import Application
from intake.applications.pack import IntakePack
from intake.applications.states import CLOSED_UNSERVED
from intake.calendar_changes import Kept, follow


async def recompute_deadlines(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, running deadlines are computed again."""
    packs = runtime.packs.all(IntakePack)

    async def move(application: Application, region: Region, unit: Unit) -> None:
        await pass_time.recompute_running(application, region, packs[region.code].terms, unit)

    terms = {code: pack.terms.kept for code, pack in packs.items()}
    waiting = Application.state.not_in(CLOSED_UNSERVED)
    await follow(runtime, Kept("applications", terms, Application, waiting, move))
