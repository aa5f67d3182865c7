"""Keys of persons: made by intake with the person, read by services that open sealed values, destroyed once.

intake keeps the keys in its own database, wrapped by the key-encryption key. A copy of the wrapped keys goes to the
NATS key-value bucket ``keys`` after the commit; it can be rebuilt at any time. Destroying the row and overwriting the
message makes everything sealed for the person unreadable, in every service and every backup without the key.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import nats.errors
import structlog
from contracts.sealed import NONCE_BYTES, PersonKey
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import Clock
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.errors import DomainError, Kind, not_found, unavailable

BUCKET = "keys"
STREAM = f"KV_{BUCKET}"
KEY_BYTES = 32
CACHE_FOR = timedelta(minutes=5)
"""How long another process may still open sealed values after the key was erased."""
CACHE_SIZE = 10_000
COPY_BATCH = 100
COPY_EVERY_SECONDS = 0.1
RETRY_SECONDS = 2.0
_SEQUENCE_TAKEN = 10071
log = structlog.get_logger(__name__)

TABLES: tuple[str, ...] = (
    """CREATE TABLE person_keys (
  person_id uuid PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  material bytea,
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz,
  copied_at timestamptz,
  CHECK ((material IS NULL) = (destroyed_at IS NOT NULL))
)""",
    "CREATE INDEX person_keys_to_copy ON person_keys (created_at) WHERE copied_at IS NULL",
)
"""The table of keys, for intake's first migration only."""


class KeySource:
    """One process's way to the keys.

    Args:
        secret: the key-encryption key, 32 bytes, the same in all services that may open sealed values.
        jetstream: needed where the keys belong to another service.
        owner: True in intake, whose own database holds the keys.
    """

    def __init__(self, secret: bytes, jetstream: JetStreamContext | None, *, owner: bool = False) -> None:
        self._wrap = AESGCM(secret)
        self._jetstream, self.owner = jetstream, owner
        self._cache: OrderedDict[UUID, tuple[float, PersonKey]] = OrderedDict()

    def of(self, session: AsyncSession, now: datetime) -> Keyring:
        """The keyring of one unit of work."""
        return Keyring(self, session, now)

    def wrap(self, key: PersonKey) -> bytes:
        """The key as it may be stored: nonce and AES-256-GCM ciphertext, bound to the person and version."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, key.material, _bound(key.person_id, key.version))

    def unwrap(self, person_id: UUID, version: int, wrapped: bytes) -> PersonKey:
        """The reverse; ``RuntimeError`` when it was wrapped by another secret or for another person."""
        nonce, data = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return PersonKey(person_id, version, self._wrap.decrypt(nonce, data, _bound(person_id, version)))
        except InvalidTag:
            raise RuntimeError("a person key does not open: another keyring secret, or altered") from None

    async def fetch(self, person_id: UUID) -> PersonKey:
        """A key of another service's keeping, from the bucket, remembered for at most `CACHE_FOR`."""
        known = self._cache.get(person_id)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        self._cache.pop(person_id, None)
        message = await self._message(person_id)
        if not message.data:
            raise erased()
        key = self.unwrap(person_id, int((message.headers or {})["Key-Version"]), message.data)
        self._remember(key)
        return key

    async def _message(self, person_id: UUID) -> Any:
        if self._jetstream is None:
            raise unavailable()
        try:
            return await self._jetstream.get_last_msg(STREAM, subject(person_id), direct=True)
        except NotFoundError:
            raise key_not_here_yet() from None
        except (nats.errors.Error, OSError) as error:
            raise unavailable() from error

    def _remember(self, key: PersonKey) -> None:
        self._cache[key.person_id] = (time.monotonic() + CACHE_FOR.total_seconds(), key)
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)


class Keyring:
    """The keys as one unit of work sees them."""

    def __init__(self, source: KeySource, session: AsyncSession, now: datetime) -> None:
        self._source, self._session, self._now = source, session, now
        self._seen: dict[UUID, PersonKey] = {}

    async def get(self, person_id: UUID) -> PersonKey:
        """The person's key.

        Raises `DomainError`: ``person_erased`` (410), ``key_not_here_yet`` (503, retry) where the copy lags behind,
        ``not_found`` in intake for a person without a key.
        """
        if not self._source.owner:
            return await self._source.fetch(person_id)
        if person_id not in self._seen:
            self._seen[person_id] = await self._stored(person_id)
        return self._seen[person_id]

    async def _stored(self, person_id: UUID) -> PersonKey:
        row = (await self._session.execute(_GET, {"person": person_id})).one_or_none()
        if row is None:
            raise not_found()
        if row.material is None:
            raise erased()
        return self._source.unwrap(person_id, row.version, row.material)

    async def create(self, person_id: UUID) -> PersonKey:
        """A new key for a new person, durable with the transaction; copied to the bucket after its commit."""
        self._must_own()
        key = PersonKey(person_id, 1, os.urandom(KEY_BYTES))
        values = {"person": person_id, "material": self._source.wrap(key), "now": self._now}
        await self._session.execute(_CREATE, values)
        return key

    async def create_many(self, person_ids: Sequence[UUID]) -> list[PersonKey]:
        """New keys for many new people in one statement; in the order of ``person_ids``."""
        self._must_own()
        keys = [PersonKey(person_id, 1, os.urandom(KEY_BYTES)) for person_id in person_ids]
        if keys:
            columns = {"people": [k.person_id for k in keys], "materials": [self._source.wrap(k) for k in keys]}
            await self._session.execute(_CREATE_MANY, {**columns, "now": self._now})
        return keys

    async def erase(self, person_id: UUID) -> None:
        """Destroy the key. Other services stop opening the person's data at most `CACHE_FOR` after the copy is gone
        (see `gone_everywhere`). Repeatable; ``not_found`` for an unknown person.
        """
        self._must_own()
        self._seen.pop(person_id, None)
        if (await self._session.execute(_ERASE, {"person": person_id, "now": self._now})).one_or_none() is None:
            raise not_found()

    async def gone_everywhere(self, person_id: UUID) -> bool:
        """Whether the erased key is overwritten in the bucket and out of every cache."""
        self._must_own()
        row = (await self._session.execute(_GET, {"person": person_id})).one_or_none()
        if row is None or row.material is not None or row.copied_at is None:
            return False
        return bool(row.copied_at + CACHE_FOR <= self._now)

    def _must_own(self) -> None:
        if not self._source.owner:
            raise RuntimeError("only the service that owns the keys may create or erase them")


