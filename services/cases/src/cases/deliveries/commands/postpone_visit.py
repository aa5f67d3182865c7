"""A visit lost its date."""

from __future__ import annotations

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import VisitOutcome
from contracts.scheduling import VisitPostponed

from cases.deliveries.model import AwaitedVisit, IllnessPause


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
