"""Schema changes: each service ships revisions only; environment and the chassis's own tables live here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.access import authority, limits, rls
from chassis.bus import dead_letters, inbox
from chassis.data import idempotency, outbox
from chassis.privacy import audit, blobs, keyring
from chassis.work import timers

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = text("SELECT pg_advisory_xact_lock(7810772)")
"""Two processes that migrate at once take turns."""
_AS_SYSTEM = text("SELECT set_config('app.roles', '{system}', true)")
"""A revision that moves data sees the rows of a database that is in use already, under forced row security."""


class Executes(Protocol):
    """What alembic's ``op`` offers and is needed here."""

    def execute(self, statement: str) -> object: ...


def platform_statements(*, owns_keys: bool = False) -> tuple[str, ...]:
    """The tables the chassis needs in every service; ``owns_keys`` adds the person keys (intake alone)."""
    return (
        *outbox.DDL,
        *inbox.DDL,
        *dead_letters.DDL,
        *timers.DDL,
        *idempotency.DDL,
        *limits.DDL,
        *authority.DDL,
        *audit.TABLES,
        *blobs.TABLES,
        *(keyring.TABLES if owns_keys else ()),
    )


def platform_tables(op: Executes, *, owns_keys: bool = False) -> None:
    """Called by every service's first revision: ``platform_tables(op)``."""
    for statement in platform_statements(owns_keys=owns_keys):
        op.execute(statement)


async def upgrade(package: str, url: str, revision: str = "head") -> None:
    """Bring a database to ``revision`` with the owner's address; safe to run side by side and again.

    ``package`` holds the folder ``versions``, for example ``cases.migrations``.
    """
    await _as_owner(url, lambda connection: _upgrade(connection, package, revision))


async def migrate_service(package: str, name: str, guarded: Sequence[rls.Entry], url: str) -> None:
    """The newest revision of ``package`` and the policies of service ``name``, in one transaction.

    Raises `chassis.access.rls.UngovernedError` for a table without a policy.
    """

    def steps(connection: Connection) -> None:
        _upgrade(connection, package, "head")
        rls.install(connection, name, guarded)

    await _as_owner(url, steps)


def configuration(package: str) -> Config:
    """Alembic's configuration for one service, without any ini file."""
    # a service that only serves needs none of it: every start of a process is quicker without
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("alembic_environment")))
    config.set_main_option("version_locations", str(files(package).joinpath("versions")))
    config.set_main_option("path_separator", "os")
    return config


async def _as_owner(url: str, steps: Callable[[Connection], None]) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(_LOCK)
            await connection.execute(_AS_SYSTEM)
            await connection.run_sync(steps)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, package: str, revision: str) -> None:
    from alembic import command

    config = configuration(package)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
