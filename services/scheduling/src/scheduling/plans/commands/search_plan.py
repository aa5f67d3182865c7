"""Searching for a better plan than the first one: asked for by the head, worked off by the worker (`searching`)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from scheduling import planner
from scheduling.planner import Plan as Answer
from scheduling.planner.score import score
from scheduling.plans.commands.make_plan import held_sessions
from scheduling.plans.errors import plan_settled
from scheduling.plans.model import UNFINISHED, Plan, PlanSearch, PlanState, SearchState
from scheduling.plans.queries.month_problem import build_month
from scheduling.roster import roster

log = structlog.get_logger(__name__)


class SearchPlan(BaseModel):
    """How long to search, in seconds of one core; the pack's time where none is given. ``seed`` varies the search."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"seconds": 120}]})

    seconds: int | None = Field(None, ge=1, le=600)
    seed: int = Field(1, ge=0, le=2**31 - 1)


async def search_plan(plan_id: UUID, command: SearchPlan, unit: Unit) -> Plan:
    """Queue a search for a better answer; while one is under way, asking again changes nothing.

    Raises `DomainError`: ``plan_settled`` (409) for an accepted plan.
    """
    plan = await unit.get(Plan, plan_id, "plan:search", under=True)
    if plan.state is not PlanState.MADE:
        raise plan_settled()
    last = await last_search(plan.id, unit)
    if last is not None and last.state in UNFINISHED:
        return plan
    before = score(plan.problem, plan.answer)
    unit.session.add(
        PlanSearch(
            id=unit.new_id(),
            plan_id=plan.id,
            seconds=command.seconds or roster(unit.packs, plan.region).pack.visits.search_seconds,
            seed=command.seed,
            asked_at=unit.now,
            asked_by=unit.actor.id,
            km_before=before.km,
            unplaced_before=len(plan.answer.unplaced),
        )
    )
    await unit.session.flush()
    return plan


async def last_search(plan_id: UUID, unit: Unit) -> PlanSearch | None:
    """The latest search of a plan."""
    mine = select(PlanSearch).where(PlanSearch.plan_id == plan_id).order_by(PlanSearch.asked_at.desc())
    return await unit.session.scalar(mine.limit(1))


async def conclude_search(search_id: UUID, answer: Answer, unit: Unit) -> None:
    """Put the better of both answers into the plan, unless it was settled or its calendar has changed meanwhile."""
    search = await unit.session.get_one(PlanSearch, search_id, with_for_update=True)
    plan = await unit.session.get_one(Plan, search.plan_id, with_for_update=True)
    if plan.state is not PlanState.MADE or plan.version != search.plan_version:
        search.end(SearchState.OVERTAKEN, unit.now)
        return
    if planner.check(plan.problem, answer):
        log.error("the search broke a rule", search=str(search.id))
        search.end(SearchState.FAILED, unit.now)
        return
    month = await build_month(unit, plan.id, plan.region, plan.organisation_id, plan.month, plan.made_at)
    if month.digest != plan.digest:
        search.end(SearchState.OUTDATED, unit.now)
        return
    after = score(plan.problem, answer)
    search.km_after, search.unplaced_after = after.km, len(answer.unplaced)
    if after.total < score(plan.problem, plan.answer).total:
        answer = answer.model_copy(update={"estimated": True})
        plan.improve(answer, held_sessions(unit, plan.region, plan.organisation_id, month, answer))
    search.end(SearchState.DONE, unit.now)


class SearchView(BaseModel):
    """The latest search of a plan. ``seconds``: its time on one core; ``progress`` from 0 to 1."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: SearchState
    seconds: int
    progress: float
    asked_at: datetime
    finished_at: datetime | None
    km_before: float
    km_after: float | None
    unplaced_before: int
    unplaced_after: int | None
