"""Consents that came with an application."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.intake import ConsentTicked

from cases.consents.commands import keep_ticked_consent

events = EventRouter()


@events.on(ConsentTicked)
async def consent_ticked(event: ConsentTicked, unit: Unit) -> None:
    await keep_ticked_consent(event, unit)
