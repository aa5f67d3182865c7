"""A visit has a time."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from chassis.work import Unit
from contracts.scheduling import VisitScheduled
from sqlalchemy import select

from cases.deliveries.model import AwaitedVisit, IllnessPause
from cases.files.queries import known_file
from cases.local_time import local_day


async def await_visit(event: VisitScheduled, unit: Unit) -> None:
    """A visit has a time, its first or a new one. A date inside a pause says the child is expected to be well."""
    file = await known_file(event.case_id, unit)
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
