"""What is told about an appointment. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from contracts.identifiers import Code
from pydantic import AwareDatetime

from notifications.kinds import MessageKind
from notifications.messages.letter_data.base import MORNING, SOMEBODY, Facts

if TYPE_CHECKING:
    from notifications.messages.wording import Words
    from notifications.pack import RegionPack


class AppointmentFacts(Facts):
    """An appointment: when and where, what to bring (D2-19, D2-20)."""

    organisation_id: UUID
    starts_at: AwareDatetime
    first: bool
    specialist_ids: tuple[UUID, ...] = ()

    @property
    def useless_after(self) -> datetime | None:
        return self.starts_at

    @property
    def specialists(self) -> frozenset[UUID]:
        return frozenset(self.specialist_ids)

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "day": words.day(self.starts_at),
            "short_day": words.short_day(self.starts_at),
            "soon": words.soon(self.starts_at),
            "time": words.time(self.starts_at),
            "service": words.organisation(self.organisation_id),
            "first": self.first,
            "specialists": words.specialists(self.specialist_ids),
            "bring": list(words.pack.rules.bring.first_appointment) if self.first else [],
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:
        return tuple(
            cls(organisation_id=id, starts_at=MORNING, first=first)
            for id in (*pack.organisations, SOMEBODY)
            for first in (True, False)
        )


class AppointmentBooked(AppointmentFacts):
    """An appointment was booked."""

    kind: ClassVar = MessageKind.APPOINTMENT_BOOKED


class AppointmentReminder(AppointmentFacts):
    """The appointment is tomorrow."""

    kind: ClassVar = MessageKind.APPOINTMENT_REMINDER


class AppointmentCancelled(Facts):
    """An appointment will not take place; the next one, if there is one, has a letter of its own (T5)."""

    kind: ClassVar = MessageKind.APPOINTMENT_CANCELLED

    reason_code: Code
    starts_at: AwareDatetime | None
    rebooked: bool

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "day": words.day(self.starts_at) if self.starts_at else None,
            "time": words.time(self.starts_at) if self.starts_at else None,
            "reason": words.pack.cancel_reasons.get(self.reason_code),
            "rebooked": self.rebooked,
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:
        reasons = (*pack.cancel_reasons, "unheard-of")
        return tuple(
            cls(reason_code=reason, starts_at=starts_at, rebooked=rebooked)
            for reason in reasons
            for starts_at in (MORNING, None)
            for rebooked in (True, False)
        )
