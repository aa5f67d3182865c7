"""What is told about a brigade's day at a point. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime

from notifications.kinds import MessageKind
from notifications.messages.letter_data.base import MORNING, SOMEBODY, Facts

if TYPE_CHECKING:
    from notifications.messages.wording import Words
    from notifications.pack import RegionPack


class TripFacts(Facts):
    """A brigade's day at a point: when to come and where (D4-17)."""

    point_id: UUID
    starts_at: AwareDatetime
    services: int

    @property
    def useless_after(self) -> datetime | None:
        return self.starts_at

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "day": words.day(self.starts_at),
            "short_day": words.short_day(self.starts_at),
            "soon": words.soon(self.starts_at),
            "time": words.time(self.starts_at),
            "point": words.point(self.point_id),
            "services": words.services(self.services),
            "bring": list(words.pack.rules.bring.trip),
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:
        return tuple(cls(point_id=id, starts_at=MORNING, services=3) for id in (*pack.points, SOMEBODY))


class TripInvitation(TripFacts):
    """The family is invited. ``moved``: it was told otherwise before."""

    kind: ClassVar = MessageKind.TRIP_INVITATION

    moved: bool = False

    def same_as(self, other: TripInvitation) -> bool:
        """Whether the family would read the same."""
        return self.model_dump(exclude={"moved"}) == other.model_dump(exclude={"moved"})

    def variables(self, words: Words) -> dict[str, object]:
        return {**super().variables(words), "moved": self.moved}

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:
        return tuple(one.model_copy(update={"moved": flag}) for one in super().samples(pack) for flag in (True, False))


class TripCancelled(TripFacts):
    """The family is not expected any more; it had been told when to come (T5)."""

    kind: ClassVar = MessageKind.TRIP_CANCELLED


class TripReminder(TripFacts):
    """The brigade comes tomorrow."""

    kind: ClassVar = MessageKind.TRIP_REMINDER
