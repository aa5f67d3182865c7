"""Facts the files live on: applications accepted by a service, and specialists."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.intake import ApplicationAccepted
from contracts.scheduling import SpecialistRegistered

from cases.files.commands import open_file, replace_specialist

events = EventRouter()


@events.on(ApplicationAccepted)
async def application_accepted(event: ApplicationAccepted, unit: Unit) -> None:
    await open_file(event, unit)


@events.on(SpecialistRegistered, ordered=False)
async def specialist_registered(event: SpecialistRegistered, unit: Unit) -> None:
    await replace_specialist(event, unit)
