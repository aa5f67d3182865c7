"""What is told on the way of an application. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from contracts.identifiers import Number
from pydantic import AwareDatetime

from notifications.kinds import MessageKind
from notifications.messages.letter_data.base import LATER, MORNING, SOMEBODY, Facts

if TYPE_CHECKING:
    from notifications.messages.wording import Words
    from notifications.pack import RegionPack


class ApplicationReceived(Facts):
    """The acknowledgement: number and by when we call (D0-38, D2-17)."""

    kind: ClassVar = MessageKind.APPLICATION_RECEIVED

    number: Number
    call_back_due: AwareDatetime
    provisional: bool

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "number": self.number,
            "call_back_day": words.day(self.call_back_due),
            "call_back_time": words.time(self.call_back_due),
            "provisional": self.provisional,
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        return tuple(cls(number="РП-2026-1", call_back_due=MORNING, provisional=flag) for flag in (True, False))


class CallBackMoved(Facts):
    """We call later than was told: the calendar, the territory or the term has changed (D2-17)."""

    kind: ClassVar = MessageKind.CALL_BACK_MOVED

    number: Number
    promised: AwareDatetime
    """By when we were to call, as the family knows it."""
    call_back_due: AwareDatetime
    provisional: bool

    @property
    def useless_after(self) -> datetime | None:
        return self.call_back_due

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "number": self.number,
            "promised_day": words.day(self.promised),
            "promised_time": words.time(self.promised),
            "call_back_day": words.day(self.call_back_due),
            "call_back_time": words.time(self.call_back_due),
            "provisional": self.provisional,
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        moved = {"number": "РП-2026-1", "promised": MORNING, "call_back_due": LATER}
        return tuple(cls.model_validate({**moved, "provisional": flag}) for flag in (True, False))


class ServiceAccepted(Facts):
    """Which service took the family on, and by when the first appointment will be (D2-19, D2-23)."""

    kind: ClassVar = MessageKind.SERVICE_ACCEPTED

    number: Number
    serving_organisation_id: UUID
    coordinating_organisation_id: UUID
    first_appointment_due: AwareDatetime

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "number": self.number,
            "service": words.organisation(self.serving_organisation_id),
            "coordinating": words.organisation(self.coordinating_organisation_id),
            "first_appointment_by": words.day(self.first_appointment_due),
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:
        serving = (*pack.organisations, SOMEBODY)
        return tuple(
            cls(
                number="РП-2026-1",
                serving_organisation_id=id,
                coordinating_organisation_id=id,
                first_appointment_due=MORNING,
            )
            for id in serving
        )