class KeyCopier:
    """The worker's loop in intake: brings the bucket in line with the table. Any number may run; rows are claimed."""

    def __init__(self, database: Database, jetstream: JetStreamContext, clock: Clock) -> None:
        self._database, self._jetstream, self._clock = database, jetstream, clock

    async def run(self) -> None:
        """Copy until cancelled. A bucket that was lost is filled again at the start."""
        started = False
        while True:
            try:
                if not started:
                    await self.refill()
                    started = True
                copied = await self.copy()
                await asyncio.sleep(0 if copied == COPY_BATCH else COPY_EVERY_SECONDS)
            except Exception:
                log.exception("key_copy_failed")
                await asyncio.sleep(RETRY_SECONDS)

    async def copy(self) -> int:
        """Copy or overwrite the next waiting keys; how many."""
        async with self._database.transaction(SYSTEM) as session:
            rows = (await session.execute(_TO_COPY, {"batch": COPY_BATCH})).all()
            for row in rows:
                await (self._put(row) if row.material is not None else self._overwrite(row.person_id))
            if rows:
                people = [row.person_id for row in rows]
                await session.execute(_COPIED, {"people": people, "now": self._clock.now()})
        return len(rows)

    async def refill(self) -> None:
        """Mark every key for copying when the bucket holds fewer entries than the table."""
        held = (await self._jetstream.stream_info(STREAM)).state.messages
        async with self._database.transaction(SYSTEM) as session:
            if held < ((await session.execute(_COUNT_COPIED)).scalar() or 0):
                await session.execute(_COPY_AGAIN)

    async def _put(self, row: Any) -> None:
        await self._publish(row.person_id, row.material, {"Key-Version": str(row.version)})

    async def _overwrite(self, person_id: UUID) -> None:
        """Erase the message itself: a purge or a newer message would leave the bytes on disk."""
        try:
            message = await self._jetstream.get_last_msg(STREAM, subject(person_id), direct=True)
        except NotFoundError:
            message = None
        if message is not None and message.data and message.seq:
            await self._jetstream.delete_msg(STREAM, message.seq)
        await self._publish(person_id, b"", {"KV-Operation": "PURGE"})

    async def _publish(self, person_id: UUID, value: bytes, headers: dict[str, str]) -> None:
        # Only where nothing stands yet: a second message would push the first one out without overwriting it.
        expectation = {"Nats-Expected-Last-Subject-Sequence": "0"}
        try:
            await self._jetstream.publish(subject(person_id), value, stream=STREAM, headers=headers | expectation)
        except APIError as error:
            if error.err_code != _SEQUENCE_TAKEN:
                raise


def subject(person_id: UUID) -> str:
    """Where a person's key stands in the bucket."""
    return f"$KV.{BUCKET}.{person_id}"


def erased() -> DomainError:
    """The person was erased; values sealed under the person's key cannot be opened by anybody."""
    ru, en = "Данные этого человека уничтожены.", "The data of this person were erased."
    return DomainError("person_erased", Kind.GONE, ru=ru, en=en)


def key_not_here_yet() -> DomainError:
    """The event was faster than the key; the message is to be tried again."""
    ru, en = "Ключ ещё не получен, повторите позже.", "The key has not arrived yet; try again."
    return DomainError("key_not_here_yet", Kind.UNAVAILABLE, ru=ru, en=en)


def _bound(person_id: UUID, version: int) -> bytes:
    return f"person_key|{person_id}|{version}".encode()


_GET = text("SELECT version, material, copied_at FROM person_keys WHERE person_id = :person")
_CREATE = text("INSERT INTO person_keys (person_id, material, created_at) VALUES (:person, :material, :now)")
_CREATE_MANY = text(
    "INSERT INTO person_keys (person_id, material, created_at)"
    " SELECT p, m, :now FROM unnest(:people, :materials) AS k(p, m)"
).bindparams(bindparam("people", type_=ARRAY(Uuid())), bindparam("materials", type_=ARRAY(LargeBinary())))
_ERASE = text(
    "UPDATE person_keys SET material = NULL, destroyed_at = coalesce(destroyed_at, :now), "
    "copied_at = CASE WHEN destroyed_at IS NULL THEN NULL ELSE copied_at END WHERE person_id = :person "
    "RETURNING person_id"
)
_TO_COPY = text(
    "SELECT person_id, version, material FROM person_keys WHERE copied_at IS NULL ORDER BY created_at LIMIT :batch "
    "FOR UPDATE SKIP LOCKED"
)
_COPIED = text("UPDATE person_keys SET copied_at = :now WHERE person_id = ANY(CAST(:people AS uuid[]))")
_COUNT_COPIED = text("SELECT count(*) FROM person_keys WHERE copied_at IS NOT NULL")
_COPY_AGAIN = text("UPDATE person_keys SET copied_at = NULL")
