"""What is told to people who asked: that the question stands in the journal, and its answer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from contracts.identifiers import Number
from contracts.personal import EnquiryAnswer
from contracts.sealed import Sealed
from pydantic import AwareDatetime

from notifications.kinds import MessageKind
from notifications.messages.letter_data.base import MORNING, Facts

if TYPE_CHECKING:
    from notifications.messages.wording import Words
    from notifications.pack import RegionPack


class EnquiryReceived(Facts):
    """Number and term (D0-38)."""

    kind: ClassVar = MessageKind.ENQUIRY_RECEIVED

    number: Number
    due_at: AwareDatetime
    provisional: bool

    def variables(self, words: Words) -> dict[str, object]:
        return {"number": self.number, "due_day": words.day(self.due_at), "provisional": self.provisional}

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        return tuple(cls(number="ОБР-2026-1", due_at=MORNING, provisional=flag) for flag in (True, False))


class EnquiryAnswered(Facts):
    """The answer (D1-15, D1-17), sealed as intake sealed it and opened when the letter is written."""

    kind: ClassVar = MessageKind.ENQUIRY_ANSWERED

    number: Number
    answer: Sealed[EnquiryAnswer]

    @property
    def said(self) -> Sealed[EnquiryAnswer] | None:
        return self.answer

    def variables(self, words: Words) -> dict[str, object]:
        return {"number": self.number, "answer": words.said}

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        nothing = Sealed[EnquiryAnswer](key_id=UUID(int=1), key_version=1, nonce="", ciphertext="")
        return (cls(number="ОБР-2026-1", answer=nothing),)
