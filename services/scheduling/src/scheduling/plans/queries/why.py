"""Why a visit of a plan is where it is, and what would give an unplaced one a place; confirmed by the oracle."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import DeliveryMode
from pydantic import BaseModel

from scheduling.planner.explain import Explanation, Place, Relaxation, explain
from scheduling.planner.words import in_words
from scheduling.plans.model import Plan
from scheduling.titles import Titles, titles

REMOTE = "Занятие проходит дистанционно: дорога не нужна, решает свободное время специалиста и семьи."


class Stage(BaseModel):
    """How many brigade-days are left when one more rule is asked."""

    rule: str
    left: int


class Spot(BaseModel):
    """A brigade's day, and the kilometres (with prices) the visit adds there."""

    brigade_id: UUID
    brigade_title: str | None
    day: date
    price: float


class Way(BaseModel):
    """One rule given up, and the place this opens. ``start``: minute of the day; ``detail``: of a swap, the visit."""

    rule: str
    brigade_id: UUID
    brigade_title: str | None
    day: date
    start: int
    detail: str


class Why(BaseModel):
    """``text``: the whole of it in sentences. ``ways`` is empty for a placed visit, ``place`` for one without."""

    visit_id: UUID
    text: list[str]
    funnel: list[Stage] = []
    reason: str | None = None
    ways: list[Way] = []
    place: Spot | None = None
    runner_up: Spot | None = None


async def why(plan_id: UUID, visit_id: UUID, unit: Unit) -> Why:
    """The planner's word on one visit of a plan; 404 where the plan has no such visit."""
    plan = await unit.get(Plan, plan_id, "plan:read")
    draft = plan.drafts_by_visit.get(visit_id)
    if draft is None:
        raise not_found()
    if draft.mode is DeliveryMode.REMOTE:
        return Why(visit_id=visit_id, text=[REMOTE], reason=plan.unplaced.get(visit_id))
    # in a thread: a month of a thousand visits takes a while
    found = await asyncio.to_thread(explain, plan.problem, plan.answer, str(visit_id))
    return _why(visit_id, found, titles(unit.regions, unit.packs, plan.region))


def _why(visit_id: UUID, found: Explanation, called: Titles) -> Why:
    brigades = called.roster.brigades
    names = {str(id): f"бригада «{one.title}»" for id, one in brigades.items()} | {str(visit_id): ""}
    return Why(
        visit_id=visit_id,
        text=list(in_words(found, names)),
        funnel=[Stage(rule=stage.rule, left=stage.left) for stage in found.funnel],
        reason=found.reason,
        ways=[_way(one, called) for one in found.relaxations],
        place=_spot(found.place, called),
        runner_up=_spot(found.runner_up, called),
    )


def _way(found: Relaxation, called: Titles) -> Way:
    brigade_id = UUID(found.brigade)
    return Way(
        rule=found.rule,
        brigade_id=brigade_id,
        brigade_title=called.brigade(brigade_id),
        day=found.day,
        start=found.start,
        detail=found.detail,
    )


def _spot(place: Place | None, called: Titles) -> Spot | None:
    if place is None:
        return None
    brigade_id = UUID(place.brigade)
    return Spot(brigade_id=brigade_id, brigade_title=called.brigade(brigade_id), day=place.day, price=place.price)
