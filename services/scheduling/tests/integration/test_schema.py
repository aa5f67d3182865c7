"""The migrated database is the mapped one; producers' examples pass through the real inbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from chassis.testing.running import Running
from contracts.catalogue import CATALOGUE
from contracts.testing import examples
from scheduling.main import service
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

ROOM = UUID(int=10)
MINE = set(service.base.metadata.tables)
HANDLED = sorted(
    name
    for name, event in CATALOGUE.items()
    if any(event in handler.events for router in service.event_routers for handler in router.handlers)
)


def _of_the_service(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind != "table" or name in MINE


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"include_object": _of_the_service})
    return list(compare_metadata(context, service.base.metadata))


async def test_the_migrations_make_exactly_the_mapped_tables(scheduling: Running) -> None:
    engine = create_async_engine(scheduling.urls.owner)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


@pytest.mark.parametrize("name", HANDLED)
async def test_every_example_of_a_handled_event_is_taken(scheduling: Running, name: str) -> None:
    for event in examples(name).values():
        assert await scheduling.deliver(event) is None


async def test_the_database_itself_refuses_a_double_booking(scheduling: Running) -> None:
    await _booked(scheduling, "[2026-03-02T09:00Z,2026-03-02T10:00Z)")
    await _booked(scheduling, "[2026-03-02T10:00Z,2026-03-02T11:00Z)")
    with pytest.raises(IntegrityError, match="bookings_no_overlap"):
        await _booked(scheduling, "[2026-03-02T09:30Z,2026-03-02T10:30Z)")


async def _booked(scheduling: Running, during: str) -> None:
    insert = text(
        "INSERT INTO bookings (id, resource, kind, during, subject_id)"
        " VALUES (:id, :room, 'room', CAST(CAST(:during AS text) AS tstzrange), :id)"
    )
    async with scheduling.unit() as unit:
        await unit.session.execute(insert, {"id": unit.new_id(), "room": ROOM, "during": during})


async def test_without_a_context_the_api_role_reads_nothing_at_all(scheduling: Running) -> None:
    async with scheduling.api.database.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="access context is missing"):
            await connection.execute(text("SELECT * FROM specialists"))
