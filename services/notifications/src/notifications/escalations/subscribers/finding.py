"""What starts, moves and ends the terms of finding a family (D3-15…D3-21)."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.event import Envelope
from contracts.intake import (
    OutreachAssigned,
    OutreachAttempted,
    OutreachClosed,
    OutreachDueMoved,
    OutreachLed,
    OutreachLetterPosted,
    OutreachMeetingAgreed,
    OutreachMet,
    OutreachOpened,
    OutreachStepOpened,
    OutreachSurveyed,
)

from notifications.escalations import commands
from notifications.escalations.commands import Watched
from notifications.kinds import Term

events = EventRouter()


@events.on(OutreachOpened)
async def opened(event: OutreachOpened, unit: Unit) -> None:
    """Work starts within its term (D3-15)."""
    what = Watched(
        term=Term.OUTREACH,
        subject_id=event.outreach_id,
        region=event.region,
        territory=event.territory,
        organisation_id=event.organisation_id,
        responsible_id=event.responsible_id,
        due_at=event.start_due.due_at,
        since=event.found_at,
    )
    await commands.watch_term(what, unit)


@events.on(OutreachAssigned)
async def assigned(event: OutreachAssigned, unit: Unit) -> None:
    """This person finds the family."""
    await commands.hand_to(Term.OUTREACH, event.outreach_id, event.responsible_id, unit)


@events.on(OutreachDueMoved)
async def moved(event: OutreachDueMoved, unit: Unit) -> None:
    """The start was computed again."""
    await commands.move_due(Term.OUTREACH, event.outreach_id, event.due.due_at, unit)


@events.on(OutreachAttempted)
async def attempted(event: OutreachAttempted, unit: Unit) -> None:
    """The step is tried again."""
    if event.due_at is not None:
        await commands.move_due(Term.OUTREACH, event.outreach_id, event.due_at, unit)


@events.on(OutreachStepOpened)
async def step_opened(event: OutreachStepOpened, unit: Unit) -> None:
    """The next step has its own term (D3-19, D3-20)."""
    await commands.move_due(Term.OUTREACH, event.outreach_id, event.due.due_at, unit, again=True)


@events.on(OutreachLetterPosted)
async def letter_posted(event: OutreachLetterPosted, envelope: Envelope, unit: Unit) -> None:
    """Now the family has to answer: without one the ladder ends by itself, and nobody is late."""
    await commands.end_term(Term.OUTREACH, event.outreach_id, envelope.time, unit)


@events.on(OutreachMeetingAgreed)
async def meeting_agreed(event: OutreachMeetingAgreed, unit: Unit) -> None:
    """The meeting has its hour (D3-17)."""
    await commands.move_due(Term.OUTREACH, event.outreach_id, event.meets_at, unit, again=True)


@events.on(OutreachMet)
async def met(event: OutreachMet, unit: Unit) -> None:
    """The survey is due the same day (D3-21)."""
    await commands.move_due(Term.OUTREACH, event.outreach_id, event.survey_due.due_at, unit, again=True)


@events.on(OutreachSurveyed)
async def surveyed(event: OutreachSurveyed, unit: Unit) -> None:
    """Everything with a term is done."""
    await commands.end_term(Term.OUTREACH, event.outreach_id, event.surveyed_at, unit)


@events.on(OutreachLed)
async def led(event: OutreachLed, unit: Unit) -> None:
    """An application goes on from here."""
    await commands.end_term(Term.OUTREACH, event.outreach_id, event.led_at, unit)


@events.on(OutreachClosed)
async def closed(event: OutreachClosed, unit: Unit) -> None:
    """Nothing more is tried."""
    await commands.end_term(Term.OUTREACH, event.outreach_id, event.closed_at, unit)
