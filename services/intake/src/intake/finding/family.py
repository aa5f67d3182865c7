"""Personal data of a family that was found. Stored only sealed; one place for referral, extract and outreach.

The place names the person and not the record, so that the same sealed value may stand with the referral, the extract
and the outreach that follows from them, and be opened at each under the same key.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from uuid import UUID

from contracts.personal import Personal
from contracts.sealed import PersonKey, Sealed, seal, unseal
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

P = TypeVar("P", bound=Personal)


class FoundRecord(Protocol):
    """Whatever keeps a found family's sealed records: referral, extract, outreach."""

    @property
    def child_id(self) -> UUID: ...
    @property
    def representative_id(self) -> UUID: ...
    @property
    def child(self) -> dict[str, Any]: ...
    @property
    def family(self) -> dict[str, Any]: ...


class FoundChild(Personal):
    """Field group contact; under the child's key."""

    name: str
    birth_date: date
    snils: str | None = None


class FoundFamily(Personal):
    """How to reach the family; field group contact; under the representative's key."""

    name: str
    phone: str | None = None
    email: str | None = None
    address: str | None = None


class FoundWords(Personal):
    """What was told of the family, or by it; field group social; under the child's key."""

    need: str | None = None
    measures: tuple[str, ...] = ()
    """Codes of the pack's measures: the concrete forms of help (D4-13) or the survey's list (D3-21)."""


class FoundHealth(Personal):
    """Field group health; under the child's key; withheld until there is a ground."""

    diagnosis: str | None = None
    disability_until: date | None = None
    measures: tuple[dict[str, str | None], ...] = ()
    """Measures of the IPRA as the extract names them."""


def at(kind: type[Personal], person_id: UUID) -> str:
    """The place a record of a found person is sealed for."""
    return f"intake.found/{kind.__name__.lower()}/{person_id}"


def shut(record: Personal, key: PersonKey) -> dict[str, Any]:
    """The record as it is stored."""
    return seal(record, key, at(type(record), key.person_id)).model_dump(mode="json")


def shut_if_any(record: Personal, key: PersonKey) -> dict[str, Any] | None:
    """The same; None where nothing stands in the record."""
    return shut(record, key) if any(record.model_dump(exclude_none=True).values()) else None


def opened(stored: dict[str, Any] | None, kind: type[P], key: PersonKey) -> P:
    """The stored record; an empty one where nothing was stored. Raises `BrokenSealError`."""
    if stored is None:
        return kind()
    return unseal(Sealed[P].model_validate(stored), kind, key, at(kind, key.person_id))


@lru_cache
def _index_key(key_encryption_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"marshrut found people").derive(key_encryption_key)


def person_digest(child: FoundChild, key_encryption_key: bytes) -> str:
    """A keyed digest that recognises the same child again: by SNILS where it is known, else by name and birth date."""
    basis = child.snils or f"{_plain(child.name)}|{child.birth_date}"
    return hmac.new(_index_key(key_encryption_key), basis.encode(), hashlib.sha256).hexdigest()


def content_digest(content: str, key_encryption_key: bytes) -> str:
    """A keyed digest that recognises the same content again without keeping it."""
    return hmac.new(_index_key(key_encryption_key), content.encode(), hashlib.sha256).hexdigest()


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())
