"""A letter, and what may come of handing it over."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Words(BaseModel):
    """What is said: subject, plain text, and the same formatted. A text message has the text alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    text: str
    html: str


class Letter(BaseModel):
    """The words and where they go. Personal data: stored only sealed under the person's key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    address: str
    words: Words

    def __repr__(self) -> str:
        return "Letter(…)"


@dataclass(frozen=True, slots=True)
class Taken:
    """The other side has taken the letter. ``reference`` is its own number for it, where it told one."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NotNow:
    """Certainly not taken; the same attempt may be made again."""

    reason_code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken, and it would not be the next time."""

    reason_code: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """The letter may have been taken: nobody knows but the other side. Never sent again without a person's word."""


Outcome = Taken | NotNow | Refused | Unclear
