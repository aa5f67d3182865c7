"""Rate limits of public routes: form, token pages, codes. The gateway has no limiter.

Counted outside the request's transaction, so that a refused or failed attempt counts too. In PostgreSQL the count
holds over all replicas; the table is unlogged: losing it after a crash only forgives.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from typing import Literal

from limits import parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.errors import DomainError, Kind

DDL: tuple[str, ...] = (
    "CREATE UNLOGGED TABLE rate_limits (key text PRIMARY KEY, hits integer NOT NULL, expires_at timestamptz NOT NULL)",
)

_HIT = text("""
INSERT INTO rate_limits AS r (key, hits, expires_at)
VALUES (:key, :amount, clock_timestamp() + make_interval(secs => :expiry))
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN r.expires_at <= clock_timestamp() THEN :amount ELSE r.hits + :amount END,
  expires_at = CASE WHEN r.expires_at <= clock_timestamp() THEN EXCLUDED.expires_at ELSE r.expires_at END
RETURNING hits
""")
_HITS = text("SELECT hits FROM rate_limits WHERE key = :key AND expires_at > clock_timestamp()")
_EXPIRES = text("SELECT extract(epoch FROM expires_at) FROM rate_limits WHERE key = :key")
_CLEAR = text("DELETE FROM rate_limits WHERE key = :key")
_RESET = text("DELETE FROM rate_limits")
_FORGET = text("DELETE FROM rate_limits WHERE expires_at < clock_timestamp()")


class PostgresStorage(Storage):
    """Counters of `limits` in the service's own database, each statement its own short transaction."""

    STORAGE_SCHEME = None

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__()
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        async with self._engine.connect() as connection:
            hits = await connection.scalar(_HIT, {"key": key, "expiry": float(expiry), "amount": amount})
            return int(hits or 0)

    async def get(self, key: str) -> int:
        async with self._engine.connect() as connection:
            return int(await connection.scalar(_HITS, {"key": key}) or 0)

    async def get_expiry(self, key: str) -> float:
        async with self._engine.connect() as connection:
            return float(await connection.scalar(_EXPIRES, {"key": key}) or time.time())

    async def check(self) -> bool:
        async with self._engine.connect() as connection:
            return bool(await connection.scalar(text("SELECT true")))

    async def clear(self, key: str) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(_CLEAR, {"key": key})

    async def reset(self) -> int | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(_RESET)).rowcount


class RateLimiter:
    """Refuses the calls over a route's limit. Callers are kept as keyed digests: an address is personal data."""

    def __init__(self, secret: bytes, storage: Storage) -> None:
        self._secret, self._storage = secret, storage
        self._strategy = FixedWindowRateLimiter(storage)

    async def hit(self, rate: str, operation: str, caller: str) -> None:
        """Count one call.

        Args:
            rate: such as ``10/minute``, in the notation of `limits`.
            operation: what is limited, such as a route's method and template.
            caller: address, e-mail or other identification; only its digest is stored.

        Raises:
            DomainError: 429 with ``Retry-After``.
        """
        item = parse(rate)
        digest = hmac.new(self._secret, caller.encode(), hashlib.sha256).hexdigest()[:32]
        if await self._strategy.hit(item, operation, digest):
            return
        stats = await self._strategy.get_window_stats(item, operation, digest)
        raise _too_many(max(1, math.ceil(stats.reset_time - time.time())))


def storage(kind: Literal["postgresql", "memory"], engine: AsyncEngine) -> Storage:
    """The storage a service's settings ask for; memory counts per process only."""
    return PostgresStorage(engine) if kind == "postgresql" else MemoryStorage()


async def forget_expired(session: AsyncSession) -> None:
    """Delete windows that are over; run by the worker."""
    await session.execute(_FORGET)


def _too_many(seconds: int) -> DomainError:
    return DomainError(
        "too_many_requests",
        Kind.TOO_MANY,
        ru=f"Слишком много запросов. Повторите через {seconds} с.",
        en=f"Too many requests. Try again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
        retry_after_seconds=seconds,
    )
