"""A service refuses a database that may forget a commit and a role that passes row security."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from chassis.access.rls import Entry, Open
from chassis.run import Service
from chassis.run.safety import UnsafeError, refuse_unsafe_database
from chassis.testing.running import Running
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

Reasons = Callable[..., Awaitable[str]]


@pytest.fixture
def reasons(service: Service) -> Reasons:
    async def check(url: str, guarded: tuple[Entry, ...] = service.guarded, **settings: str) -> str:
        engine = create_async_engine(url, poolclass=NullPool, connect_args={"server_settings": settings})
        try:
            await refuse_unsafe_database(engine, guarded)
        except UnsafeError as error:
            return str(error)
        finally:
            await engine.dispose()
        return ""

    return check


async def test_the_roles_of_a_service_are_accepted(app: Running, reasons: Reasons) -> None:
    for url in (app.urls.api, app.urls.worker):
        assert "role" not in await reasons(url)


async def test_a_server_without_fsync_is_refused(app: Running, reasons: Reasons) -> None:
    async with app.unit() as unit:
        fsync = await unit.session.scalar(text("SHOW fsync"))
    assert ("fsync must be on" in await reasons(app.urls.api)) == (fsync == "off")


async def test_a_commit_that_does_not_wait_is_refused(app: Running, reasons: Reasons) -> None:
    assert "synchronous_commit must be on" in await reasons(app.urls.api, synchronous_commit="off")


async def test_the_owner_is_refused(app: Running, reasons: Reasons) -> None:
    assert "the role owns tables" in await reasons(app.urls.owner)


async def test_a_superuser_is_refused(app: Running, reasons: Reasons, servers: Any) -> None:
    url = servers.postgres_dsn.replace("postgresql:", "postgresql+asyncpg:").rpartition("/")[0]
    assert "the role is superuser" in await reasons(f"{url}/{app.urls.name}")


async def test_a_table_without_forced_row_security_is_refused(app: Running, reasons: Reasons) -> None:
    told = await reasons(app.urls.api, (Open("idempotency_keys"), Open("applications")))
    assert "not forced on idempotency_keys" in told
    assert "applications" not in told
