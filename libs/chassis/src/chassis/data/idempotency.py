"""A repeated command is answered, not repeated: the first answer is stored beside the effect and replayed.

The row is written in the transaction of the effect, so both stand or neither does. A second request with the same
key waits for the first (unique index) and replays its answer. Refusals (status ≥ 400) roll back and are not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import DomainError, Kind

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 200
KEPT = timedelta(days=30)
"""A brigade device may stay offline for weeks and then resend."""
REPLAYED_HEADERS = ("content-type", "location", "etag", "content-disposition")
NONCE_BYTES = 12

DDL: tuple[str, ...] = (
    """
CREATE TABLE idempotency_keys (
  key text NOT NULL, principal text NOT NULL, operation text NOT NULL,
  request_hash bytea NOT NULL, created_at timestamptz NOT NULL,
  status smallint, headers jsonb, body bytea,
  PRIMARY KEY (key, principal, operation)
)""",
    "CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)",
)

_CLAIM = text("""
INSERT INTO idempotency_keys (key, principal, operation, request_hash, created_at)
VALUES (:key, :principal, :operation, :hash, :now) ON CONFLICT DO NOTHING RETURNING true
""")
_FIND = text("""
SELECT request_hash, status, headers, body FROM idempotency_keys
WHERE key = :key AND principal = :principal AND operation = :operation
""")
_STORE = text("""
UPDATE idempotency_keys SET status = :status, headers = CAST(:headers AS jsonb), body = :body
WHERE key = :key AND principal = :principal AND operation = :operation
""")
_FORGET = text("DELETE FROM idempotency_keys WHERE created_at < :before")


def response_key(key_encryption_key: bytes) -> bytes:
    """The key stored answers are sealed with; derived, so that no key serves two purposes."""
    return HKDF(SHA256(), 32, salt=None, info=b"marshrut idempotency").derive(key_encryption_key)


def read_key(request: Request) -> str | None:
    """The request's idempotency key; raises `DomainError` 422 for an unusable one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise DomainError(
            "bad_idempotency_key",
            Kind.INVALID,
            ru=f"Ключ повтора: до {MAX_KEY_LENGTH} печатных знаков ASCII.",
            en=f"The idempotency key is up to {MAX_KEY_LENGTH} printable ASCII characters.",
            field=HEADER,
            rule="format",
        )
    return key


async def request_hash(request: Request) -> bytes:
    """A fingerprint of path, query and body. A multipart boundary is drawn anew by every client and does not count."""
    body = await request.body()
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if boundary := boundary.split(";")[0].strip(' "'):
        body = body.replace(boundary.encode(), b"boundary")
    parts = (request.method, request.url.path, request.url.query)
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).digest()


@dataclass(frozen=True, slots=True)
class Idempotency:
    """One claimed key. ``operation`` is method and path template."""

    session: AsyncSession
    secret: bytes
    key: str
    principal: str
    operation: str

    async def claim(self, fingerprint: bytes, now: datetime) -> Response | None:
        """None when the key is new and now ours; otherwise the stored answer.

        Raises:
            DomainError: 422 when the key came with another request before.
        """
        if await self.session.scalar(_CLAIM, {**self._id, "hash": fingerprint, "now": now}):
            return None
        row = (await self.session.execute(_FIND, self._id)).one()
        if row.request_hash != fingerprint:
            raise DomainError(
                "idempotency_key_reused",
                Kind.INVALID,
                ru="Этот ключ повтора уже использован с другим запросом.",
                en="This idempotency key was used with another request.",
                field=HEADER,
                rule="reused",
            )
        return self._replay(row.status, row.headers, row.body)

    async def store(self, response: Response) -> None:
        """Keep the answer sealed, since an answer may hold personal data."""
        nonce = os.urandom(NONCE_BYTES)
        kept = {name: response.headers[name] for name in REPLAYED_HEADERS if name in response.headers}
        sealed = nonce + AESGCM(self.secret).encrypt(nonce, bytes(response.body), self._place)
        answer = {"status": response.status_code, "headers": json.dumps(kept), "body": sealed}
        await self.session.execute(_STORE, {**self._id, **answer})

    def _replay(self, status: int, headers: dict[str, str], body: bytes) -> Response:
        opened = AESGCM(self.secret).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], self._place)
        return Response(opened, status, {**headers, "Idempotent-Replay": "true"})

    @property
    def _id(self) -> dict[str, str]:
        return {"key": self.key, "principal": self.principal, "operation": self.operation}

    @property
    def _place(self) -> bytes:
        return "\n".join(self._id.values()).encode()


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete answers after their term; run by the worker."""
    await session.execute(_FORGET, {"before": now - KEPT})
