"""What the requests of all rooms are made of."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from chassis.errors import invalid
from chassis.text import Stripped
from chassis.work import Unit
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
)

_BLANKS = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff"
"""Blanks and control characters, written out: what ``\\s`` means differs from engine to engine."""


EMAIL = rf"^[^@<>,;:\"()\[\]{_BLANKS}]{{1,64}}@[^@<>{_BLANKS}]+\.[^@<>.{_BLANKS}]{{2,}}$"


_LETTER = re.compile(r"[^\W\d_]")


def _a_name(name: str, info: ValidationInfo) -> str:
    if not _LETTER.search(name) or not name.isprintable():
        raise invalid("name_invalid", info.field_name, "Напишите имя буквами.", "Write the name in letters.")
    return name


def _plain(text: str, info: ValidationInfo) -> str:
    if "\x00" in text:
        raise invalid(
            "text_invalid", info.field_name, "В тексте есть недопустимый знак.", "A character is not allowed."
        )
    return text


PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Stripped(), AfterValidator(_a_name)
]


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL)]


ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_plain)]


LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_plain)]


class Strict(BaseModel):
    """A request refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


def acting_person(unit: Unit) -> UUID:
    """The principal who acts; a signed-in person of the directory always has one."""
    if unit.actor.id is None:
        raise AssertionError("the policy lets only people of the directory do this")
    return unit.actor.id
