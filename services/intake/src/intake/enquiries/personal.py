"""Pure. What people say and who they are. Stored only sealed: by the person's key; anonymous, by the organisation's."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from contracts.personal import Personal
from contracts.sealed import PersonKey, Sealed, seal, unseal

P = TypeVar("P", bound=Personal)


class Caller(Personal):
    """Who asks and how to reach them; field group contact. Never there for an anonymous entry."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class Place(Personal):
    """The address column of the journal; field group contact."""

    address: str | None = None


class Words(Personal):
    """A text of the person or of staff: question, message, answer, result; field group social."""

    text: str


class Change(Personal):
    """What a correction changed, and why."""

    before: str | None
    after: str | None
    why: str


def at(kind: type[Personal], subject_id: UUID, part: str = "") -> str:
    """The place a record is sealed for: it opens nowhere else."""
    return f"intake.enquiry/{kind.__name__.lower()}{part and '-' + part}/{subject_id}"


def shut(record: Personal, key: PersonKey, subject_id: UUID, part: str = "") -> dict[str, Any]:
    """The record as it is stored."""
    return seal(record, key, at(type(record), subject_id, part)).model_dump(mode="json")


def opened(stored: dict[str, Any], kind: type[P], key: PersonKey, subject_id: UUID, part: str = "") -> P:
    """The stored record; raises `BrokenSealError`."""
    return unseal(Sealed[P].model_validate(stored), kind, key, at(kind, subject_id, part))
