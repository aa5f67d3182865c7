"""Months without a published plan, for the head."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import select
from workdays import overdue

from scheduling.plans.model import Plan, PlanState
from scheduling.roster import Roster, rosters
from scheduling.spans import local_day, moment_at, month_of
from scheduling.visits.model import Demand

ACTIONS = {
    "plan_to_make": "makeMonthPlan",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> list[WorkItem]:
    """The following month of every organisation whose plan is not published."""
    if Role.HEAD not in unit.actor.roles:
        return []
    found = []
    for team in rosters(unit.packs):
        today = local_day(unit.now, unit.regions[team.region].zone)
        following = month_of(today)[1] + timedelta(days=1)
        for organisation_id in await _unplanned(team.region, following, unit):
            found.append(_month_item(team, organisation_id, following, today, unit))
    return found


async def _unplanned(region: str, month: date, unit: Unit) -> set[UUID]:
    """The actor's organisations with demand in the month and no published plan for it."""
    first, last = month_of(month)
    demand = select(Demand.organisation_id).where(
        Demand.region == region, Demand.starts_on <= last, Demand.ends_on >= first
    )
    planned = select(Plan.organisation_id).where(
        Plan.region == region, Plan.month == first, Plan.state == PlanState.PUBLISHED
    )
    wanted = set(await unit.session.scalars(demand)) - set(await unit.session.scalars(planned))
    return wanted & unit.actor.organisation_ids


def _month_item(team: Roster, organisation_id: UUID, month: date, today: date, unit: Unit) -> WorkItem:
    due_on = today.replace(day=team.pack.plan_made_by_day)
    due_at = moment_at(due_on + timedelta(days=1), 0, unit.regions[team.region].zone)
    return WorkItem(
        id=f"plan/{organisation_id}/{month:%Y-%m}",
        service="scheduling",
        kind="plan_to_make",
        step=RouteStep.MONTH_PLAN,
        group=organisation_id,
        subject_id=organisation_id,
        title=f"Составить план на {month:%m.%Y}",
        region=team.region,
        organisation_id=organisation_id,
        created_at=moment_at(today.replace(day=1), 0, unit.regions[team.region].zone),
        due_at=due_at,
        standing=overdue(due_at, None, unit.now),
        explanation=f"План следующего месяца составляют до {team.pack.plan_made_by_day} числа включительно.",
        url="/scheduling/plans",
    )
