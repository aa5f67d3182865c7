"""An appointment at an organisation: booked, held or cancelled with its next date kept (D2-19, T5, T7)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentHeld
from sqlalchemy import ARRAY, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.tables import Base


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    HELD = "held"
    CANCELLED = "cancelled"


class Appointment(Aggregate, Base):
    """A family meets specialists in a room. ``due_at`` is set for a first appointment only.

    ``skills``: the composition asked for, which the next date keeps.
    """

    __tablename__ = "appointments"

    application_id: Mapped[UUID | None] = mapped_column(index=True)
    child_id: Mapped[UUID] = mapped_column(index=True)
    region: Mapped[str]
    territory: Mapped[str]
    coordinator_id: Mapped[UUID | None]
    serving_organisation_id: Mapped[UUID] = mapped_column(index=True)
    first: Mapped[bool]
    state: Mapped[AppointmentState] = mapped_column(default=AppointmentState.BOOKED)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    specialist_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    room_id: Mapped[UUID]
    skills: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))
    booked_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    reason_code: Mapped[str | None]
    next_appointment_id: Mapped[UUID | None]

    @property
    def in_time(self) -> bool | None:
        """Whether it starts by the due time; None where nothing is due."""
        return None if self.due_at is None else self.starts_at <= self.due_at

    def booked(self) -> None:
        """Tell that the time is taken, when the bookings stand, and again when its due time has moved."""
        self.record(
            AppointmentBooked(
                appointment_id=self.id,
                application_id=self.application_id,
                child_id=self.child_id,
                region=self.region,
                territory=self.territory,
                organisation_id=self.serving_organisation_id,
                first=self.first,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                due_at=self.due_at,
                in_time=self.in_time,
                specialist_ids=tuple(self.specialist_ids),
            )
        )

    def move_due(self, due_at: datetime) -> None:
        """The calendar changed: whether the first appointment is in time is judged anew (D2-19)."""
        if self.first and self.due_at != due_at:
            self.due_at = due_at
            self.booked()

    def hold(self, held_at: datetime) -> None:
        """It took place, maybe earlier than agreed. Saying so twice changes nothing; a cancelled one is refused."""
        if self.state is AppointmentState.HELD:
            return
        self._must_be_booked()
        self.state, self.held_at = AppointmentState.HELD, held_at
        self.record(
            AppointmentHeld(
                appointment_id=self.id,
                application_id=self.application_id,
                child_id=self.child_id,
                region=self.region,
                held_at=held_at,
            )
        )

    def cancel(self, reason_code: str, next_appointment_id: UUID | None) -> None:
        """It will not take place; the next date is kept with it (T5)."""
        self._must_be_booked()
        self.state, self.reason_code, self.next_appointment_id = (
            AppointmentState.CANCELLED,
            reason_code,
            next_appointment_id,
        )
        self.record(
            AppointmentCancelled(
                appointment_id=self.id,
                application_id=self.application_id,
                child_id=self.child_id,
                region=self.region,
                reason_code=reason_code,
                next_appointment_id=next_appointment_id,
            )
        )

    def _must_be_booked(self) -> None:
        if self.state is not AppointmentState.BOOKED:
            raise DomainError(
                "appointment_closed",
                Kind.CONFLICT,
                ru="Приём уже состоялся или отменён.",
                en="The appointment was already held or cancelled.",
                state=self.state,
            )
