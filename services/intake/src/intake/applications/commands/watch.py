"""What happens to applications by time and by facts from elsewhere; done by the worker."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from uuid import UUID

from chassis.errors import not_found
from chassis.regions import Region
from chassis.unit import Unit
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column
from workdays import Standing

from intake.applications.commands.submit import CALL_BACK_DUE
from intake.applications.deadlines import Deadline, DeadlineChange, DeadlineKind, computed
from intake.applications.model import Application
from intake.applications.pack import IntakePack, Terms
from intake.applications.states import CLOSED_UNSERVED, State
from intake.applications.tokens import serve_tokens
from intake.tables import Base

BATCH = 200


class CalendarPrint(Base):
    """The calendar and terms a region's deadlines were last computed with."""

    __tablename__ = "calendar_prints"

    region: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    computed_at: Mapped[datetime]


async def escalate_call_back(application_id: UUID, unit: Unit) -> None:
    """The call-back deadline has passed: note when, so that lists and reports show it (D2-17)."""
    application = await _locked(application_id, unit)
    for row in application.running():
        if row.kind is DeadlineKind.CALL_BACK and row.standing(unit.now) is Standing.OVERDUE:
            row.escalated_at = unit.now


async def release_returned(application_id: UUID, unit: Unit) -> None:
    """A service that returned a family no longer sees it."""
    application = await _locked(application_id, unit)
    if application.state is State.RETURNED:
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


async def calendar_changed(region: Region, pack: IntakePack, unit: Unit) -> bool:
    """Whether the region's calendar or terms differ from those its deadlines were computed with."""
    known = await unit.session.get(CalendarPrint, region.code)
    return known is None or known.fingerprint != fingerprint(region, pack.terms)


async def calendar_applied(region: Region, pack: IntakePack, unit: Unit) -> None:
    """Every deadline of the region now follows this calendar."""
    row = CalendarPrint(region=region.code, fingerprint=fingerprint(region, pack.terms), computed_at=unit.now)
    await unit.session.merge(row)


async def recompute_deadlines(region: Region, pack: IntakePack, after: UUID | None, unit: Unit) -> UUID | None:
    """Compute the running deadlines of the next applications again, by the calendar as it is now (ARCHITECTURE §6).

    Returns the last application looked at, to go on from; None when there are no more.
    """
    statement = (
        select(Application)
        .where(Application.region == region.code, Application.state.not_in(CLOSED_UNSERVED))
        .order_by(Application.id)
        .limit(BATCH)
        .with_for_update()
    )
    page = (await unit.session.scalars(statement if after is None else statement.where(Application.id > after))).all()
    for application in page:
        for row in application.running():
            await recompute(application, row, region, pack.terms, "calendar", unit)
    return page[-1].id if len(page) == BATCH else None


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


def fingerprint(region: Region, terms: Terms) -> str:
    """What the deadlines of a region depend on, in one digest."""
    years = sorted(region.calendar.years.values(), key=lambda year: year.year)
    basis = {
        "years": [[year.year, str(year.decree), str(year.transfers), str(sorted(year.short_days))] for year in years],
        "extra": sorted(str(day) for day in region.calendar_extra),
        "zones": [region.time_zone, *(territory.time_zone for territory in region.territories)],
        "hours": region.office_hours.to_json(),
        "terms": [term.to_json() for term in (terms.call_back, terms.acceptance, terms.first_appointment)],
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()


async def _locked(application_id: UUID, unit: Unit) -> Application:
    found = await unit.session.get(Application, application_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise not_found()
    return found
