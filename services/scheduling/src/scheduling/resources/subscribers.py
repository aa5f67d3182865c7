"""What other services tell: applications and their deadlines, files and their people."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.cases import CaseFileOpened, TeamFixed
from contracts.event import Envelope
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
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from scheduling.resources.model import ChildFacts, Request
from scheduling.roster import roster

events = EventRouter()


@events.on(ApplicationSubmitted)
async def submitted(event: ApplicationSubmitted, unit: Unit) -> None:
    """A new request; who answers for it comes later."""
    values = {
        "id": event.application_id,
        "child_id": event.child_id,
        "region": event.region,
        "territory": event.territory,
        "contact": event.contact.model_dump(mode="json"),
    }
    await unit.session.execute(insert(Request).values(**values).on_conflict_do_nothing())


@events.on(ApplicationTaken)
async def taken(event: ApplicationTaken, unit: Unit) -> None:
    """The coordinator may look for a first appointment."""
    await _note(unit, event.application_id, coordinator_id=event.coordinator_id)


@events.on(CallRecorded)
async def called(event: CallRecorded, unit: Unit) -> None:
    """The week of D2-19 runs from the call."""
    if event.first_appointment_due is not None:
        await _note(unit, event.application_id, first_due=event.first_appointment_due.due_at)


@events.on(ApplicationDeadlineMoved)
async def deadline_moved(event: ApplicationDeadlineMoved, unit: Unit) -> None:
    """A calendar changed and the due time with it."""
    if event.kind == "first_appointment":
        await _note(unit, event.application_id, first_due=event.due.due_at)


@events.on(ApplicationHandedOver)
async def handed_over(event: ApplicationHandedOver, unit: Unit, envelope: Envelope) -> None:
    """The territorial service's calendar is the one to look in."""
    await _note(
        unit,
        event.application_id,
        coordinator_id=event.coordinator_id,
        serving_organisation_id=event.serving_organisation_id,
        territory=event.territory,
        first_due=event.first_appointment_due.due_at,
        handed_over_at=envelope.time,
    )


@events.on(ApplicationTerritoriesSet)
async def territories_set(event: ApplicationTerritoriesSet, unit: Unit) -> None:
    """Another territory answers for the family: its clock decides the day (T12, T15)."""
    await _note(unit, event.application_id, territory=event.responsible_territory)


@events.on(ApplicationReturned)
async def returned(event: ApplicationReturned, unit: Unit) -> None:
    """Nobody serves the family until the next hand-over."""
    await _note(unit, event.application_id, serving_organisation_id=None)


@events.on(ApplicationAccepted)
async def accepted(event: ApplicationAccepted, unit: Unit) -> None:
    """The service took the family; its deadline stands."""
    await _note(
        unit,
        event.application_id,
        coordinator_id=event.coordinator_id,
        serving_organisation_id=event.serving_organisation_id,
        territory=event.territory,
        first_due=event.first_appointment_due.due_at,
    )


@events.on(ApplicationWithdrawn)
async def withdrawn(event: ApplicationWithdrawn, unit: Unit) -> None:
    """No appointment is to be booked any more."""
    await _note(unit, event.application_id, withdrawn=True)


@events.on(CaseFileOpened)
async def file_opened(event: CaseFileOpened, unit: Unit) -> None:
    """Row security compares these columns; they follow the file."""
    values = {
        "case_id": event.case_id,
        "application_id": event.application_id,
        "region": event.region,
        "territory": event.territory,
        "coordinator_id": event.coordinator_id,
        "organisation_id": event.coordinating_organisation_id,
        "serving_organisation_id": event.serving_organisation_id,
    }
    statement = insert(ChildFacts).values(child_id=event.child_id, team=[], **values)
    await unit.session.execute(statement.on_conflict_do_update(index_elements=["child_id"], set_=values))


@events.on(TeamFixed)
async def team_fixed(event: TeamFixed, unit: Unit) -> None:
    """The team may read what is planned for the child."""
    facts = await unit.session.get(ChildFacts, event.child_id)
    if facts is not None:
        facts.team = roster(unit.packs, facts.region).team(event.specialist_ids)


async def _note(unit: Unit, application_id: object, **values: object) -> None:
    await unit.session.execute(update(Request).where(Request.id == application_id).values(**values))
