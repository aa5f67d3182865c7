"""The public form as a request: the eleven fields of D2-16, six of them required, and a consent per purpose."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.errors import DomainError, Kind
from contracts.identifiers import ApplicationSource, Code, ConsentForm, Digest, Purpose
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

EMAIL = r"^[^@\s<>,;:\"()\[\]]{1,64}@[^@\s<>]+\.[^@\s<>.]{2,}$"
_LETTER = re.compile(r"[^\W\d_]")


def _has_a_letter(name: str) -> str:
    if not _LETTER.search(name) or not name.isprintable():
        raise DomainError("name_invalid", Kind.INVALID, ru="напишите имя буквами", en="write the name in letters")
    return name


def _printable(text: str) -> str:
    if "\x00" in text:
        raise DomainError("text_invalid", Kind.INVALID, ru="недопустимый знак", en="contains a character not allowed")
    return text


PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), AfterValidator(_has_a_letter)
]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s<>,;:\"()\[\]]{1,64}@[^@\s<>]+\.[^@\s<>.]{2,}$"
    ),
]


ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_printable)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_printable)]


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
    """An application (D2-16). ``id`` may be chosen by the client; ``territory`` is a code of the form."""

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
    source: ApplicationSource = ApplicationSource.SITE
