"""New dates for postponed visits: the nearest three the same brigade or specialist has free in the programme's term."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.identifiers import DeliveryMode
from sqlalchemy import select, update

from scheduling import bookings
from scheduling.appointments.queries.desk import absent
from scheduling.fieldwork.model import NewDate, OfferState
from scheduling.fieldwork.queries.free_days import Gap, gap_on_day
from scheduling.plans.queries.month_problem import working_days
from scheduling.plans.remote import Diary, Wish
from scheduling.resources.model import ChildFacts
from scheduling.roster import roster
from scheduling.spans import Span, local_day, whole_day
from scheduling.visits.model import Demand, Route, Visit, VisitState
from scheduling.visits.taken import route_bookings, visit_bookings

OFFERED = 3
REFRESH = "refresh_offers"


async def offer_new_dates(visit_id: UUID, unit: Unit) -> list[NewDate]:
    """Withdraw the open offers of a visit and, while it is postponed, compute new ones. Runs in the worker."""
    await withdraw(visit_id, unit)
    visit = await unit.session.get(Visit, visit_id)
    if visit is None or visit.state is not VisitState.POSTPONED:
        return []
    found = [one async for one in _gaps(visit, unit)]
    offers = [_offer(visit, one, unit) for one in sorted(found, key=lambda one: one.span)]
    unit.session.add_all(offers)
    return offers


async def withdraw(visit_id: UUID, unit: Unit) -> None:
    """Nobody may take the open offers of a visit any more."""
    query = update(NewDate).where(NewDate.visit_id == visit_id, NewDate.state == OfferState.OPEN)
    await unit.session.execute(query.values(state=OfferState.WITHDRAWN))


async def _gaps(visit: Visit, unit: Unit) -> AsyncIterator[Gap]:
    """The first free times: days that keep the distance to other visits first, any other day only if there are none."""
    apart, close = await _days(visit, unit)
    left = OFFERED
    for day in (*apart, *close):
        if left == 0:
            return
        found = await (gap_on_day(visit, day, unit) if visit.mode is DeliveryMode.HOME else _session(visit, day, unit))
        if found is not None:
            left -= 1
            yield found


async def _days(visit: Visit, unit: Unit) -> tuple[list[date], list[date]]:
    region = unit.regions[visit.region]
    demand = await unit.session.get_one(Demand, visit.programme_id)
    facts = await unit.session.get(ChildFacts, visit.child_id, populate_existing=True)
    paused = facts.paused_until if facts else None
    after = max(local_day(unit.now, region.zone), visit.postponed_until or date.min, paused or date.min)
    days = working_days(max(after + timedelta(days=1), demand.starts_on), demand.ends_on, region.calendar)
    query = select(Visit).where(Visit.child_id == visit.child_id, Visit.state == VisitState.SCHEDULED)
    standing = list(await unit.session.scalars(query))
    span = Span(whole_day(after, region.zone).starts_at, whole_day(max(demand.ends_on, after), region.zone).ends_at)
    busy = {local_day(one.span.starts_at, region.zone) for one in await bookings.held(unit, [visit.child_id], span)}
    free = [day for day in days if day not in busy]
    distance = roster(unit.packs, visit.region).pack.visits.min_gap_days
    same = [one.day for one in standing if one.mode is visit.mode]
    apart = [day for day in free if all(abs((day - other).days) >= distance for other in same)]
    return apart, [day for day in free if day not in apart]


async def _session(visit: Visit, day: date, unit: Unit) -> Gap | None:
    """A free stretch of the same specialist."""
    region, team = unit.regions[visit.region], roster(unit.packs, visit.region)
    people = {id: team.specialists[id] for id in visit.specialist_ids if id in team.specialists}
    taken = await bookings.taken(unit, [*people, visit.child_id], *whole_day(day, region.zone))
    for id, spans in (await absent(unit, people, region.zone)).items():
        taken.setdefault(id, []).extend(spans)
    known = {id: (one.skills, one.hours) for id, one in people.items()}
    minutes = sum(task.minutes for task in visit.tasks)
    wish = Wish(visit.id, visit.child_id, visit.tasks[0].skill, minutes, (day,))
    placed, _ = Diary(known, region.calendar, region.zone, taken).place([wish])
    if not placed:
        return None
    span = placed[0].span
    return Gap(day, span, (placed[0].specialist_id,), None, 0, span.starts_at, span.ends_at)


def _offer(visit: Visit, found: Gap, unit: Unit) -> NewDate:
    return NewDate(
        id=unit.new_id(),
        visit_id=visit.id,
        child_id=visit.child_id,
        region=visit.region,
        organisation_id=visit.organisation_id,
        coordinator_id=visit.coordinator_id,
        state=OfferState.OPEN,
        day=found.day,
        starts_at=found.span.starts_at,
        ends_at=found.span.ends_at,
        specialist_ids=list(found.specialist_ids),
        route_id=found.route_id,
        route_version=found.route_version,
        leaves_at=found.leaves_at,
        back_at=found.back_at,
        computed_at=unit.now,
    )


async def accept_offer(offer_id: UUID, unit: Unit) -> Visit:
    """The visit moves to the offered time under its own id; accepting twice changes nothing (T4).

    Raises `DomainError` 409 ``offer_gone`` when the calendar has changed; new offers are on their way then.
    """
    offer = await unit.get(NewDate, offer_id, "offer:accept", under=True)
    visit = await unit.get(Visit, offer.visit_id, "offer:accept")
    if offer.state is OfferState.ACCEPTED:
        return visit
    if offer.state is not OfferState.OPEN or visit.state is not VisitState.POSTPONED or offer.starts_at <= unit.now:
        raise _gone()
    route = await _route(offer, visit, unit) if visit.mode is DeliveryMode.HOME else None
    visit.route_id = route.id if route else None
    visit.specialist_ids = list(offer.specialist_ids)
    visit.team = sorted({*visit.team, *roster(unit.packs, visit.region).team(offer.specialist_ids)})
    visit.day, visit.starts_at, visit.ends_at = offer.day, offer.starts_at, offer.ends_at
    if await bookings.book(unit, [*(route_bookings(route) if route else ()), *visit_bookings(visit)]):
        raise _gone()
    offer.state = OfferState.ACCEPTED
    await unit.session.flush()
    await withdraw(visit.id, unit)
    visit.schedule()
    # Other families' offers on this route are out of date now; only the worker may see them.
    payload = {"brigade_id": str(visit.brigade_id), "day": offer.day.isoformat(), "child_id": str(visit.child_id)}
    await unit.timers.set(REFRESH, visit.id, unit.now, payload)
    return visit


async def _route(offer: NewDate, visit: Visit, unit: Unit) -> Route:
    """The brigade's route of the day as it becomes; an existing one is locked and gives its bookings back first."""
    assert visit.brigade_id is not None
    assert offer.leaves_at is not None
    assert offer.back_at is not None
    team = roster(unit.packs, visit.region)
    if offer.route_id is None:
        route = Route(
            id=unit.new_id(),
            version=1,
            brigade_id=visit.brigade_id,
            day=offer.day,
            vehicle_id=team.vehicle_id(team.brigades[visit.brigade_id]),
            specialist_ids=list(offer.specialist_ids),
            leaves_at=offer.leaves_at,
            back_at=offer.back_at,
            active=True,
        )
        unit.session.add(route)
        return route
    found = await unit.session.get(Route, offer.route_id, with_for_update=True, populate_existing=True)
    if found is None or not found.active or found.version != offer.route_version:
        raise _gone()
    await bookings.release(unit, [found.id])
    found.version += 1
    found.leaves_at, found.back_at = min(found.leaves_at, offer.leaves_at), max(found.back_at, offer.back_at)
    return found


async def visits_with_spoilt_offers(brigade_id: UUID | None, day: date, child_id: UUID, unit: Unit) -> Sequence[UUID]:
    """Visits whose open offers a change on a brigade's day or of a child may have spoilt."""
    same_child = select(Visit.id).where(Visit.child_id == child_id, Visit.state == VisitState.POSTPONED)
    same_day = select(NewDate.visit_id).where(NewDate.day == day, NewDate.state == OfferState.OPEN)
    same_brigade = select(Visit.id).where(Visit.id.in_(same_day), Visit.brigade_id == brigade_id)
    return list({*(await unit.session.scalars(same_child)), *(await unit.session.scalars(same_brigade))})


def _gone() -> DomainError:
    return DomainError(
        "offer_gone",
        Kind.CONFLICT,
        ru="Это время уже занято. Обновите список: новые даты появятся через минуту.",
        en="This time is taken. Reload the list: new dates will appear within a minute.",
    )
