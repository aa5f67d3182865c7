"""What a family is told on the way of its application."""

from __future__ import annotations

from chassis.unit import Unit
from contracts.intake import ApplicationAccepted, ApplicationSubmitted, ApplicationWithdrawn
from sqlalchemy import select

from notifications.messages.facts import ApplicationReceived, ServiceAccepted
from notifications.messages.planning import plan, planned
from notifications.preferences.model import Family

WITHDRAWN = "application_withdrawn"


async def acknowledge(event: ApplicationSubmitted, occasion: str, unit: Unit) -> None:
    """Number and by when we call (D0-38, D2-17). No status link: its token is shown once and never travels."""
    due = event.call_back_due
    facts = ApplicationReceived(number=event.number, call_back_due=due.due_at, provisional=due.provisional)
    await plan(unit, event.child_id, facts, event.application_id, occasion)


async def tell_service(event: ApplicationAccepted, occasion: str, unit: Unit) -> None:
    """Which service helps from now on."""
    facts = ServiceAccepted(
        number=event.number,
        serving_organisation_id=event.serving_organisation_id,
        coordinating_organisation_id=event.coordinating_organisation_id,
        first_appointment_due=event.first_appointment_due.due_at,
    )
    await plan(unit, event.child_id, facts, event.application_id, occasion)


async def fall_silent(event: ApplicationWithdrawn, unit: Unit) -> None:
    """Nothing more is said to a family that has withdrawn; reminders that fire later find that out themselves."""
    family = await unit.session.scalar(select(Family).where(Family.application_id == event.application_id))
    if family is not None:
        for message in await planned(unit, child_id=family.child_id):
            message.cancel(WITHDRAWN)
