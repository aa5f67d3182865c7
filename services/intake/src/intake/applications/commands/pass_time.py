"""What happens to applications by time and by facts from elsewhere; done by the worker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.errors import not_found
from chassis.regions import Region
from chassis.work import Unit
from workdays import Standing

from intake.applications.commands.index_names import serve_tokens
from intake.applications.commands.submit import CALL_BACK_DUE
from intake.applications.model.application import Application
from intake.applications.model.deadlines import Deadline, DeadlineChange, DeadlineKind
from intake.applications.pack import Terms
from intake.applications.states import ApplicationState
from intake.terms import computed


async def escalate_call_back(application_id: UUID, unit: Unit) -> None:
    """The call-back deadline has passed: note when, so that lists and reports show it (D2-17)."""
    application = await _locked(application_id, unit)
    for row in application.running():
        if row.kind is DeadlineKind.CALL_BACK and row.standing(unit.now) is Standing.OVERDUE:
            row.escalated_at = unit.now


async def release_returned(application_id: UUID, unit: Unit) -> None:
    """A service that returned a family no longer sees it."""
    application = await _locked(application_id, unit)
    if application.state is ApplicationState.RETURNED:
        application.serving_organisation_id = None
        await serve_tokens(application.id, None, unit)


async def note_health_consent(application_id: UUID, consent_id: UUID, stands: bool, unit: Unit) -> None:
    """A written consent for the purpose health was recorded or withdrawn; it acts at once."""
    (await _locked(application_id, unit)).note_health_consent(consent_id, stands)


async def note_appointment(application_id: UUID, appointment_id: UUID, starts_at: datetime | None, unit: Unit) -> None:
    """The first appointment was booked, or (None) an appointment was cancelled without another one."""
    application = await _locked(application_id, unit)
    if starts_at is None:
        application.unbooked(appointment_id)
    else:
        application.booked(appointment_id, starts_at, unit.now)


async def recompute_running(application: Application, region: Region, terms: Terms, unit: Unit) -> None:
    """Compute the running deadlines of an application again, by the calendar as it is now (ARCHITECTURE §6)."""
    await recompute_all(application, region, terms, "calendar", unit)


async def recompute_all(application: Application, region: Region, terms: Terms, reason: str, unit: Unit) -> None:
    """Every running deadline again, and the day by which the protocol follows (D2-08)."""
    for row in application.running():
        await recompute(application, row, region, terms, reason, unit)
    if application.protocol_due_at and terms.protocol:
        application.expect_protocol(computed(terms.protocol, application.submitted_at, region, application.territory))


async def recompute(
    application: Application, row: Deadline, region: Region, terms: Terms, reason: str, unit: Unit
) -> None:
    """Compute one running deadline again; what it was before is kept with the reason."""
    before, explained = row.due_at, row.explanation
    found = computed(getattr(terms, row.kind), row.started_at, region, application.territory)
    if not application.move_deadline(row, found, unit.now):
        return
    change = DeadlineChange(
        id=unit.new_id(),
        application_id=application.id,
        kind=row.kind,
        changed_at=unit.now,
        due_before=before,
        due_after=row.due_at,
        explanation_before=explained,
        reason=reason,
    )
    unit.session.add(change)
    if row.kind is DeadlineKind.CALL_BACK:
        await unit.timers.set(CALL_BACK_DUE, application.id, row.due_at)


async def _locked(application_id: UUID, unit: Unit) -> Application:
    found = await unit.session.get(Application, application_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise not_found()
    return found
