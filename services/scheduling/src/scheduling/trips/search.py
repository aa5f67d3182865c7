"""Searching for a better plan than the first one: asked for by the head, worked off by the worker (`searching`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import structlog
from chassis.errors import DomainError, Kind
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduling import planner
from scheduling.base import Base
from scheduling.planner import Plan as Answer
from scheduling.planner import Problem
from scheduling.planner.score import score
from scheduling.roster import roster
from scheduling.trips.model import Plan, PlanState
from scheduling.trips.plans import answer_of, held_sessions, stops
from scheduling.trips.problem import build

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)
"""A search whose worker has not shown life for so long is begun again by another; compiling takes a part of it."""


class SearchState(StrEnum):
    """Where a search stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    """The better of both answers stands in the plan."""
    OVERTAKEN = "overtaken"
    """The plan was accepted meanwhile; what was found is dropped."""
    OUTDATED = "outdated"
    """The calendar has changed since the plan was made: a new plan is needed."""
    FAILED = "failed"


UNFINISHED = frozenset({SearchState.QUEUED, SearchState.RUNNING})


class PlanSearch(Base):
    """One search. ``progress`` is the share of its time that is over, 0 to 1; kilometres are those of the vehicles."""

    __tablename__ = "plan_searches"
    __table_args__ = (
        Index(
            "ix_plan_searches_unfinished",
            "plan_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    state: Mapped[SearchState] = mapped_column(default=SearchState.QUEUED)
    seconds: Mapped[int]
    seed: Mapped[int]
    progress: Mapped[float] = mapped_column(default=0.0)
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    plan_version: Mapped[int | None]
    """The version the search started from."""
    km_before: Mapped[float]
    unplaced_before: Mapped[int]
    km_after: Mapped[float | None]
    unplaced_after: Mapped[int | None]

    def begin(self, plan_version: int, now: datetime) -> None:
        """A worker takes it, or takes it over."""
        self.state, self.plan_version, self.progress = SearchState.RUNNING, plan_version, 0.0
        self.started_at, self.claimed_until = now, now + LEASE

    def go_on(self, share: float, now: datetime) -> None:
        """The worker shows life, and how much of the time is over."""
        self.progress, self.claimed_until = share, now + LEASE

    def put_back(self) -> None:
        """The worker stops; the next one begins again."""
        self.state, self.progress, self.claimed_until = SearchState.QUEUED, 0.0, None

    def end(self, state: SearchState, now: datetime) -> None:
        """It is over."""
        self.state, self.finished_at, self.claimed_until = state, now, None
        self.progress = 1.0 if state is SearchState.DONE else self.progress


class SearchPlan(BaseModel):
    """How long to search, in seconds of one core; the pack's time where none is given. ``seed`` varies the search."""

    model_config = ConfigDict(extra="forbid")

    seconds: int | None = Field(None, ge=1, le=600)
    seed: int = Field(1, ge=0, le=2**31 - 1)


async def search_plan(plan_id: UUID, command: SearchPlan, unit: Unit) -> Plan:
    """Queue a search for a better answer; while one is under way, asking again changes nothing.

    Raises `DomainError`: ``plan_settled`` (409) for an accepted plan.
    """
    plan = await unit.get(Plan, plan_id, "plan:search")
    if plan.state is not PlanState.MADE:
        raise plan_settled()
    last = await last_search(plan.id, unit)
    if last is not None and last.state in UNFINISHED:
        return plan
    before = score(Problem.model_validate(plan.problem), answer_of(plan))
    unit.session.add(
        PlanSearch(
            id=unit.new_id(),
            plan_id=plan.id,
            seconds=command.seconds or roster(plan.region).pack.visits.search_seconds,
            seed=command.seed,
            asked_at=unit.now,
            asked_by=unit.actor.id,
            km_before=before.km,
            unplaced_before=len(answer_of(plan).unplaced),
        )
    )
    await unit.session.flush()
    return plan


async def last_search(plan_id: UUID, unit: Unit) -> PlanSearch | None:
    """The latest search of a plan."""
    mine = select(PlanSearch).where(PlanSearch.plan_id == plan_id).order_by(PlanSearch.asked_at.desc())
    return await unit.session.scalar(mine.limit(1))


async def conclude(search_id: UUID, answer: Answer, unit: Unit) -> None:
    """Put the better of both answers into the plan, unless it was settled or its calendar has changed meanwhile."""
    search = await unit.session.get_one(PlanSearch, search_id, with_for_update=True)
    plan = await unit.session.get_one(Plan, search.plan_id, with_for_update=True)
    if plan.state is not PlanState.MADE or plan.version != search.plan_version:
        search.end(SearchState.OVERTAKEN, unit.now)
        return
    problem = Problem.model_validate(plan.problem)
    if planner.check(problem, answer):
        log.error("the search broke a rule", search=str(search.id))
        search.end(SearchState.FAILED, unit.now)
        return
    month = await build(unit, plan.id, plan.region, plan.organisation_id, plan.month, plan.made_at)
    if month.digest != plan.digest:
        search.end(SearchState.OUTDATED, unit.now)
        return
    after = score(problem, answer)
    search.km_after, search.unplaced_after = after.km, len(answer.unplaced)
    if after.total < score(problem, answer_of(plan)).total:
        answer = answer.model_copy(update={"estimated": True})
        sessions, left = held_sessions(unit, plan.region, plan.organisation_id, month, answer)
        plan.improve(
            answer.model_dump(mode="json"),
            [one.model_dump(mode="json") for one in sessions],
            stops(answer) + len(sessions),
            len(answer.unplaced) + len(left),
        )
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


def plan_settled() -> DomainError:
    """409: what is accepted is not searched any more."""
    return DomainError(
        "plan_settled",
        Kind.CONFLICT,
        ru="План уже принят. Чтобы искать лучший, составьте новый план месяца.",
        en="The plan is accepted. To search for a better one, make a new plan of the month.",
    )
