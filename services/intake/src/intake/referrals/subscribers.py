"""The event door of referrals and their timers."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.regions import Region
from chassis.work import Runtime, Timer, TimerRouter, Unit
from contracts.cases import ConsentWithdrawn
from sqlalchemy import select

from intake.calendar_changes import Kept, follow
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach.opening import END_OUTREACH
from intake.referrals import commands
from intake.referrals.consents import note_withdrawn
from intake.referrals.model import Referral, State
from intake.terms import computed

events = EventRouter()
timers = TimerRouter()


@events.on(ConsentWithdrawn)
async def consent_withdrawn(event: ConsentWithdrawn, unit: Unit) -> None:
    """What travelled on that consent is no longer read by its receiver, at once, and nothing more leaves on it."""
    await note_withdrawn(event.consent_id, event.withdrawn_at, unit)
    travelled = select(Referral).where(Referral.consent_id == event.consent_id, Referral.ground_ended_at.is_(None))
    for referral in await unit.session.scalars(travelled.with_for_update()):
        referral.end_ground(unit.now)


@timers.on(commands.ANSWER_DUE)
async def answer_due(timer: Timer, unit: Unit) -> None:
    await commands.escalate(timer.subject_id, unit.now, unit)


@timers.on(END_OUTREACH)
async def end_outreach(timer: Timer, unit: Unit) -> None:
    await commands.end_revoked(timer.subject_id, unit)


async def recompute_answer_terms(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, the terms of answer still running are computed again."""
    packs = runtime.packs.all(ReferralsPack)

    async def move(referral: Referral, region: Region, unit: Unit) -> None:
        found = computed(packs[region.code].terms.answer, referral.received_at, region, referral.territory)
        if referral.move_due(found, unit.now):
            await unit.timers.set(commands.ANSWER_DUE, referral.id, referral.due_at)

    terms = {code: (pack.terms.answer,) for code, pack in packs.items()}
    await follow(runtime, Kept("referrals", terms, Referral, Referral.state == State.RECEIVED, move))
