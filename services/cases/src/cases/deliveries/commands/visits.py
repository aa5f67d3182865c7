"""What scheduling tells about visits: awaited, postponed, reported, reported otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import VisitOutcome
from contracts.scheduling import VisitPostponed, VisitReported, VisitScheduled
from sqlalchemy import select

from cases.deliveries.commands.entries import cancel, enter
from cases.deliveries.model import AwaitedVisit, Delivery, IllnessPause
from cases.files.model import CaseFile
from cases.programmes.model import Programme
from cases.region import local_day, pack_of


async def await_visit(event: VisitScheduled, unit: Unit) -> None:
    """A visit has a time, its first or a new one. A date inside a pause says the child is expected to be well."""
    file = await _file(event.case_id, unit)
    day = local_day(unit, file.region, event.starts_at)
    visit = await unit.session.get(AwaitedVisit, event.visit_id)
    if visit is None:
        visit = AwaitedVisit(visit_id=event.visit_id, case_id=file.id)
        unit.session.add(visit)
    visit.programme_id, visit.mode, visit.services = event.programme_id, event.mode, event.services
    visit.day, visit.starts_at = day, event.starts_at
    visit.postponed = visit.reported = False
    await _end_pauses_before(day, file.id, unit)


async def _end_pauses_before(day: date, case_id: UUID, unit: Unit) -> None:
    pauses = await unit.session.scalars(
        select(IllnessPause).where(IllnessPause.case_id == case_id, IllnessPause.first <= day, IllnessPause.last >= day)
    )
    for pause in pauses.all():
        if pause.first == day:
            await unit.session.delete(pause)
        else:
            pause.last = day - timedelta(days=1)


async def postpone_visit(event: VisitPostponed, unit: Unit) -> None:
    """A visit lost its date; an illness with a known end pauses the whole month."""
    visit = await unit.session.get(AwaitedVisit, event.visit_id)
    if visit is None:
        raise not_found()
    visit.postponed, visit.reported = True, False
    ill = event.reason is VisitOutcome.CHILD_ILL and event.until is not None
    if ill and event.until is not None and event.until >= visit.day:
        pause = IllnessPause(visit_id=visit.visit_id, case_id=visit.case_id, first=visit.day, last=event.until)
        await unit.session.merge(pause)


async def take_report(event: VisitReported, unit: Unit) -> None:
    """Enter what was done on a visit, once by its id (D4-05); what a later one drops is taken back (T1)."""
    file = await _file(event.case_id, unit)
    programme = await unit.session.get(Programme, event.programme_id)
    if programme is None:
        raise not_found()
    performed = event.outcome is VisitOutcome.PERFORMED
    if visit := await unit.session.get(AwaitedVisit, event.visit_id):
        # nobody was served: the services have lost their date, they have not been given
        visit.reported = performed
        visit.postponed = not performed
    given = _given(event, programme, file, unit) if performed else []
    await cancel(Delivery.visit_id == event.visit_id, file, unit, but=given)
    for delivery in given:
        await enter(delivery, file, unit)


def _given(event: VisitReported, programme: Programme, file: CaseFile, unit: Unit) -> list[Delivery]:
    accounting = pack_of(unit, file.region).programmes[programme.kind].accounting
    return [
        Delivery(
            id=service.delivery_id,
            case_id=file.id,
            child_id=event.child_id,
            programme_id=programme.id,
            line_id=service.line_id,
            visit_id=event.visit_id,
            service=service.service_code,
            group=service.group,
            mode=event.mode,
            accounting=accounting,
            specialist_id=service.specialist_id,
            delivered_on=local_day(unit, file.region, event.performed_at),
            minutes=service.minutes,
        )
        for service in event.services
    ]


async def _file(case_id: UUID, unit: Unit) -> CaseFile:
    file = await unit.session.get(CaseFile, case_id)
    if file is None:
        raise not_found()
    return file
