"""The child is ill: the month pauses, time is given back, new dates are looked for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import VisitOutcome
from sqlalchemy import func, select, update

from scheduling import bookings
from scheduling.fieldwork.commands.offer_new_dates import offer_new_dates
from scheduling.resources.model import ChildFacts
from scheduling.spans import local_day
from scheduling.visits.model import Route, Visit, VisitState


async def pause_child(child_id: UUID, until: date, unit: Unit) -> list[Visit]:
    """Postpone the child's visits up to ``until`` and those the illness was reported at; offer new dates.

    Runs in the worker, which sees the visits of every team. Repeatable: what is postponed stays postponed.
    """
    visits = await _affected(child_id, until, unit)
    routes = {visit.route_id for visit in visits if visit.route_id}
    await bookings.release(unit, [visit.id for visit in visits])
    for visit in visits:
        visit.postpone(VisitOutcome.CHILD_ILL, until)
    statement = update(ChildFacts).where(ChildFacts.child_id == child_id)
    await unit.session.execute(statement.values(paused_until=until))
    await unit.session.flush()
    for route_id in routes:
        await give_back(route_id, unit)
    waiting = select(Visit).where(Visit.child_id == child_id, Visit.state == VisitState.POSTPONED)
    for visit in list(await unit.session.scalars(waiting.order_by(Visit.starts_at, Visit.id))):
        await offer_new_dates(visit.id, unit)
    return visits


async def _affected(child_id: UUID, until: date, unit: Unit) -> list[Visit]:
    query = select(Visit).where(Visit.child_id == child_id).with_for_update()
    found = []
    for visit in await unit.session.scalars(query):
        today = local_day(unit.now, unit.regions[visit.region].zone)
        ahead = visit.state is VisitState.SCHEDULED and today <= visit.day <= until
        # one sync may bring several: the timer is one for a child
        missed = visit.state is VisitState.REPORTED and visit.outcome is VisitOutcome.CHILD_ILL
        if ahead or missed:
            found.append(visit)
    return found


async def give_back(route_id: UUID, unit: Unit) -> None:
    """A route without a visit is not driven: crew and vehicle are free again."""
    route = await unit.session.get_one(Route, route_id, with_for_update=True)
    route.version += 1
    query = select(func.count()).where(Visit.route_id == route_id, Visit.state != VisitState.POSTPONED)
    if not await unit.session.scalar(query):
        route.active = False
        await bookings.release(unit, [route.id])
