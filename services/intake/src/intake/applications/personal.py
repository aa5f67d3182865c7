"""Personal data of an application. Stored only sealed, each under the key of the person it tells about. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from contracts.personal import Personal
from contracts.sealed import PersonKey, Sealed, seal, unseal

P = TypeVar("P", bound=Personal)


class Representative(Personal):
    """Field group contact; under the representative's key."""

    name: str
    phone: str
    email: str | None = None


class Child(Personal):
    """Field group contact; under the child's key."""

    name: str
    birth_date: date


class Home(Personal):
    """Where the child lives; field group contact; under the child's key."""

    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Words(Personal):
    """What the family said, in the form and in the call; field group social; under the child's key."""

    comment: str | None = None
    need: str | None = None


class Health(Personal):
    """Withheld until a written consent for the purpose health stands; under the child's key."""

    diagnosis: str | None = None
    gestation_weeks: int | None = None
    triggers: tuple[str, ...] = ()
    """Why help is needed, as codes of the pack (D2-14, D2-35): they tell of the child's health."""
    announced_on: date | None = None
    """When the diagnosis was announced (D2-08)."""


def at(kind: type[Personal], application_id: UUID) -> str:
    """The place a record is sealed for: it opens nowhere else."""
    return f"intake.application/{kind.__name__.lower()}/{application_id}"


def shut(record: Personal, key: PersonKey, application_id: UUID) -> dict[str, Any]:
    """The record as it is stored."""
    return seal(record, key, at(type(record), application_id)).model_dump(mode="json")


def shut_if_any(record: Personal, key: PersonKey, application_id: UUID) -> dict[str, Any] | None:
    """The same; None where nothing stands in the record."""
    return shut(record, key, application_id) if record.model_dump(exclude_defaults=True) else None


def opened(stored: dict[str, Any] | None, kind: type[P], key: PersonKey, application_id: UUID) -> P:
    """The stored record; an empty one where nothing was stored. Raises `BrokenSealError`."""
    if stored is None:
        return kind()
    return unseal(Sealed[P].model_validate(stored), kind, key, at(kind, application_id))
