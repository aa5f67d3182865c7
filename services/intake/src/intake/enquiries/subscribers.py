"""The event door of enquiries, their timers, and what the worker does when it starts."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Timer, TimerRouter, Unit
from contracts.notifications import MessageFailed, MessageSent

from intake.enquiries.commands import pass_time
from intake.enquiries.commands.register import DUE

ANSWER = "enquiry_answered"
"""The kind of message that carries an answer."""
events = EventRouter()
timers = TimerRouter()


@events.on(MessageSent)
async def answer_sent(event: MessageSent, unit: Unit) -> None:
    """The person has the answer once the channel has taken it (D1-15)."""
    if event.kind == ANSWER:
        await pass_time.note_sent(event.about_id, event.channel, unit)


@events.on(MessageFailed)
async def answer_failed(event: MessageFailed, unit: Unit) -> None:
    """Nobody is told by a letter that did not go out."""
    if event.kind == ANSWER:
        await pass_time.note_failed(event.about_id, unit)


@timers.on(DUE)
async def due(timer: Timer, unit: Unit) -> None:
    """Note that a question was not answered in time."""
    await pass_time.escalate(timer.subject_id, unit)
