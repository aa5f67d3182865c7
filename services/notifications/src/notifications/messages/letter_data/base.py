"""What every message tells: ids, codes and moments only. The words come from the pack, the name at sending. Pure."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from contracts.personal import EnquiryAnswer
from contracts.sealed import Sealed
from pydantic import BaseModel, ConfigDict

from notifications.kinds import MessageKind

if TYPE_CHECKING:
    from notifications.messages.wording import Words
    from notifications.pack import RegionPack

MORNING = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
SOMEBODY = UUID(int=1)
"""Values of samples."""


class Facts(BaseModel):
    """Base of the facts of every kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[MessageKind]

    @property
    def useless_after(self) -> datetime | None:
        """The moment after which the message helps nobody any more."""
        return None

    @property
    def specialists(self) -> frozenset[UUID]:
        """Whose skills the words need."""
        return frozenset()

    @property
    def said(self) -> Sealed[EnquiryAnswer] | None:
        """What staff have written to this person; opened for the letter alone."""
        return None

    @abstractmethod
    def variables(self, words: Words) -> dict[str, object]:
        """What the template of this kind is given."""

    @classmethod
    @abstractmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:
        """Facts that lead a template through all its branches, to check it with."""
