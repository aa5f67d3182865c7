"""Making, accepting and publishing the plan of a month."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, Kind, forbidden
from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import func, select

from scheduling import planner
from scheduling.planner import Plan as Answer
from scheduling.planner import Problem
from scheduling.plans.commands.publish_plan import put_into_calendars
from scheduling.plans.errors import calendar_changed
from scheduling.plans.model import Plan, PlanState
from scheduling.plans.month import Month
from scheduling.plans.placements import PlacedSession
from scheduling.plans.queries.month_problem import build_month
from scheduling.plans.remote import Diary
from scheduling.roster import roster
from scheduling.spans import Day, Span, moment_at, month_of, whole_day
from scheduling.trips.model import Trip, TripState


def _month(value: object) -> object:
    return f"{value}-01" if isinstance(value, str) and len(value) == len("2026-03") else value


class MakePlan(BaseModel):
    """A month to plan, as ``2026-03`` or any day of it. ``seed`` makes a searched plan repeatable."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "organisation_id": "93c3f40e-ff61-50d5-af4c-4d780a40fdb7",
                    "region": "smolensk",
                    "month": "2026-03",
                }
            ]
        },
    )

    id: UUID | None = None
    organisation_id: UUID
    region: Code
    month: Annotated[Day, BeforeValidator(_month)]
    seed: int = Field(1, ge=0)


async def make_plan(command: MakePlan, unit: Unit) -> Plan:
    """Build the problem from demand, brigades, absences and bookings, and answer it at once, greedily; a better plan is
    searched for on request (`search`). The same id again changes nothing.

    Raises `DomainError`: 403 for another's organisation, ``month_over`` when no working day is left.
    """
    if command.id and (known := await unit.find(Plan, command.id, "plan:make", under=True)):
        return known
    if command.organisation_id not in unit.actor.organisation_ids:
        raise forbidden()
    roster(unit.packs, command.region)
    id, month = command.id or unit.new_id(), month_of(command.month)[0]
    found = await build_month(unit, id, command.region, command.organisation_id, month, unit.now)
    if not found.problem.days:
        raise DomainError(
            "month_over",
            Kind.INVALID,
            ru="В этом месяце не осталось рабочих дней.",
            en="No working day is left in this month.",
            field="month",
        )
    answer = await _answered(found.problem, command.seed)
    plan = Plan(
        id=id,
        region=command.region,
        organisation_id=command.organisation_id,
        month=month,
        state=PlanState.MADE,
        seed=command.seed,
        digest=found.digest,
        problem=found.problem,
        answer=answer,
        drafts=tuple(found.drafts),
        sessions=held_sessions(unit, command.region, command.organisation_id, found, answer),
        made_at=unit.now,
        made_by=unit.actor.id,
    )
    plan.made()
    unit.session.add(plan)
    return plan


async def accept_plan(plan_id: UUID, unit: Unit) -> Plan:
    """Agree with a plan that breaks no rule, while the calendar is still the one it was made for.

    Raises `DomainError`: ``plan_invalid`` (names every violation), ``calendar_changed``.
    """
    plan = await unit.get(Plan, plan_id, "plan:accept", under=True)
    if plan.state is not PlanState.MADE:
        return plan
    refuse_violations(plan)
    await _unchanged(plan, unit)
    plan.accept()
    return plan


async def publish_plan(plan_id: UUID, unit: Unit) -> Plan:
    """Book everybody and tell the families; all or nothing. Publishing twice changes nothing."""
    plan = await unit.get(Plan, plan_id, "plan:publish", under=True)
    if plan.state is PlanState.PUBLISHED:
        return plan
    if plan.state is PlanState.ACCEPTED:
        refuse_violations(plan)
        await _unchanged(plan, unit)
    plan.publish(trips=await _trips(plan, unit))
    await put_into_calendars(plan, unit)
    return plan


def refuse_violations(plan: Plan) -> None:
    """The oracle's word, without solver code: 409 ``plan_invalid`` with every broken rule by name."""
    violations = planner.check(plan.problem, plan.answer)
    if violations:
        raise DomainError(
            "plan_invalid",
            Kind.CONFLICT,
            ru="План нарушает правила: " + "; ".join(sorted({one.text for one in violations})[:5]),
            en="The plan breaks rules: " + "; ".join(sorted({one.text_en for one in violations})[:5]),
            violations=[{"rule": one.rule, "visits": list(one.visits), "text": one.text} for one in violations],
        )


async def _unchanged(plan: Plan, unit: Unit) -> None:
    now = await build_month(unit, plan.id, plan.region, plan.organisation_id, plan.month, plan.made_at)
    if now.digest != plan.digest:
        raise calendar_changed()


async def _answered(problem: Problem, seed: int) -> Answer:
    """In a thread: the event loop serves others meanwhile. The table came from great circles, so it is an estimate."""
    try:
        answer = await asyncio.to_thread(planner.solve, problem, seed=seed)
    except planner.ProblemError as error:
        raise DomainError(
            "problem_faulty",
            Kind.CONFLICT,
            ru="План составить нельзя: " + "; ".join(fault.text for fault in error.faults[:5]),
            en="The month cannot be planned: " + "; ".join(fault.text_en for fault in error.faults[:5]),
        ) from error
    return answer.model_copy(update={"estimated": True, "seed": seed})


def held_sessions(
    unit: Unit, region_code: str, organisation_id: UUID, month: Month, answer: Answer
) -> tuple[PlacedSession, ...]:
    """Remote sessions fill what routes, bookings and absences leave free; those placed."""
    team, region = roster(unit.packs, region_code), unit.regions[region_code]
    taken = {id: list(spans) for id, spans in month.taken.items()}
    for id, days in month.away.items():
        taken.setdefault(id, []).extend(whole_day(day, region.zone) for day in sorted(days))
    for resource, span in _on_the_road(month, answer, region.zone):
        taken.setdefault(resource, []).append(span)
    people = {id: (one.skills, one.hours) for id, one in team.specialists_of(organisation_id).items()}
    placed, _ = Diary(people, region.calendar, region.zone, taken).place(month.wishes)
    return tuple(
        PlacedSession(
            visit_id=one.visit_id,
            specialist_id=one.specialist_id,
            starts_at=one.span.starts_at,
            ends_at=one.span.ends_at,
        )
        for one in placed
    )


def _on_the_road(month: Month, answer: Answer, zone: ZoneInfo) -> Iterator[tuple[UUID, Span]]:
    """Crews while they are away, and children while they are visited."""
    drafts = {str(draft.visit_id): draft for draft in month.drafts}
    for route in answer.routes:
        for person in route.crew:
            yield UUID(person), Span(moment_at(route.day, route.leave, zone), moment_at(route.day, route.back, zone))
        for stop in route.stops:
            start = moment_at(route.day, stop.start, zone)
            yield drafts[stop.visit].child_id, Span(start, start + timedelta(minutes=drafts[stop.visit].minutes))


async def _trips(plan: Plan, unit: Unit) -> int:
    first, last = month_of(plan.month)
    query = select(func.count()).where(
        Trip.organisation_id == plan.organisation_id,
        Trip.day.between(first, last),
        Trip.state.in_([TripState.PUBLISHED, TripState.PERFORMED]),
    )
    return await unit.session.scalar(query) or 0
