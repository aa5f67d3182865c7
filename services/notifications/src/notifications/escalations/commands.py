"""Watching a term: a warning before the due time, an alarm after it, an end only by what the term asks for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.work import Timer, Unit
from sqlalchemy import update

from notifications.escalations.model import Escalation, Level
from notifications.kinds import Term
from notifications.pack import NotificationsPack, pack_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A term that begins to run."""

    term: Term
    subject_id: UUID
    region: str
    territory: str
    organisation_id: UUID
    due_at: datetime
    since: datetime
    number: str | None = None
    responsible_id: UUID | None = None


def timer_kind(term: Term, level: Level) -> str:
    """The kind of the timer that raises a term: ``call_back_near``."""
    return f"{term}_{level}"


LEVELS = {timer_kind(term, level): (term, level) for term in Term for level in (Level.NEAR, Level.OVERDUE)}


async def watch_term(what: Watched, unit: Unit) -> None:
    """A term begins, or begins again; one of a region that sends no messages is nobody's to warn of."""
    if what.region not in unit.packs.all(NotificationsPack):
        return
    known = await _locked(what.term, what.subject_id, unit)
    if known is None:
        known = Escalation(**asdict(what), level=Level.WATCHED)
        unit.session.add(known)
    elif known.run_until(what.due_at):
        known.organisation_id, known.responsible_id = what.organisation_id, what.responsible_id
        known.territory, known.since = what.territory, what.since
    else:
        return
    await _set_timers(known, unit)


async def watch_first_appointment(application_id: UUID, due_at: datetime, since: datetime, unit: Unit) -> None:
    """Watch the week of the call (D2-19); until a service accepts, the coordinator who called is responsible."""
    booked = await _locked(Term.FIRST_APPOINTMENT, application_id, unit)
    if booked is not None and booked.met_by is not None:
        booked.due_at = due_at
    elif what := await _first_appointment(application_id, due_at, since, unit):
        await watch_term(what, unit)


async def _first_appointment(application_id: UUID, due_at: datetime, since: datetime, unit: Unit) -> Watched | None:
    called = await unit.session.get(Escalation, (Term.CALL_BACK, application_id))
    if called is None:
        return None
    return Watched(
        term=Term.FIRST_APPOINTMENT,
        subject_id=application_id,
        number=called.number,
        region=called.region,
        territory=called.territory,
        organisation_id=called.organisation_id,
        responsible_id=called.responsible_id,
        due_at=due_at,
        since=since,
    )


async def hand_to(
    term: Term, subject_id: UUID, responsible_id: UUID | None, unit: Unit, organisation_id: UUID | None = None
) -> None:
    """Make another person responsible, or, without a person, the organisation."""
    if escalation := await _locked(term, subject_id, unit):
        escalation.responsible_id = responsible_id
        escalation.organisation_id = organisation_id or escalation.organisation_id


async def note_booking(application_id: UUID, appointment_id: UUID, starts_at: datetime, unit: Unit) -> None:
    """The first appointment is booked. Noted also where scheduling was faster than the call that begins the week."""
    escalation = await _locked(Term.FIRST_APPOINTMENT, application_id, unit)
    if escalation is None and (what := await _first_appointment(application_id, starts_at, unit.now, unit)):
        escalation = Escalation(**asdict(what), level=Level.WATCHED)
        unit.session.add(escalation)
    if escalation is not None:
        escalation.met_by = appointment_id
        await end_term(Term.FIRST_APPOINTMENT, application_id, unit.now, unit)


async def note_cancellation(application_id: UUID, appointment_id: UUID, unit: Unit) -> None:
    """The booked appointment was cancelled without a next one: the week of the call counts on (T5)."""
    escalation = await _locked(Term.FIRST_APPOINTMENT, application_id, unit)
    if escalation is not None and escalation.met_by == appointment_id:
        escalation.met_by = None
        await move_due(Term.FIRST_APPOINTMENT, application_id, escalation.due_at, unit, again=True)


async def move_to_territory(subject_id: UUID, territory: str, unit: Unit) -> None:
    """Another territory answers for the family: its managers see what is overdue (T15)."""
    await unit.session.execute(
        update(Escalation).where(Escalation.subject_id == subject_id).values(territory=territory)
    )


async def number_of(term: Term, subject_id: UUID, unit: Unit) -> str | None:
    """The number people know the subject by; None where there is no number."""
    escalation = await unit.session.get(Escalation, (term, subject_id))
    return escalation.number if escalation else None


async def move_due(term: Term, subject_id: UUID, due_at: datetime, unit: Unit, *, again: bool = False) -> None:
    """The due time is another one, and with it the warning. A term that has ended begins only ``again``."""
    escalation = await _locked(term, subject_id, unit)
    if escalation is not None and (again or escalation.closed_at is None) and escalation.run_until(due_at):
        await _set_timers(escalation, unit)


async def end_term(term: Term, subject_id: UUID, at: datetime, unit: Unit) -> None:
    """What was asked for is done, or nobody waits for it any more."""
    for level in (Level.NEAR, Level.OVERDUE):
        await unit.timers.cancel(timer_kind(term, level), subject_id)
    if escalation := await _locked(term, subject_id, unit):
        escalation.close(at)


async def raise_term(fired: Timer, unit: Unit) -> None:
    """Warn before a term that nobody has met yet, or tell that it has passed."""
    term, level = LEVELS[fired.kind]
    if escalation := await _locked(term, fired.subject_id, unit):
        escalation.raise_to(level, unit.now)


async def _locked(term: Term, subject_id: UUID, unit: Unit) -> Escalation | None:
    return await unit.session.get(Escalation, (term, subject_id), with_for_update=True)


async def _set_timers(escalation: Escalation, unit: Unit) -> None:
    rules = pack_of(unit.packs, escalation.region).rules.escalation
    near = escalation.due_at - rules.warned_before(escalation.term)
    # The due moment itself is still on time.
    overdue = escalation.due_at + timedelta(minutes=rules.overdue_minutes, microseconds=1)
    await unit.timers.set(timer_kind(escalation.term, Level.NEAR), escalation.subject_id, near)
    await unit.timers.set(timer_kind(escalation.term, Level.OVERDUE), escalation.subject_id, overdue)
