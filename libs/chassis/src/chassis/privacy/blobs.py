"""Files of people: checked, sealed under the person's key, kept in the service's own NATS object store.

The object is written before the row commits; a rolled-back row leaves an object nobody can name. Names of objects are
ours, the name the sender gave stays sealed. Erasing the person's key makes every file of the person unreadable.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import nats.errors
from contracts.sealed import BrokenSealError, PersonKey
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import not_found, unavailable
from chassis.privacy.files import LARGEST_UPLOAD_BYTES, MediaType, check
from chassis.privacy.keyring import Keyring

PIECE_BYTES = 64 * 1024
OBJECT_STORE_SECONDS = 60
_MAGIC = b"MRB1"
_SALT_BYTES = 16
_TAG_BYTES = 16

TABLES: tuple[str, ...] = (
    """CREATE TABLE blobs (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL,
  media_type text NOT NULL,
  size integer NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL,
  sealed_name bytea,
  state text NOT NULL CHECK (state IN ('stored', 'deleted')),
  stored_at timestamptz NOT NULL
)""",
    "CREATE INDEX blobs_person ON blobs (person_id)",
)
"""The table of files, for the first migration of every service that keeps some."""


def bucket(service: str) -> str:
    """Name of the service's object store."""
    return f"blobs_{service}"


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file's outside: all that is known without opening it. ``name`` is set only when the file was opened."""

    id: UUID
    person_id: UUID
    media_type: MediaType
    size: int
    sha256: bytes
    name: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Response headers under which a browser neither shows nor guesses nor keeps the file."""
        return {
            "Content-Disposition": f'attachment; filename="{self.id}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "no-store",
        }


@dataclass(frozen=True, slots=True)
class BlobBucket:
    """One process's way to the object store of its service. ``limit``: largest file in bytes."""

    jetstream: JetStreamContext
    service: str
    limit: int = LARGEST_UPLOAD_BYTES

    def of(self, session: AsyncSession, keys: Keyring, now: datetime, new_id: Callable[[], UUID]) -> BlobStore:
        """The store of one unit of work."""
        return BlobStore(self, session, keys, now, new_id)

    async def put(self, name: str, content: bytes) -> None:
        await self._guarded(self._put(name, content))

    async def get(self, name: str) -> bytes:
        """Raises ``not_found`` when there is no such object."""
        return await self._guarded(self._get(name))

    async def delete(self, name: str) -> None:
        await self._guarded(self._delete(name))

    async def _put(self, name: str, content: bytes) -> bytes:
        await (await self.jetstream.object_store(bucket(self.service))).put(name, io.BytesIO(content))
        return b""

    async def _get(self, name: str) -> bytes:
        found = await (await self.jetstream.object_store(bucket(self.service))).get(name)
        return found.data or b""

    async def _delete(self, name: str) -> bytes:
        await (await self.jetstream.object_store(bucket(self.service))).delete(name)
        return b""

    async def _guarded(self, call: Awaitable[bytes]) -> bytes:
        try:
            async with asyncio.timeout(OBJECT_STORE_SECONDS):
                return await call
        except NotFoundError:
            raise not_found() from None
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise unavailable() from error


