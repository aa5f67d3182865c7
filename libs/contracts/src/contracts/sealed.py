"""Sealed values: personal data that must travel, encrypted under the person's own key and bound to its place."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict

T = TypeVar("T", bound=BaseModel)
NONCE_BYTES = 12


class BrokenSealError(ValueError):
    """The value was sealed for another place, under another key, or was altered."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """The AES-256 key of one person; destroying it makes every sealed value of the person unreadable."""

    person_id: UUID
    version: int
    material: bytes

    def __repr__(self) -> str:
        return f"PersonKey(person_id={self.person_id}, version={self.version})"


class Sealed(BaseModel, Generic[T]):
    """A value only holders of the person's key can read. ``key_id`` is the id of the person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: UUID
    key_version: int
    nonce: str
    ciphertext: str


def place(fact: str, field: str, aggregate_id: UUID) -> str:
    """The place a sealed field of an event stands at; version-free, so that twins share one sealed value."""
    return f"{fact}/{field}/{aggregate_id}"


def seal(value: T, key: PersonKey, at: str) -> Sealed[T]:
    """Encrypt ``value`` for the place it will stand at (see `place`)."""
    nonce = os.urandom(NONCE_BYTES)
    data = AESGCM(key.material).encrypt(nonce, value.model_dump_json().encode(), _bound(key, at))
    return Sealed[T](
        key_id=key.person_id,
        key_version=key.version,
        nonce=b64encode(nonce).decode(),
        ciphertext=b64encode(data).decode(),
    )


def unseal(sealed: Sealed[T], model: type[T], key: PersonKey, at: str) -> T:
    """Decrypt a value at the place it was sealed for; raises `BrokenSealError`."""
    try:
        data = AESGCM(key.material).decrypt(b64decode(sealed.nonce), b64decode(sealed.ciphertext), _bound(key, at))
    except InvalidTag:
        raise BrokenSealError(at.rsplit("/", 1)[0]) from None
    return model.model_validate_json(data)


def _bound(key: PersonKey, at: str) -> bytes:
    return f"{at}|{key.person_id}|{key.version}".encode()
