"""Pure. What a family answers in the questionnaire (D0-18…D0-21): as it is asked, as it is sealed group by group."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from chassis.errors import DomainError, invalid
from chassis.text import Stripped
from contracts.access import FieldGroup
from contracts.identifiers import Code
from contracts.personal import Personal
from contracts.sealed import PersonKey, Sealed, seal, unseal
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from intake.particulars.phone import normalised
from intake.particulars.requests import Email, LongText, PersonName, ShortText

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), Stripped()]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=40), Stripped()]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StatusDocument(_Asked):
    """The document of the child's status (D0-19). Without ``valid_until`` it has no end."""

    number: Short
    series: Short | None = None
    issued_on: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _term_runs_forward(self) -> StatusDocument:
        if self.valid_until and self.valid_until < self.issued_on:
            raise invalid(
                "term_backwards",
                "status_document.valid_until",
                "Срок документа заканчивается раньше, чем он выдан.",
                "The document ends before it was issued.",
            )
        return self


class Parent(_Asked):
    """A parent or representative, and the identity document (D0-20)."""

    name: PersonName
    identity_document: ShortText | None = None


class Answers(_Asked):
    """All fields of the questionnaire. A draft may lack any of them; what must be there is checked at sending."""

    child_name: PersonName | None = None
    sex: Code | None = None
    birth_date: date | None = None
    district: Code | None = None
    address: ShortText | None = None
    diagnosis: LongText | None = None
    status_document: StatusDocument | None = None
    parents: list[Parent] = Field([], max_length=4)
    home_phone: Phone | None = None
    work_phone: Phone | None = None
    mobile_phone: Phone | None = None
    email: Email | None = None
    note: LongText | None = None

    def tidy(self) -> Answers:
        """The same with every phone in E.164; ``phone_invalid`` names the field."""
        told: dict[str, str] = {}
        for field in ("home_phone", "work_phone", "mobile_phone"):
            if (written := getattr(self, field)) is not None:
                try:
                    told[field] = normalised(written)
                except DomainError as error:
                    raise invalid(error.slug, field, error.ru, error.en) from None
        return self.model_copy(update=told)


class Identity(Personal):
    child_name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    address: str | None = None


class Illness(Personal):
    diagnosis: str | None = None
    status_document: StatusDocument | None = None


class Parents(Personal):
    parents: list[Parent] = []  # noqa: RUF012 - pydantic copies it
    home_phone: str | None = None
    work_phone: str | None = None
    mobile_phone: str | None = None
    email: str | None = None


class Note(Personal):
    note: str | None = None


RECORDS: dict[str, tuple[type[Personal], FieldGroup, bool]] = {
    "identity": (Identity, FieldGroup.CONTACT, True),
    "illness": (Illness, FieldGroup.HEALTH, True),
    "parents": (Parents, FieldGroup.CONTACT, False),
    "note": (Note, FieldGroup.SOCIAL, True),
}
"""The sealed columns: what stands in each, which group it is shown with, and whether under the child's key."""


def shut_all(answers: Answers, child: PersonKey, representative: PersonKey, own: object) -> dict[str, dict[str, Any]]:
    """The answers as they are stored, by column."""
    told = answers.model_dump()
    return {
        name: seal(
            kind.model_validate({field: told[field] for field in kind.model_fields}),
            child if of_child else representative,
            _at(name, own),
        ).model_dump(mode="json")
        for name, (kind, _, of_child) in RECORDS.items()
    }


def open_one(name: str, stored: dict[str, Any], key: PersonKey, own: object) -> dict[str, Any]:
    """One stored column by its field names. Raises `BrokenSealError`."""
    kind = RECORDS[name][0]
    return unseal(Sealed[Personal].model_validate(stored), kind, key, _at(name, own)).model_dump()


def _at(name: str, own: object) -> str:
    return f"intake.questionnaire/{name}/{own}"
