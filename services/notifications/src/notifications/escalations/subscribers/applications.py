"""What starts, moves and ends the terms of an application, and the moments any term becomes urgent."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import TimerRouter, Unit
from contracts.identifiers import CallOutcome
from contracts.intake import (
    ApplicationAccepted,
    ApplicationDeadlineMoved,
    ApplicationHandedOver,
    ApplicationReturned,
    ApplicationSubmitted,
    ApplicationTaken,
    ApplicationTerritoriesSet,
    ApplicationWithdrawn,
    CallRecorded,
)
from contracts.scheduling import AppointmentBooked, AppointmentCancelled

from notifications.escalations import commands
from notifications.escalations.commands import Watched
from notifications.kinds import Term
from notifications.pack import pack_of

events = EventRouter()
timers = TimerRouter()
TERMS = (Term.CALL_BACK, Term.FIRST_APPOINTMENT, Term.ACCEPTANCE)


@events.on(ApplicationSubmitted)
async def submitted(event: ApplicationSubmitted, unit: Unit) -> None:
    """The family waits for its call back (D2-17)."""
    what = Watched(
        term=Term.CALL_BACK,
        subject_id=event.application_id,
        number=event.number,
        region=event.region,
        territory=event.territory,
        organisation_id=pack_of(unit.packs, event.region).coordinating_id,
        due_at=event.call_back_due.due_at,
        since=event.submitted_at,
    )
    await commands.watch_term(what, unit)


@events.on(ApplicationTaken)
async def taken(event: ApplicationTaken, unit: Unit) -> None:
    """The call, and what follows it, is this coordinator's."""
    for term in (Term.CALL_BACK, Term.FIRST_APPOINTMENT):
        await commands.hand_to(
            term, event.application_id, event.coordinator_id, unit, organisation_id=event.organisation_id
        )


@events.on(ApplicationDeadlineMoved)
async def moved(event: ApplicationDeadlineMoved, unit: Unit) -> None:
    """It was computed again."""
    await commands.move_due(Term(event.kind), event.application_id, event.due.due_at, unit)


@events.on(ApplicationTerritoriesSet)
async def territories_set(event: ApplicationTerritoriesSet, unit: Unit) -> None:
    """Another territory answers for the family."""
    await commands.move_to_territory(event.application_id, event.responsible_territory, unit)


@events.on(CallRecorded)
async def called(event: CallRecorded, unit: Unit) -> None:
    """Only a reached family ends the call back (D2-17); from then on the first appointment is due (D2-19)."""
    if event.outcome is CallOutcome.REACHED:
        await commands.end_term(Term.CALL_BACK, event.application_id, event.called_at, unit)
    if due := event.first_appointment_due:
        await commands.watch_first_appointment(event.application_id, due.due_at, event.called_at, unit)


@events.on(ApplicationHandedOver)
async def handed_over(event: ApplicationHandedOver, unit: Unit) -> None:
    """The service must accept the family or return it (D2-23)."""
    what = Watched(
        term=Term.ACCEPTANCE,
        subject_id=event.application_id,
        number=await commands.number_of(Term.CALL_BACK, event.application_id, unit),
        region=event.region,
        territory=event.territory,
        organisation_id=event.serving_organisation_id,
        due_at=event.acceptance_due.due_at,
        since=unit.now,
    )
    await commands.watch_term(what, unit)


@events.on(ApplicationAccepted)
async def accepted(event: ApplicationAccepted, unit: Unit) -> None:
    """The service has the family, and the first appointment is its business."""
    await commands.end_term(Term.ACCEPTANCE, event.application_id, event.accepted_at, unit)
    await commands.hand_to(
        Term.FIRST_APPOINTMENT, event.application_id, None, unit, organisation_id=event.serving_organisation_id
    )


@events.on(ApplicationReturned)
async def returned(event: ApplicationReturned, unit: Unit) -> None:
    """The coordinator looks for another service."""
    await commands.end_term(Term.ACCEPTANCE, event.application_id, event.returned_at, unit)


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """Nobody waits any more."""
    for term in TERMS:
        await commands.end_term(term, event.application_id, event.withdrawn_at, unit)


@events.on(AppointmentBooked)
async def booked(event: AppointmentBooked, unit: Unit) -> None:
    """The first appointment has its day."""
    if event.first and event.application_id:
        await commands.note_booking(event.application_id, event.appointment_id, event.starts_at, unit)


@events.on(AppointmentCancelled)
async def cancelled(event: AppointmentCancelled, unit: Unit) -> None:
    """Without a next date the week counts on."""
    if event.application_id and event.next_appointment_id is None:
        await commands.note_cancellation(event.application_id, event.appointment_id, unit)


for kind in commands.LEVELS:
    timers.on(kind)(commands.raise_term)
