"""The event door of enquiries, their timers, and what the worker does when it starts."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.regions import Region
from chassis.work import Runtime, Timer, TimerRouter, Unit
from contracts.notifications import MessageFailed, MessageSent

from intake.calendar_changes import Kept, follow
from intake.enquiries.commands import watch
from intake.enquiries.commands.register import DUE
from intake.enquiries.model import Enquiry
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.states import State

ANSWER = "enquiry_answered"
"""The kind of message that carries an answer."""
events = EventRouter()
timers = TimerRouter()


@events.on(MessageSent)
async def answer_sent(event: MessageSent, unit: Unit) -> None:
    """The person has the answer once the channel has taken it (D1-15)."""
    if event.kind == ANSWER:
        await watch.note_sent(event.about_id, event.channel, unit)


@events.on(MessageFailed)
async def answer_failed(event: MessageFailed, unit: Unit) -> None:
    """Nobody is told by a letter that did not go out."""
    if event.kind == ANSWER:
        await watch.note_failed(event.about_id, unit)


@timers.on(DUE)
async def due(timer: Timer, unit: Unit) -> None:
    await watch.escalate(timer.subject_id, unit)


async def recompute_due_times(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, running due times are computed again."""
    packs = runtime.packs.all(EnquiriesPack)

    async def move(enquiry: Enquiry, region: Region, unit: Unit) -> None:
        await watch.recompute(enquiry, region, packs[region.code], unit)

    terms = {code: (pack.terms.answer, pack.terms.complaint) for code, pack in packs.items()}
    waiting = Enquiry.given_at.is_(None) & (Enquiry.state != State.CLOSED)
    await follow(runtime, Kept("enquiries", terms, Enquiry, waiting, move))
