"""Delivered services, the visits still awaited, and pauses for illness (D4-07, D4-08)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.cases import DeliveryCancelled, ServiceDelivered
from contracts.identifiers import Accounting, DeliveryMode, ServiceGroup
from contracts.scheduling import PlannedService
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cases.deliveries.quota import Awaited, Term
from cases.files.model import CaseFile
from cases.tables import Base, ModelsColumn


class Delivery(Aggregate, Base):
    """One delivered service; its id comes from the client that reported it, so a resend changes nothing.

    A service that turned out not to have been given stays on record with ``cancelled_at`` and counts nowhere.
    """

    __tablename__ = "deliveries"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programmes.id"), index=True)
    line_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    act_id: Mapped[UUID | None] = mapped_column(index=True)
    service: Mapped[str]
    group: Mapped[ServiceGroup] = mapped_column("service_group")
    mode: Mapped[DeliveryMode]
    accounting: Mapped[Accounting]
    specialist_id: Mapped[UUID | None]
    delivered_on: Mapped[date]
    minutes: Mapped[int]
    cancelled_at: Mapped[datetime | None]

    def enter(self, file: CaseFile) -> None:
        """Record the fact; organisation and territory are those that serve the family now."""
        self.record(
            ServiceDelivered(
                delivery_id=self.id,
                case_id=file.id,
                child_id=self.child_id,
                region=file.region,
                territory=file.territory,
                organisation_id=file.serving_organisation_id,
                programme_id=self.programme_id,
                line_id=self.line_id,
                visit_id=self.visit_id,
                service_code=self.service,
                group=self.group,
                mode=self.mode,
                accounting=self.accounting,
                specialist_id=self.specialist_id,
                delivered_on=self.delivered_on,
                minutes=self.minutes,
            )
        )

    def restate(self, told: Delivery, file: CaseFile) -> None:
        """Follow a later report of the same service; the day it was first entered for stays."""
        if self._stated() == told._stated() and self.cancelled_at is None:
            return
        self.line_id, self.service, self.group = told.line_id, told.service, told.group
        self.mode, self.specialist_id, self.minutes = told.mode, told.specialist_id, told.minutes
        self.cancelled_at = None
        self.enter(file)

    def cancel(self, region: str, at: datetime) -> None:
        """The service was not given after all (T1); cancelling twice changes nothing."""
        if self.cancelled_at is not None:
            return
        self.cancelled_at = at
        self.record(
            DeliveryCancelled(
                delivery_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=region,
                programme_id=self.programme_id,
                visit_id=self.visit_id,
                act_id=self.act_id,
            )
        )

    def _stated(self) -> tuple[UUID | None, str, ServiceGroup, DeliveryMode, UUID | None, int]:
        return self.line_id, self.service, self.group, self.mode, self.specialist_id, self.minutes


class AwaitedVisit(Base):
    """A visit scheduling has published and nobody has reported yet; ``day`` is the day in the region."""

    __tablename__ = "awaited_visits"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    programme_id: Mapped[UUID]
    day: Mapped[date]
    starts_at: Mapped[datetime]
    mode: Mapped[DeliveryMode]
    services: Mapped[tuple[PlannedService, ...]] = mapped_column(ModelsColumn(PlannedService))
    postponed: Mapped[bool] = mapped_column(default=False)
    reported: Mapped[bool] = mapped_column(default=False)

    def as_awaited(self) -> Awaited:
        """The visit as the quota sees it."""
        return Awaited(self.day, self.mode, tuple(service.group for service in self.services), self.postponed)


class IllnessPause(Base):
    """Days on which the child is ill and no visit can take place, both included; one row per visit that said so."""

    __tablename__ = "illness_pauses"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    first: Mapped[date] = mapped_column("first_day")
    last: Mapped[date] = mapped_column("last_day")

    def as_term(self) -> Term:
        return Term(self.first, self.last)