class BlobStore:
    """The files as one unit of work sees them. Who may read a file is decided by the record that names it."""

    def __init__(
        self, store: BlobBucket, session: AsyncSession, keys: Keyring, now: datetime, new_id: Callable[[], UUID]
    ) -> None:
        self._store, self._session, self._keys, self._now, self._new_id = store, session, keys, now, new_id

    async def put(
        self,
        person_id: UUID,
        content: bytes,
        *,
        name: str | None = None,
        declared: str | None = None,
        audio: bool = False,
    ) -> Blob:
        """Check, seal and store a file of this person.

        ``name`` and ``declared`` (media type) are the sender's claims; ``audio`` lets a recording in.
        Raises what `chassis.privacy.files.check` raises,
        ``unavailable`` when the store does not answer.
        """
        checked = await asyncio.to_thread(check, content, name, declared, self._store.limit, audio=audio)
        key = await self._keys.get(person_id)
        blob = Blob(self._new_id(), person_id, checked.media_type, len(content), hashlib.sha256(content).digest(), name)
        await self._store.put(str(blob.id), await asyncio.to_thread(seal_bytes, content, key, _place(blob.id)))
        sealed_name = seal_bytes(name.encode(), key, _place(blob.id, "name")) if name else None
        values = {"id": blob.id, "person": person_id, "type": str(blob.media_type), "size": blob.size}
        values |= {"sha256": blob.sha256, "name": sealed_name, "now": self._now}
        await self._session.execute(_INSERT, values)
        return blob

    async def describe(self, blob_id: UUID) -> Blob:
        """The file's outside, without opening it; ``not_found`` for a deleted file too."""
        return (await self._row(blob_id))[0]

    async def open(self, blob_id: UUID) -> tuple[Blob, bytes]:
        """The file and its content. Raises ``not_found``, ``person_erased``, ``unavailable``; `BrokenSealError` when
        the stored bytes were altered.
        """
        blob, sealed_name = await self._row(blob_id)
        key = await self._keys.get(blob.person_id)
        sealed = await self._store.get(str(blob.id))
        content = await asyncio.to_thread(unseal_bytes, sealed, key, _place(blob.id))
        if hashlib.sha256(content).digest() != blob.sha256:
            raise BrokenSealError("blob")
        name = unseal_bytes(sealed_name, key, _place(blob.id, "name")).decode() if sealed_name else None
        return Blob(blob.id, blob.person_id, blob.media_type, blob.size, blob.sha256, name), content

    async def delete(self, blob_id: UUID) -> None:
        """Forget a file: the row stays as proof without name, the object is removed."""
        await self._row(blob_id)
        await self._session.execute(_DELETE, {"id": blob_id})
        await self._store.delete(str(blob_id))

    async def _row(self, blob_id: UUID) -> tuple[Blob, bytes | None]:
        row = (await self._session.execute(_GET, {"id": blob_id})).one_or_none()
        if row is None:
            raise not_found()
        return Blob(row.id, row.person_id, MediaType(row.media_type), row.size, row.sha256), row.sealed_name


def seal_bytes(content: bytes, key: PersonKey, at: str) -> bytes:
    """Encrypt for one place in pieces of `PIECE_BYTES`, each bound to its number and whether it is the last one."""
    salt = os.urandom(_SALT_BYTES)
    cipher, bound = _cipher(key, salt, at), _bound(key, at)
    pieces = [content[i : i + PIECE_BYTES] for i in range(0, len(content), PIECE_BYTES)] or [b""]
    last = len(pieces) - 1
    sealed = [cipher.encrypt(_nonce(i, i == last), piece, bound) for i, piece in enumerate(pieces)]
    return b"".join((_MAGIC, struct.pack(">I", key.version), salt, *sealed))


def unseal_bytes(sealed: bytes, key: PersonKey, at: str) -> bytes:
    """The reverse; `BrokenSealError` when cut, reordered, altered, or sealed for another place or person."""
    start = len(_MAGIC) + 4 + _SALT_BYTES
    if sealed[: len(_MAGIC)] != _MAGIC or len(sealed) < start + _TAG_BYTES:
        raise BrokenSealError("blob")
    cipher, bound = _cipher(key, sealed[start - _SALT_BYTES : start], at), _bound(key, at)
    step = PIECE_BYTES + _TAG_BYTES
    pieces = [sealed[i : i + step] for i in range(start, len(sealed), step)]
    last = len(pieces) - 1
    try:
        return b"".join(cipher.decrypt(_nonce(i, i == last), piece, bound) for i, piece in enumerate(pieces))
    except InvalidTag:
        raise BrokenSealError("blob") from None


def _cipher(key: PersonKey, salt: bytes, at: str) -> AESGCM:
    # A key of its own per file, so that piece numbers can serve as nonces.
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=f"marshrut/blob/{at}".encode()).derive(key.material))


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">QI", number, int(last))


def _bound(key: PersonKey, at: str) -> bytes:
    return f"{at}|{key.person_id}|{key.version}".encode()


def _place(blob_id: UUID, part: str = "content") -> str:
    return f"blob/{part}/{blob_id}"


_INSERT = text(
    "INSERT INTO blobs (id, person_id, media_type, size, sha256, sealed_name, state, stored_at) "
    "VALUES (:id, :person, :type, :size, :sha256, :name, 'stored', :now)"
)
_GET = text(
    "SELECT id, person_id, media_type, size, sha256, sealed_name FROM blobs WHERE id = :id AND state = 'stored'"
)
_DELETE = text("UPDATE blobs SET state = 'deleted', sealed_name = NULL WHERE id = :id")
