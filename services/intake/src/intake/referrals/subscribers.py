"""The event door of referrals and their timers."""

from __future__ import annotations

from chassis.messaging import EventRouter
from chassis.timers import Timer, TimerRouter
from chassis.unit import Unit
from contracts.cases import ConsentWithdrawn
from sqlalchemy import select

from intake.referrals import commands
from intake.referrals.model import Referral

events = EventRouter()
timers = TimerRouter()


@events.on(ConsentWithdrawn)
async def consent_withdrawn(event: ConsentWithdrawn, unit: Unit) -> None:
    """What travelled on that consent is no longer read by its receiver, at once (152-FZ art. 9)."""
    travelled = select(Referral).where(Referral.consent_id == event.consent_id, Referral.ground_ended_at.is_(None))
    for referral in await unit.session.scalars(travelled.with_for_update()):
        referral.end_ground(unit.now)


@timers.on(commands.ANSWER_DUE)
async def answer_due(timer: Timer, unit: Unit) -> None:
    await commands.escalate(timer.subject_id, unit.now, unit)
