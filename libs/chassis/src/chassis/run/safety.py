"""Checks at start: storage that may forget a commit, and roles that pass row security, are refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.access.rls import Entry
from chassis.failures import describe
from chassis.outage import is_outage

T = TypeVar("T")
log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 60.0
TRY_SECONDS = 10.0
PAUSE_SECONDS = 0.3
_MUST_BE_ON = ("fsync", "full_page_writes")


class UnsafeError(RuntimeError):
    """The process must not start; every reason is named."""


async def once_it_answers(server: str, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again while a server is away; a process that ended instead would cost seconds at every start.

    Raises:
        UnsafeError: it has stayed away for `PATIENCE_SECONDS`; a supervisor may start us once more.
    """
    until, told = time.monotonic() + PATIENCE_SECONDS, False
    while True:
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await ask()
        except Exception as error:
            if not is_outage(error):
                raise
            if time.monotonic() > until:
                raise UnsafeError(
                    f"{server} has not answered for {PATIENCE_SECONDS:.0f} s: {describe(error)}"
                ) from error
            if not told:
                log.warning("waiting for a server", server=server, error=describe(error))
            told = True
        await asyncio.sleep(PAUSE_SECONDS)


async def refuse_unsafe_database(engine: AsyncEngine, guarded: Iterable[Entry]) -> None:
    """Check server settings, the connected role and row security; raises `UnsafeError` with all that is wrong."""
    async with engine.connect() as connection:
        found = [
            *await _unsafe_settings(connection),
            *await _unsafe_role(connection),
            *await _unguarded_tables(connection, guarded),
        ]
    if found:
        raise UnsafeError("PostgreSQL: " + "; ".join(found))


async def _unsafe_settings(connection: AsyncConnection) -> list[str]:
    wrong = [name for name in _MUST_BE_ON if await _setting(connection, name) != "on"]
    if await _setting(connection, "synchronous_commit") == "off":
        wrong.append("synchronous_commit")
    return [f"{name} must be on" for name in wrong]


async def _setting(connection: AsyncConnection, name: str) -> str:
    return str(await connection.scalar(text("SELECT current_setting(:name)"), {"name": name}))


_ROLE = text("""
SELECT rolsuper, rolbypassrls, rolcreaterole, EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'USAGE')) AS owns
FROM pg_roles WHERE rolname = current_user
""")


async def _unsafe_role(connection: AsyncConnection) -> list[str]:
    row = (await connection.execute(_ROLE)).one()
    reasons = {
        "the role is superuser": row.rolsuper,
        "the role passes row security": row.rolbypassrls,
        "the role may create roles": row.rolcreaterole,
        "the role owns tables": row.owns,
    }
    return [reason for reason, holds in reasons.items() if holds]


_FORCED = text("""
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relrowsecurity AND c.relforcerowsecurity
""")


async def _unguarded_tables(connection: AsyncConnection, guarded: Iterable[Entry]) -> list[str]:
    forced = set((await connection.execute(_FORCED)).scalars())
    return [f"row security is not forced on {e.table}" for e in guarded if e.table not in forced]
