"""Acts of urgent services: prefilled from a trip, signed, and questioned when the trip is told otherwise (D4-21)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from chassis.aggregate import Aggregate
from contracts.cases import UrgentActDrawnUp, UrgentActQuestioned, UrgentActSigned, UrgentActUpheld
from contracts.identifiers import Accounting, ConsentForm, DeliveryMode
from contracts.scheduling import TripPerformed, TripService
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.deliveries import errors
from cases.deliveries.model.delivery import Delivery
from cases.files.model import CaseFile
from cases.tables import Base, ModelsColumn

Services = tuple[TripService, ...]


class Stands(StrEnum):
    """Which of the two lists of a questioned act a person lets stand."""

    SIGNED = "signed"
    REPORTED = "reported"


class UrgentAct(Aggregate, Base):
    """The act of one family's urgent services on one trip: the proof the law asks for.

    ``reported`` is what the trip says now, where that differs from what was signed; a person decides.
    """

    __tablename__ = "urgent_acts"
    __table_args__ = (
        UniqueConstraint("trip_id", "case_id"),
        Index("ix_urgent_acts_questioned", "day", postgresql_where=text("reported IS NOT NULL")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    region: Mapped[str]
    trip_id: Mapped[UUID]
    day: Mapped[date]
    services: Mapped[Services] = mapped_column(ModelsColumn(TripService))
    reported: Mapped[Services | None] = mapped_column(ModelsColumn(TripService))
    drawn_up_at: Mapped[datetime]
    signed_on: Mapped[date | None]
    signed_form: Mapped[ConsentForm | None]
    signed_before: Mapped[UUID | None]

    @classmethod
    def draw_up(cls, trip: TripPerformed, file: CaseFile, services: Services, at: datetime) -> UrgentAct:
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
        act._drawn_up()
        return act

    def follow(self, told: Services) -> None:
        """The trip was told again. An unsigned act follows; a signed one stays and is questioned."""
        as_it_stands = set(told) == set(self.services)
        if self.signed_on is None:
            if not as_it_stands:
                self.services = told
                self._drawn_up()
        elif as_it_stands:
            if self.reported is not None:
                self._uphold()
        elif self.reported is None or set(told) != set(self.reported):
            self.reported = told
            self.record(
                UrgentActQuestioned(
                    **self._about(), signed_services=len(self.services), reported_services=len(self.reported)
                )
            )

    def sign(self, form: ConsentForm, on: date, before: UUID | None) -> None:
        """The recipient signed; only then do the services count."""
        if self.signed_on is not None:
            raise errors.already_signed()
        if not self.services:
            raise errors.nothing_to_sign()
        self.signed_on, self.signed_form, self.signed_before = on, form, before
        self.record(UrgentActSigned(**self._about(), services=len(self.services), signed_on=on))

    def settle(self, stands: Stands) -> None:
        """A person decided on a questioned act. What was reported has to be signed anew."""
        if self.reported is None:
            raise errors.not_questioned()
        if stands is Stands.SIGNED:
            self._uphold()
            return
        self.services, self.reported = self.reported, None
        self.signed_on = self.signed_form = self.signed_before = None
        self._drawn_up()

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

    def _drawn_up(self) -> None:
        self.record(UrgentActDrawnUp(**self._about(), services=len(self.services)))

    def _uphold(self) -> None:
        self.reported = None
        self.record(UrgentActUpheld(**self._about()))

    def _about(self) -> dict[str, Any]:
        return {
            "act_id": self.id,
            "case_id": self.case_id,
            "child_id": self.child_id,
            "region": self.region,
            "trip_id": self.trip_id,
        }


class ServicesWithoutFile(Base):
    """Services of a trip told for a file that is not here: listed for a person, while the other families have acts."""

    __tablename__ = "services_without_file"

    trip_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID]
    day: Mapped[date]
    services: Mapped[int]
    found_at: Mapped[datetime]


def act_id(trip_id: UUID, case_id: UUID) -> UUID:
    """One act per trip and family, whatever is delivered twice."""
    return uuid5(trip_id, str(case_id))
