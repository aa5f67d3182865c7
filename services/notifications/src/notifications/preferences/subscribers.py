"""What intake and cases tell about families, and scheduling about those who come to them."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.cases import ProgrammeApproved
from contracts.event import Envelope
from contracts.intake import (
    ApplicationAccepted,
    ApplicationSubmitted,
    ApplicationTerritoriesSet,
    ApplicationWithdrawn,
)
from contracts.scheduling import SpecialistRegistered

from notifications.preferences import commands
from notifications.preferences.commands import note_skills

events = EventRouter()


@events.on(ApplicationSubmitted)
async def submitted(event: ApplicationSubmitted, unit: Unit) -> None:
    """A family we will write to."""
    await commands.remember_family(event, unit)


@events.on(ApplicationAccepted)
async def accepted(event: ApplicationAccepted, unit: Unit) -> None:
    """A service took it on."""
    await commands.note_service(event, unit)


@events.on(ApplicationTerritoriesSet)
async def territories_set(event: ApplicationTerritoriesSet, unit: Unit) -> None:
    """Another territory answers for it."""
    await commands.note_territories(event, unit)


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """The family wants no more messages."""
    await commands.note_withdrawal(event, unit)


@events.on(ProgrammeApproved, ordered=False)
async def approved(event: ProgrammeApproved, envelope: Envelope, unit: Unit) -> None:
    """The personal file may know a newer contact."""
    await commands.note_contact(event, envelope.time, unit)


@events.on(SpecialistRegistered, ordered=False)
async def specialist(event: SpecialistRegistered, unit: Unit) -> None:
    """What a specialist can do."""
    await note_skills(event, unit)
