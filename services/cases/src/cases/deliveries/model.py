"""Delivered services, the visits still awaited, pauses for illness, and acts of urgent services (D4-07, D4-21)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.cases import ServiceDelivered, UrgentActDrawnUp, UrgentActSigned
from contracts.identifiers import Accounting, ConsentForm, DeliveryMode, ServiceGroup
from contracts.scheduling import PlannedService, TripPerformed, TripService
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.base import Base, ModelsColumn
from cases.deliveries.quota import Awaited, Term
from cases.files.model import CaseFile


class Delivery(Aggregate, Base):
    """One delivered service; its id comes from the client that reported it, so a resend changes nothing."""

    __tablename__ = "deliveries"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programmes.id"), index=True)
    line_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    act_id: Mapped[UUID | None]
    service: Mapped[str]
    group: Mapped[ServiceGroup] = mapped_column("service_group")
    mode: Mapped[DeliveryMode]
    accounting: Mapped[Accounting]
    specialist_id: Mapped[UUID | None]
    delivered_on: Mapped[date]
    minutes: Mapped[int]

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


class UrgentAct(Aggregate, Base):
    """The act of one family's urgent services on one trip: prefilled, then signed; the proof the law asks for."""

    __tablename__ = "urgent_acts"
    __table_args__ = (UniqueConstraint("trip_id", "case_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    region: Mapped[str]
    trip_id: Mapped[UUID]
    day: Mapped[date]
    services: Mapped[tuple[TripService, ...]] = mapped_column(ModelsColumn(TripService))
    drawn_up_at: Mapped[datetime]
    signed_on: Mapped[date | None]
    signed_form: Mapped[ConsentForm | None]
    signed_before: Mapped[UUID | None]

    @classmethod
    def draw_up(cls, trip: TripPerformed, file: CaseFile, services: tuple[TripService, ...], at: datetime) -> UrgentAct:
        """Prefill the act from what the brigade did for this family."""
        act = cls(
            id=act_id(trip.trip_id, file.id),
            case_id=file.id,
            child_id=file.child_id,
            region=file.region,
            trip_id=trip.trip_id,
            day=trip.day,
            services=services,
            drawn_up_at=at,
        )
        act.record(
            UrgentActDrawnUp(
                act_id=act.id,
                case_id=file.id,
                child_id=file.child_id,
                region=file.region,
                trip_id=trip.trip_id,
                services=len(services),
            )
        )
        return act

    def sign(self, form: ConsentForm, on: date, before: UUID | None) -> None:
        """The recipient signed; only then do the services count."""
        if self.signed_on is not None:
            raise already_signed()
        self.signed_on, self.signed_form, self.signed_before = on, form, before
        self.record(
            UrgentActSigned(
                act_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=self.region,
                trip_id=self.trip_id,
                services=len(self.services),
                signed_on=on,
            )
        )

    def deliveries(self) -> list[Delivery]:
        """What the signed act proves: urgent services need no IPPSU and no programme (D4-21)."""
        return [
            Delivery(
                id=service.delivery_id,
                case_id=self.case_id,
                child_id=service.child_id,
                act_id=self.id,
                service=service.service_code,
                group=service.group,
                mode=DeliveryMode.POINT,
                accounting=Accounting.URGENT_SERVICE,
                specialist_id=service.specialist_id,
                delivered_on=self.day,
                minutes=service.minutes,
            )
            for service in self.services
        ]


def act_id(trip_id: UUID, case_id: UUID) -> UUID:
    """One act per trip and family, whatever is delivered twice."""
    return uuid5(trip_id, str(case_id))


def already_signed() -> DomainError:
    """409: an act is signed once."""
    return DomainError("act_already_signed", Kind.CONFLICT, ru="Акт уже подписан.", en="The act is already signed.")
