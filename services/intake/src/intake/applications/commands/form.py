"""The public form as a request: the eleven fields of D2-16, six of them required, and a consent per purpose."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.text import Stripped
from contracts.identifiers import ApplicationSource, Code, ConsentForm, Digest, Purpose
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

_BLANKS = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff"
"""Blanks and control characters, written out: what ``\\s`` means differs from engine to engine."""
EMAIL = rf"^[^@<>,;:\"()\[\]{_BLANKS}]{{1,64}}@[^@<>{_BLANKS}]+\.[^@<>.{_BLANKS}]{{2,}}$"
_LETTER = re.compile(r"[^\W\d_]")


def _a_name(name: str, info: ValidationInfo) -> str:
    if not _LETTER.search(name) or not name.isprintable():
        raise _refused("name_invalid", info, "Напишите имя буквами.", "Write the name in letters.")
    return name


def _plain(text: str, info: ValidationInfo) -> str:
    if "\x00" in text:
        raise _refused("text_invalid", info, "В тексте есть недопустимый знак.", "A character is not allowed.")
    return text


def _refused(slug: str, info: ValidationInfo, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=info.field_name)


PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Stripped(), AfterValidator(_a_name)
]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL)]


ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_plain)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_plain)]


class Location(BaseModel):
    """Where the address is, when the form's map knows it."""

    model_config = ConfigDict(extra="forbid")

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ConsentGiven(BaseModel):
    """The consent document of one purpose, exactly as it was shown (`GET /regions/{region}/application-form`)."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    text_version: Code
    text_hash: Digest
    form: ConsentForm = ConsentForm.TICK
    given_at: AwareDatetime


class SubmitApplication(BaseModel):
    """An application (D2-16). ``id`` may be chosen by the client; ``territory`` is a code of the form.

    ``triggers``: why help is needed, codes of the form (D2-14, D2-35). ``protocol_follows``: whoever files for the
    family will attach the protocol of announcing the diagnosis later (D2-08).
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    region: Code
    territory: Code | None = None
    representative_name: PersonName
    child_name: PersonName
    phone: str = Field(min_length=5, max_length=40)
    birth_date: date
    email: Email | None = None
    registered_in_region: bool
    diagnosis: LongText | None = None
    actual_address: ShortText | None = None
    actual_location: Location | None = None
    comment: LongText | None = None
    consents: list[ConsentGiven] = Field(max_length=10)
    entry_point: Code | None = None
    triggers: list[Code] = Field([], max_length=20)
    protocol_follows: bool = False
    source: ApplicationSource = ApplicationSource.SITE
