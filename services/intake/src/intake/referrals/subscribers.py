"""The event door of referrals and their timers."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Timer, TimerRouter, Unit
from contracts.cases import ConsentWithdrawn
from sqlalchemy import select

from intake.outreach.commands.start_outreach import END_OUTREACH
from intake.referrals.commands import answer_referral
from intake.referrals.commands.lead_outreach import end_revoked
from intake.referrals.commands.note_withdrawn import note_withdrawn
from intake.referrals.model.referral import Referral

events = EventRouter()
timers = TimerRouter()


@events.on(ConsentWithdrawn)
async def consent_withdrawn(event: ConsentWithdrawn, unit: Unit) -> None:
    """What travelled on that consent is no longer read by its receiver, at once, and nothing more leaves on it."""
    await note_withdrawn(event.consent_id, event.withdrawn_at, unit)
    travelled = select(Referral).where(Referral.consent_id == event.consent_id, Referral.ground_ended_at.is_(None))
    for referral in await unit.session.scalars(travelled.with_for_update()):
        referral.end_ground(unit.now)


@timers.on(answer_referral.ANSWER_DUE)
async def answer_due(timer: Timer, unit: Unit) -> None:
    """Tell that a referral was not answered in time."""
    await answer_referral.escalate(timer.subject_id, unit.now, unit)


@timers.on(END_OUTREACH)
async def end_outreach(timer: Timer, unit: Unit) -> None:
    """End the outreach that was begun for a referral its sender took back."""
    await end_revoked(timer.subject_id, unit)
