"""The HTTP door of plans."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from scheduling.plans.commands import search_plan as searches
from scheduling.plans.commands.make_plan import MakePlan, accept_plan, make_plan, publish_plan
from scheduling.plans.commands.search_plan import SearchPlan
from scheduling.plans.model import Plan
from scheduling.plans.queries import plans
from scheduling.plans.queries.plan_card import PlanCard, plan_card
from scheduling.plans.queries.plans import PlanFilter, PlanLine
from scheduling.plans.queries.why import Why, why

router = Router(tags=["trips"])


@router.post("/plans", permission="plan:make", status_code=201)
async def make_month_plan(command: MakePlan, unit: UnitDep) -> PlanCard:
    """Plan a month of an organisation."""
    return await plan_card(await make_plan(command, unit), unit)


@router.get("/plans", permission="plan:read", sort=plans.ORDER)
async def list_plans(wanted: Annotated[PlanFilter, Query()], query: PageQueryDep, unit: UnitDep) -> Page[PlanLine]:
    """The plans of the caller's organisations or territories, the latest month first."""
    return await plans.plans(wanted, query, unit)


@router.get("/plans/{plan_id}", permission="plan:read")
async def get_plan(plan_id: UUID, unit: UnitDep) -> PlanCard:
    """A plan: visits, what found no place and why, kilometres, quota per child."""
    return await plan_card(await unit.get(Plan, plan_id, "plan:read"), unit)


@router.post("/plans/{plan_id}/search", permission="plan:search", status_code=202)
async def search_plan(plan_id: UUID, command: SearchPlan, unit: UnitDep) -> PlanCard:
    """Search for a better plan in the background; ``search`` of the plan shows the progress."""
    return await plan_card(await searches.search_plan(plan_id, command, unit), unit)


@router.get("/plans/{plan_id}/visits/{visit_id}/why", permission="plan:read")
async def explain_visit(plan_id: UUID, visit_id: UUID, unit: UnitDep) -> Why:
    """Why a visit is where it is, or what would give it a place."""
    return await why(plan_id, visit_id, unit)


@router.post("/plans/{plan_id}/accept", permission="plan:accept")
async def accept_month_plan(plan_id: UUID, unit: UnitDep) -> PlanCard:
    """Agree with a plan; refused when it breaks a rule or the calendar has changed."""
    return await plan_card(await accept_plan(plan_id, unit), unit)


@router.post("/plans/{plan_id}/publish", permission="plan:publish")
async def publish_month_plan(plan_id: UUID, unit: UnitDep) -> PlanCard:
    """Put the plan into everybody's calendar."""
    return await plan_card(await publish_plan(plan_id, unit), unit)
