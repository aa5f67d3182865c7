"""The plan of an organisation's month, and the searches for a better one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.identifiers import DeliveryMode
from contracts.scheduling import PlanAccepted, PlanImproved, PlanMade, PlanPublished
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.planner import Plan as Answer
from scheduling.planner import Problem
from scheduling.plans.month import Draft
from scheduling.plans.placements import PlacedSession, PlacedVisit, placed_visits
from scheduling.tables import Base, Typed


class PlanState(StrEnum):
    """Where a plan stands."""

    MADE = "made"
    ACCEPTED = "accepted"
    PUBLISHED = "published"


class Plan(Aggregate, Base):
    """A month of one organisation as the planner answered it.

    ``problem`` and ``answer`` are the planner's own versioned data, without coordinates; ``digest`` is the fingerprint
    of the calendar the problem was built from. ``drafts``: what was to be placed; ``sessions``: the remote ones placed.
    """

    __tablename__ = "plans"

    region: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    month: Mapped[date]
    state: Mapped[PlanState] = mapped_column(default=PlanState.MADE)
    seed: Mapped[int]
    digest: Mapped[str]
    problem: Mapped[Problem] = mapped_column(Typed(Problem))
    answer: Mapped[Answer] = mapped_column(Typed(Answer))
    drafts: Mapped[tuple[Draft, ...]] = mapped_column(Typed(tuple[Draft, ...]))
    sessions: Mapped[tuple[PlacedSession, ...]] = mapped_column(Typed(tuple[PlacedSession, ...]))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]

    @property
    def drafts_by_visit(self) -> dict[UUID, Draft]:
        """What was to be placed, by visit."""
        return {draft.visit_id: draft for draft in self.drafts}

    @property
    def unplaced(self) -> dict[UUID, str]:
        """What found no place, with the rule in the way; a remote session lacks a free specialist."""
        reasons: dict[UUID, str] = {UUID(one.id): one.reason for one in self.answer.unplaced}
        held = {one.visit_id for one in self.sessions}
        remote = (draft.visit_id for draft in self.drafts if draft.mode is DeliveryMode.REMOTE)
        return reasons | {id: "specialists" for id in remote if id not in held}

    def home_visits(self, zone: ZoneInfo) -> list[PlacedVisit]:
        """The placed home visits with their moments."""
        return placed_visits(self.answer.routes, self.drafts_by_visit, zone)

    def made(self) -> None:
        """Tell that there is a plan to look at."""
        self.record(PlanMade(**self._about(), **self._counts()))

    def improve(self, answer: Answer, sessions: Sequence[PlacedSession]) -> None:
        """Take over a better answer; whoever looked at the former one has to look again before accepting."""
        self.answer, self.sessions = answer, tuple(sessions)
        self.record(PlanImproved(**self._about(), **self._counts()))

    def accept(self) -> None:
        """The head agrees with it. Accepting twice changes nothing."""
        if self.state is PlanState.MADE:
            self.state = PlanState.ACCEPTED
            self.record(PlanAccepted(**self._about(), **self._counts()))

    def publish(self, *, trips: int) -> None:
        """It stands in everybody's calendar now, beside so many trips; an unaccepted plan is refused (409)."""
        if self.state is not PlanState.ACCEPTED:
            raise DomainError(
                "plan_not_accepted", Kind.CONFLICT, ru="Сначала примите план.", en="Accept the plan first."
            )
        self.state = PlanState.PUBLISHED
        self.record(
            PlanPublished(
                **self._about(),
                visits=self._home_visits,
                remote_sessions=len(self.sessions),
                unplaced=len(self.unplaced),
                trips=trips,
            )
        )

    @property
    def _home_visits(self) -> int:
        return sum(len(route.stops) for route in self.answer.routes)

    def _counts(self) -> dict[str, int]:
        return {"visits": self._home_visits + len(self.sessions), "unplaced": len(self.unplaced)}

    def _about(self) -> dict[str, Any]:
        return {
            "plan_id": self.id,
            "region": self.region,
            "organisation_id": self.organisation_id,
            "month": self.month,
        }


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
