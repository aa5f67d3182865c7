"""What is demanded for a child, and what it becomes: routes and visits."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.cases import ServiceLine
from contracts.identifiers import DeliveryMode, ServiceGroup, VisitOutcome
from contracts.scheduling import (
    PerformedService,
    PlannedService,
    VisitPostponed,
    VisitReported,
    VisitScheduled,
)
from sqlalchemy import ARRAY, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.spans import Span
from scheduling.tables import Base, Typed
from scheduling.visits.changes import ReportChanges
from scheduling.visits.demand import Task


class Demand(Base):
    """An approved programme version: the lines to bring, and the address and contact sealed at cases' fact."""

    __tablename__ = "demands"

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_version: Mapped[int]
    case_id: Mapped[UUID]
    child_id: Mapped[UUID] = mapped_column(index=True)
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    coordinator_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    quota: Mapped[dict[ServiceGroup, int]] = mapped_column(Typed(dict[ServiceGroup, int]))
    lines: Mapped[tuple[ServiceLine, ...]] = mapped_column(Typed(tuple[ServiceLine, ...]))
    address: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    contact: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Route(Base):
    """A brigade's day on the road: crew and vehicle are booked from ``leaves_at`` to ``back_at``.

    ``version`` rises with every change, so that an offer computed for another route is noticed.
    """

    __tablename__ = "routes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    brigade_id: Mapped[UUID] = mapped_column(index=True)
    day: Mapped[date]
    leaves_at: Mapped[datetime]
    back_at: Mapped[datetime]
    vehicle_id: Mapped[UUID]
    specialist_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    lunch_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    """False when every visit of the day was postponed; nobody is booked for it then."""


class VisitState(StrEnum):
    """Where a visit or remote session stands."""

    SCHEDULED = "scheduled"
    POSTPONED = "postponed"
    REPORTED = "reported"


class Visit(Aggregate, Base):
    """One child at home, or one remote session. It keeps its id when it moves to another date (T4).

    ``changed_at`` holds, per field of the report, the version in which it last changed (T1).
    """

    __tablename__ = "visits"

    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    case_id: Mapped[UUID]
    child_id: Mapped[UUID] = mapped_column(index=True)
    coordinator_id: Mapped[UUID]
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    programme_id: Mapped[UUID] = mapped_column(index=True)
    plan_id: Mapped[UUID | None] = mapped_column(index=True)
    mode: Mapped[DeliveryMode]
    brigade_id: Mapped[UUID | None]
    route_id: Mapped[UUID | None] = mapped_column(index=True)
    specialist_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    day: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    tasks: Mapped[tuple[Task, ...]] = mapped_column(Typed(tuple[Task, ...]))
    place_estimated: Mapped[bool] = mapped_column(default=False)
    state: Mapped[VisitState] = mapped_column(default=VisitState.SCHEDULED)
    postponed_until: Mapped[date | None]
    outcome: Mapped[VisitOutcome | None]
    performed: Mapped[tuple[PerformedService, ...]] = mapped_column(Typed(tuple[PerformedService, ...]))
    performed_at: Mapped[datetime | None]
    changed_at: Mapped[dict[str, int]] = mapped_column(JSONB)

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def services(self) -> tuple[PlannedService, ...]:
        """What is to be done, as other services are told."""
        return tuple(
            PlannedService(line_id=one.line_id, service_code=one.service_code, group=one.group, minutes=one.minutes)
            for one in self.tasks
        )

    def schedule(self) -> None:
        """The visit has a published time; told anew whenever the time is new."""
        self.state, self.outcome, self.postponed_until = VisitState.SCHEDULED, None, None
        self.record(
            VisitScheduled(
                visit_id=self.id,
                **self._about(),
                territory=self.territory,
                organisation_id=self.organisation_id,
                plan_id=self.plan_id,
                brigade_id=self.brigade_id,
                specialist_ids=tuple(self.specialist_ids),
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                services=self.services,
            )
        )
        self._changed("outcome")

    def postpone(self, reason: VisitOutcome, until: date | None) -> None:
        """It will not take place at its time; a new date is to be found (T5)."""
        self.state, self.outcome, self.postponed_until, self.route_id = VisitState.POSTPONED, reason, until, None
        self.record(
            VisitPostponed(visit_id=self.id, **self._about(), reason=reason, until=until, services=self.services)
        )
        self._changed("outcome")

    def report(self, changes: ReportChanges, performed_at: datetime) -> None:
        """What came of it."""
        self.outcome = changes.outcome or self.outcome
        self.performed = self.performed if changes.services is None else changes.services
        assert self.outcome is not None
        self.state, self.performed_at = VisitState.REPORTED, performed_at
        self.record(
            VisitReported(
                visit_id=self.id,
                **self._about(),
                outcome=self.outcome,
                performed_at=performed_at,
                services=tuple(self.performed) if self.outcome is VisitOutcome.PERFORMED else (),
            )
        )
        self._changed(*changes.fields)

    def _changed(self, *fields: str) -> None:
        self.changed_at = dict(self.changed_at or {}) | dict.fromkeys(fields, self.version)

    def _about(self) -> dict[str, Any]:
        return {
            "child_id": self.child_id,
            "case_id": self.case_id,
            "region": self.region,
            "programme_id": self.programme_id,
            "mode": self.mode,
        }
