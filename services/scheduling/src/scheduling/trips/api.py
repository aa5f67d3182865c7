"""The HTTP door of plans, trips and visits."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query
from pydantic import AwareDatetime

from scheduling.spans import Day
from scheduling.trips import cancellation, plans, queries, trip_commands
from scheduling.trips.model import Plan, PlanState, VisitState
from scheduling.trips.plan_card import PlanCard, plan_card
from scheduling.trips.queries import FamilyInvitation, PlanLine, TripCard, VisitCard
from scheduling.trips.search import SearchPlan, search_plan
from scheduling.trips.trip import Trip, TripState
from scheduling.trips.why import Why, why

api = Router(tags=["trips"])


@api.post("/plans", permission="plan:make", status_code=201)
async def make(command: plans.MakePlan, unit: UnitDep) -> PlanCard:
    """Plan a month of an organisation."""
    return await plan_card(await plans.make_plan(command, unit), unit)


@api.get("/plans", permission="plan:read")
async def list_plans(
    unit: UnitDep,
    query: PageQueryDep,
    month: Annotated[Day | None, Query(description="any day of it")] = None,
    state: Annotated[PlanState | None, Query()] = None,
) -> Page[PlanLine]:
    """The plans of the caller's organisations or territories, the latest month first."""
    return await queries.plans(unit, query, month=month, state=state)


@api.get("/plans/{plan_id}", permission="plan:read")
async def plan(plan_id: UUID, unit: UnitDep) -> PlanCard:
    """A plan: visits, what found no place and why, kilometres, quota per child."""
    return await plan_card(await unit.get(Plan, plan_id, "plan:read"), unit)


@api.post("/plans/{plan_id}/search", permission="plan:search", status_code=202)
async def search(plan_id: UUID, command: SearchPlan, unit: UnitDep) -> PlanCard:
    """Search for a better plan in the background; ``search`` of the plan shows the progress."""
    return await plan_card(await search_plan(plan_id, command, unit), unit)


@api.get("/plans/{plan_id}/visits/{visit_id}/why", permission="plan:read")
async def why_there(plan_id: UUID, visit_id: UUID, unit: UnitDep) -> Why:
    """Why a visit is where it is, or what would give it a place."""
    return await why(plan_id, visit_id, unit)


@api.post("/plans/{plan_id}/accept", permission="plan:accept")
async def accept(plan_id: UUID, unit: UnitDep) -> PlanCard:
    """Agree with a plan; refused when it breaks a rule or the calendar has changed."""
    return await plan_card(await plans.accept_plan(plan_id, unit), unit)


@api.post("/plans/{plan_id}/publish", permission="plan:publish")
async def publish(plan_id: UUID, unit: UnitDep) -> PlanCard:
    """Put the plan into everybody's calendar."""
    return await plan_card(await plans.publish_plan(plan_id, unit), unit)


@api.post("/trips", permission="trip:plan", status_code=201)
async def plan_trip(command: trip_commands.PlanTrip, unit: UnitDep) -> TripCard:
    """Plan a brigade's day at a point."""
    return await queries.trip_card(await trip_commands.plan_trip(command, unit), unit)


@api.get("/trips", permission="trip:read")
async def trips(
    unit: UnitDep,
    query: PageQueryDep,
    since: Annotated[date | None, Query()] = None,
    until: Annotated[date | None, Query()] = None,
    state: Annotated[TripState | None, Query()] = None,
) -> Page[TripCard]:
    """Trips by day."""
    return await queries.trips(unit, query, since=since, until=until, state=state)


@api.get("/trips/{trip_id}", permission="trip:read")
async def trip(trip_id: UUID, unit: UnitDep) -> TripCard:
    """A trip; the host sees counts, not families."""
    return await queries.trip_card(await unit.get(Trip, trip_id, "trip:read"), unit)


@api.post("/trips/{trip_id}/confirm", permission="trip:confirm")
async def confirm(trip_id: UUID, unit: UnitDep) -> TripCard:
    """The host confirms the day."""
    return await queries.trip_card(await trip_commands.confirm_trip(trip_id, unit), unit)


@api.post("/trips/{trip_id}/publish", permission="trip:publish")
async def publish_trip(trip_id: UUID, unit: UnitDep) -> TripCard:
    """Book everybody and invite the families."""
    return await queries.trip_card(await trip_commands.publish_trip(trip_id, unit), unit)


@api.post("/trips/{trip_id}/cancel", permission="trip:cancel")
async def cancel_trip(trip_id: UUID, command: cancellation.CancelTrip, unit: UnitDep) -> TripCard:
    """The brigade does not come, or the host cannot take it in; invited families are told."""
    return await queries.trip_card(await cancellation.cancel_trip(trip_id, command, unit), unit)


@api.get("/invitations", permission="visit:read")
async def invitations(
    unit: UnitDep,
    query: PageQueryDep,
    child_id: Annotated[UUID | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
) -> Page[FamilyInvitation]:
    """When families are expected at points; a family sees its own."""
    return await queries.invitations(unit, query, child_id=child_id, since=since)


@api.get("/visits", permission="visit:read")
async def visits(
    unit: UnitDep,
    query: PageQueryDep,
    child_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[VisitState | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
) -> Page[VisitCard]:
    """Visits and remote sessions the caller may see."""
    return await queries.visits(unit, query, child_id=child_id, state=state, since=since)
