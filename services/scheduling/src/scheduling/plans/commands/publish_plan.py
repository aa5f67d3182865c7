"""A plan becomes everybody's calendar: routes, visits, sessions and their bookings, in one statement or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid5

from chassis.work import Unit
from sqlalchemy import select

from scheduling import bookings
from scheduling.planner import Route as PlannedRoute
from scheduling.plans.errors import calendar_changed
from scheduling.plans.model import Plan
from scheduling.plans.month import Draft
from scheduling.resources.model import ChildFacts
from scheduling.roster import roster
from scheduling.spans import Span, local_day, moment_at
from scheduling.visits.model import Demand, Route, Visit, VisitState
from scheduling.visits.taken import route_bookings, visit_bookings


async def put_into_calendars(plan: Plan, unit: Unit) -> None:
    """Write it all down; 409 ``calendar_changed`` names what somebody took meanwhile."""
    work = _Publication(plan, unit)
    await work.read_what_stands()
    routes = work.routes()
    published = [*work.home_visits(routes), *work.remote_sessions()]
    wanted = [one for route in routes.values() for one in route_bookings(route)]
    wanted += [one for visit in published for one in visit_bookings(visit)]
    if lost := await bookings.book(unit, wanted):
        raise calendar_changed(str(one.kind) for one in lost)
    unit.session.add_all(routes.values())
    for visit in published:
        visit.schedule()
        unit.session.add(visit)


class _Publication:
    """One plan being published."""

    def __init__(self, plan: Plan, unit: Unit) -> None:
        self.plan, self.unit = plan, unit
        self.roster, self.zone = roster(unit.packs, plan.region), unit.regions[plan.region].zone
        self.drafts = plan.drafts_by_visit
        self.demands: dict[UUID, Demand] = {}
        self.teams: dict[UUID, list[UUID]] = {}
        self.known: dict[UUID, Visit] = {}

    async def read_what_stands(self) -> None:
        """The demands behind the drafts, the children's teams, and the visits that move."""
        session, drafts = self.unit.session, self.drafts.values()
        programmes = {draft.programme_id for draft in drafts}
        for demand in await session.scalars(select(Demand).where(Demand.programme_id.in_(programmes))):
            self.demands[demand.programme_id] = demand
        children = {draft.child_id for draft in drafts}
        for facts in await session.scalars(select(ChildFacts).where(ChildFacts.child_id.in_(children))):
            self.teams[facts.child_id] = facts.team
        moved = [draft.visit_id for draft in drafts if draft.known]
        query = select(Visit).where(Visit.id.in_(moved), Visit.state == VisitState.POSTPONED).with_for_update()
        self.known = {visit.id: visit for visit in await session.scalars(query)}

    def routes(self) -> dict[UUID, Route]:
        """The brigade-days of the plan, by id."""
        found = (self._route(one) for one in self.plan.answer.routes if one.stops)
        return {route.id: route for route in found}

    def _route(self, planned: PlannedRoute) -> Route:
        brigade_id = UUID(planned.brigade)
        entry = self.roster.brigades[brigade_id]
        return Route(
            id=self._route_id(brigade_id, moment_at(planned.day, planned.leave, self.zone)),
            version=1,
            brigade_id=brigade_id,
            day=planned.day,
            leaves_at=moment_at(planned.day, planned.leave, self.zone),
            back_at=moment_at(planned.day, planned.back, self.zone),
            vehicle_id=self.roster.vehicle_id(entry),
            specialist_ids=[UUID(one) for one in planned.crew],
            active=True,
            lunch_at=None if planned.lunch is None else moment_at(planned.day, planned.lunch, self.zone),
        )

    def _route_id(self, brigade_id: UUID, moment: datetime) -> UUID:
        return uuid5(self.plan.id, f"{brigade_id}/{local_day(moment, self.zone)}")

    def home_visits(self, routes: dict[UUID, Route]) -> Iterator[Visit]:
        """The visits of the routes."""
        for one in self.plan.home_visits(self.zone):
            visit = self._visit(one.draft, Span(one.starts_at, one.ends_at), one.crew)
            visit.brigade_id = one.brigade_id
            visit.route_id = self._route_id(one.brigade_id, one.starts_at)
            assert visit.route_id in routes
            yield visit

    def remote_sessions(self) -> Iterator[Visit]:
        """The sessions without travel."""
        for one in self.plan.sessions:
            yield self._visit(self.drafts[one.visit_id], Span(one.starts_at, one.ends_at), [one.specialist_id])

    def _visit(self, draft: Draft, span: Span, people: list[UUID]) -> Visit:
        visit = self.known.get(draft.visit_id) or self._new(draft)
        visit.plan_id, visit.specialist_ids = self.plan.id, people
        visit.team = sorted({*self.teams.get(draft.child_id, []), *self.roster.team(people)})
        visit.starts_at, visit.ends_at = span
        visit.day = local_day(span.starts_at, self.zone)
        return visit

    def _new(self, draft: Draft) -> Visit:
        demand = self.demands[draft.programme_id]
        return Visit(
            id=draft.visit_id,
            region=self.plan.region,
            territory=demand.territory,
            organisation_id=self.plan.organisation_id,
            case_id=demand.case_id,
            child_id=draft.child_id,
            coordinator_id=demand.coordinator_id,
            programme_id=draft.programme_id,
            mode=draft.mode,
            tasks=draft.tasks,
            place_estimated=draft.place_estimated,
            performed=(),
            changed_at={},
        )
