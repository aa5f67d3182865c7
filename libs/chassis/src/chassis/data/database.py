"""The one transaction a request or message runs in: row security context, outbox, commit or roll back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Enum, MetaData, Uuid, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from chassis.clock import Clock, SystemClock
from chassis.data import outbox
from chassis.data.context import AccessContext, Cause

_SET_CONTEXT = text(
    "SELECT set_config('app.principal', :principal, true), set_config('app.roles', :roles, true),"
    " set_config('app.organisations', :organisations, true), set_config('app.territories', :territories, true),"
    " set_config('app.children', :children, true), set_config('app.token', :token, true)"
)

# A paused process must not hold rows for ever: the server ends what idles inside a transaction.
_SERVER_SETTINGS = {
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
    # Many ask a little at the same time: what would speed up one great question costs all the others.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # Indexes stand in memory or on a disk without arms; the server's own default is of the year 2000.
    "random_page_cost": "1.1",
}

CONNECT_SECONDS = 10
"""How long a caller waits for a connection, new or out of the pool, before he is told that we are not available."""


def service_metadata() -> MetaData:
    """The tables of one service, with constraint names that are the same on every machine."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


COLUMN_TYPES: Mapping[Any, Any] = {
    datetime: DateTime(timezone=True),
    UUID: Uuid(),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
    StrEnum: Enum(StrEnum, native_enum=False, length=64, values_callable=lambda kind: [m.value for m in kind]),
}
"""``type_annotation_map`` of a service's ``class Base(DeclarativeBase)``, beside ``metadata = service_metadata()``."""


class Database:
    """One role's access to the database of one service.

    Args:
        url: ``postgresql+asyncpg://…``.
        pool_size: connections kept; twice as many may be open at once.
        clock: gives events their ``ce-time``.
    """

    def __init__(self, url: str, *, pool_size: int = 5, clock: Clock | None = None, name: str = "marshrut") -> None:
        self.url = url
        self.clock = clock or SystemClock()
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            # Errors reach logs and dead letters; parameters quote rows, hence people.
            hide_parameters=True,
            pool_timeout=CONNECT_SECONDS,
            connect_args={
                "timeout": CONNECT_SECONDS,
                "server_settings": {"application_name": name, **_SERVER_SETTINGS},
            },
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, sync_session_class=outbox.RecordingSession
        )

    @property
    def dsn(self) -> str:
        """The address for a dedicated asyncpg connection (LISTEN, advisory locks)."""
        return make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)

    @asynccontextmanager
    async def transaction(self, context: AccessContext, cause: Cause | None = None) -> AsyncIterator[AsyncSession]:
        """Run in one transaction on behalf of ``context``: committed at the end with its events, or rolled back.

        Raises ``StaleDataError`` when somebody else changed an aggregate meanwhile.
        """
        async with self._sessions() as session, session.begin():
            outbox.attach(session, self.clock, cause or Cause())
            await session.execute(_SET_CONTEXT, context.settings())
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _refuse_closed(connection: Any, _record: object, _fairy: object) -> None:
    """Have the pool connect anew where the server has hung up; known from the socket, without asking (three trips)."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("closed by the server")
