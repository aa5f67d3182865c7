"""A brigade's day at a partner's point: planned, confirmed by the host, published, performed (D4-15…D4-18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.identifiers import VisitOutcome
from contracts.scheduling import (
    Invitation,
    PerformedService,
    TripCancelled,
    TripConfirmed,
    TripPerformed,
    TripPlanned,
    TripPublished,
    TripService,
)
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import ARRAY, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.spans import Span
from scheduling.tables import Base, Typed
from scheduling.trips.assignment import Unmet
from scheduling.visits.changes import ReportChanges
from scheduling.visits.demand import Task


class TripState(StrEnum):
    """Where a trip stands."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    PUBLISHED = "published"
    PERFORMED = "performed"
    CANCELLED = "cancelled"


class Session(BaseModel):
    """One service to one family: by whom, in which room, from when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task
    specialist_id: UUID
    room: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class TripInvitation(Base):
    """A family invited to the point, and what was given to it there."""

    __tablename__ = "trip_invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    trip_id: Mapped[UUID] = mapped_column(index=True)
    region: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    case_id: Mapped[UUID]
    child_id: Mapped[UUID] = mapped_column(index=True)
    coordinator_id: Mapped[UUID]
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    published: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sessions: Mapped[tuple[Session, ...]] = mapped_column(Typed(tuple[Session, ...]))
    outcome: Mapped[VisitOutcome | None]
    performed: Mapped[tuple[PerformedService, ...]] = mapped_column(Typed(tuple[PerformedService, ...]))
    performed_at: Mapped[datetime | None]
    changed_at: Mapped[dict[str, int]] = mapped_column(JSONB)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What the family was invited for."""
        return tuple(one.task for one in self.sessions)

    def report(self, changes: ReportChanges, performed_at: datetime) -> None:
        """What came of it."""
        self.version += 1
        self.outcome = changes.outcome or self.outcome
        self.performed = self.performed if changes.services is None else changes.services
        self.performed_at = performed_at
        self.changed_at = dict(self.changed_at) | dict.fromkeys(changes.fields, self.version)


class Trip(Aggregate, Base):
    """The day itself. The host confirms it; specialists, vehicle and point are booked at publication."""

    __tablename__ = "trips"

    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    host_organisation_id: Mapped[UUID] = mapped_column(index=True)
    point_id: Mapped[UUID]
    day: Mapped[date] = mapped_column(index=True)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[TripState] = mapped_column(default=TripState.PLANNED)
    vehicle_id: Mapped[UUID]
    specialist_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    leaves_at: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    back_at: Mapped[datetime]
    unmet: Mapped[tuple[Unmet, ...]] = mapped_column(Typed(tuple[Unmet, ...]))
    families: Mapped[int]
    services: Mapped[int]
    planned_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]

    @property
    def span(self) -> Span:
        """When specialists and vehicle are away."""
        return Span(self.leaves_at, self.back_at)

    def planned(self) -> None:
        """The host is to confirm the day."""
        self.record(
            TripPlanned(
                **self._about(),
                territory=self.territory,
                organisation_id=self.organisation_id,
                point_id=self.point_id,
                host_organisation_id=self.host_organisation_id,
                specialist_ids=tuple(self.specialist_ids),
                urgent=self.urgent,
            )
        )

    def confirm(self, now: datetime) -> None:
        """The host keeps the rooms free that day. Confirming twice changes nothing."""
        if self.state is TripState.CANCELLED:
            raise trip_cancelled()
        if self.state is not TripState.PLANNED:
            return
        self.state, self.confirmed_at = TripState.CONFIRMED, now
        self.record(TripConfirmed(**self._about()))

    def publish(self, invitations: Sequence[TripInvitation], now: datetime) -> None:
        """Invite the families; refused until the host has confirmed, and once the brigade should have left (409)."""
        if self.state is TripState.CANCELLED:
            raise trip_cancelled()
        if self.state is TripState.PLANNED:
            raise DomainError(
                "host_not_confirmed",
                Kind.CONFLICT,
                ru="Принимающая организация ещё не подтвердила день.",
                en="The host has not confirmed the day yet.",
            )
        if now >= self.leaves_at:
            ru, en = "День выезда уже наступил: приглашать поздно.", "The trip has begun: it is too late to invite."
            raise DomainError("trip_begun", Kind.CONFLICT, ru=ru, en=en)
        self.state = TripState.PUBLISHED
        self.record(
            TripPublished(
                **self._about(),
                territory=self.territory,
                organisation_id=self.organisation_id,
                point_id=self.point_id,
                invitations=tuple(_invitation(one) for one in invitations),
            )
        )

    def cancel(self, reason_code: str, now: datetime) -> None:
        """The brigade does not come; refused once a published one has left (409 ``trip_begun``). Twice changes nothing.

        A day nobody was invited to may be called off later too: else it would stand among the work for ever.
        """
        if self.state is TripState.CANCELLED:
            return
        if self.state is TripState.PERFORMED or (self.state is TripState.PUBLISHED and now >= self.leaves_at):
            raise DomainError(
                "trip_begun",
                Kind.CONFLICT,
                ru="Выезд уже начался: отметьте по каждой семье, что не состоялось.",
                en="The trip has begun: report for each family what did not take place.",
            )
        self.state, self.cancelled_at, self.cancel_reason = TripState.CANCELLED, now, reason_code
        self.record(TripCancelled(**self._about(), reason_code=reason_code))

    def perform(self, invitations: Sequence[TripInvitation]) -> None:
        """Every family has its report: tell what was given, for the acts of urgent services (D4-21)."""
        self.state = TripState.PERFORMED
        self.record(
            TripPerformed(
                **self._about(),
                territory=self.territory,
                organisation_id=self.organisation_id,
                services=tuple(service for one in invitations for service in _given(one)),
            )
        )

    def _about(self) -> dict[str, Any]:
        return {"trip_id": self.id, "region": self.region, "day": self.day}


def trip_cancelled() -> DomainError:
    """Nothing more happens with a cancelled trip."""
    return DomainError("trip_cancelled", Kind.CONFLICT, ru="Выезд отменён.", en="The trip has been cancelled.")


def _invitation(one: TripInvitation) -> Invitation:
    return Invitation(
        child_id=one.child_id,
        case_id=one.case_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        services=len(one.sessions),
    )


def _given(one: TripInvitation) -> list[TripService]:
    if one.outcome is not VisitOutcome.PERFORMED:
        return []
    return [
        TripService(
            delivery_id=service.delivery_id,
            child_id=one.child_id,
            case_id=one.case_id,
            service_code=service.service_code,
            group=service.group,
            minutes=service.minutes,
            specialist_id=service.specialist_id,
        )
        for service in one.performed
    ]
