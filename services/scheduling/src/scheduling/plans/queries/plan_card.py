"""A plan as people see it: visits, what found no place and why, kilometres, quota per child."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import DeliveryMode, Purpose, ServiceGroup
from contracts.scheduling import PlannedService
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.planner import Plan as Answer
from scheduling.planner import Problem
from scheduling.planner.travel import TravelTimes
from scheduling.plans.commands.search_plan import SearchView, last_search
from scheduling.plans.model import Plan, PlanState
from scheduling.plans.month import Draft
from scheduling.spans import Span
from scheduling.titles import SpecialistTitle, Titles, titles
from scheduling.visits.demand import Task
from scheduling.visits.model import Demand, Visit, VisitState

REASONS = {
    "place": "до места нельзя рассчитать путь",
    "brigades": "нет подходящей бригады",
    "skills": "ни у кого нет нужной специальности",
    "days": "нет подходящих дней",
    "absences": "специалисты отсутствуют",
    "window": "нет времени, удобного семье",
    "reach": "не успеть доехать в рабочий день",
    "room": "в оставшиеся дни нет места",
    "freeze": "мешают закреплённые визиты",
    "pair": "не удалось согласовать парный визит",
    "specialists": "нет свободного специалиста",
}


class PlanVisit(BaseModel):
    """A placed visit or remote session."""

    visit_id: UUID
    child_id: UUID
    programme_id: UUID
    mode: DeliveryMode
    brigade_id: UUID | None
    brigade_title: str | None
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]
    starts_at: datetime
    ends_at: datetime
    services: list[PlannedService]
    place_estimated: bool


class NotPlaced(BaseModel):
    """A visit or session without a place, and the rule that stood in the way."""

    visit_id: UUID
    child_id: UUID
    reason: str
    text: str


class ChildQuota(BaseModel):
    """A child's minimum of one group in the term, and how much of it the calendar would bring (D4-07)."""

    child_id: UUID
    group: ServiceGroup
    minimum: int
    standing: int
    planned: int

    @property
    def short(self) -> int:
        return max(0, self.minimum - self.standing - self.planned)


class PlanCard(BaseModel):
    """A plan of a month. ``km`` is an estimate by great circles. ``search``: the latest one for a better plan."""

    id: UUID
    version: int
    region: str
    organisation_id: UUID
    month: date
    state: PlanState
    solver: str
    seed: int
    made_at: datetime
    km: float
    estimated: bool
    visits: list[PlanVisit]
    unplaced: list[NotPlaced]
    quota: list[ChildQuota]
    search: SearchView | None


async def plan_card(plan: Plan, unit: Unit) -> PlanCard:
    """The plan with its quota per child; every child shown is recorded."""
    visits = _visits(plan, unit)
    left = _left(plan)
    quota = await _quota(visits, plan.drafts, unit)
    children = {one.child_id for one in visits} | {one.child_id for one in left}
    shown = [(child, None) for child in sorted(children)]
    await unit.audit.listed("plan", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    search = await last_search(plan.id, unit)
    return PlanCard(
        id=plan.id,
        version=plan.version,
        region=plan.region,
        organisation_id=plan.organisation_id,
        month=plan.month,
        state=plan.state,
        solver=plan.answer.solver,
        seed=plan.seed,
        made_at=plan.made_at,
        km=kilometres(plan.problem, plan.answer),
        estimated=plan.answer.estimated,
        visits=sorted(visits, key=lambda one: (one.starts_at, one.visit_id)),
        unplaced=left,
        quota=quota,
        search=SearchView.model_validate(search) if search else None,
    )


def kilometres(problem: Problem, answer: Answer) -> float:
    """What the vehicles drive in the month."""
    travel, places = TravelTimes(problem), {visit.id: visit.place for visit in problem.visits}
    stops = (
        [route.start_place, *(places[stop.visit] for stop in route.stops), route.end_place] for route in answer.routes
    )
    return round(sum(travel.km(one, other) for way in stops for one, other in pairwise(way)), 1)


def _visits(plan: Plan, unit: Unit) -> list[PlanVisit]:
    """The placed home visits and remote sessions."""
    called = titles(unit.regions, unit.packs, plan.region)
    drafts = plan.drafts_by_visit
    home = [
        _plan_visit(one.draft, one.brigade_id, one.crew, Span(one.starts_at, one.ends_at), called)
        for one in plan.home_visits(called.region.zone)
    ]
    remote = [
        _plan_visit(drafts[one.visit_id], None, [one.specialist_id], Span(one.starts_at, one.ends_at), called)
        for one in plan.sessions
    ]
    return home + remote


def _plan_visit(draft: Draft, brigade_id: UUID | None, people: list[UUID], span: Span, called: Titles) -> PlanVisit:
    return PlanVisit(
        visit_id=draft.visit_id,
        child_id=draft.child_id,
        programme_id=draft.programme_id,
        mode=draft.mode,
        brigade_id=brigade_id,
        brigade_title=called.brigade(brigade_id),
        specialist_ids=people,
        specialists=called.specialists(people),
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        services=[_service(task) for task in draft.tasks],
        place_estimated=draft.place_estimated,
    )


def _service(task: Task) -> PlannedService:
    return PlannedService(line_id=task.line_id, service_code=task.service_code, group=task.group, minutes=task.minutes)


def _left(plan: Plan) -> list[NotPlaced]:
    drafts = plan.drafts_by_visit
    return [
        NotPlaced(visit_id=id, child_id=drafts[id].child_id, reason=reason, text=REASONS.get(reason, reason))
        for id, reason in plan.unplaced.items()
    ]


async def _quota(visits: Iterable[PlanVisit], drafts: Iterable[Draft], unit: Unit) -> list[ChildQuota]:
    programmes = {draft.programme_id for draft in drafts}
    placed, counted = list(visits), {one.visit_id for one in visits}
    old = await unit.session.scalars(select(Visit).where(Visit.programme_id.in_(programmes)))
    standing = [visit for visit in old if visit.id not in counted]
    found = []
    for demand in await unit.session.scalars(select(Demand).where(Demand.programme_id.in_(programmes))):
        for group, minimum in demand.quota.items():
            found.append(_child_quota(demand, group, minimum, standing, placed))
    return sorted(found, key=lambda one: (one.child_id, one.group))


def _child_quota(
    demand: Demand, group: ServiceGroup, minimum: int, standing: Iterable[Visit], placed: Iterable[PlanVisit]
) -> ChildQuota:
    mine = [visit for visit in standing if visit.programme_id == demand.programme_id]
    done = [one.group for v in mine if v.state is VisitState.REPORTED for one in v.performed]
    ahead = [one.group for v in mine if v.state is VisitState.SCHEDULED for one in v.tasks]
    new = [one.group for v in placed if v.programme_id == demand.programme_id for one in v.services]
    return ChildQuota(
        child_id=demand.child_id,
        group=group,
        minimum=minimum,
        standing=(done + ahead).count(group),
        planned=new.count(group),
    )
