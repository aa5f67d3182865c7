"""The migrated database is the mapped one, and its policies are the generated ones."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cases.main import service
from chassis.testing.running import Running
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

MINE = set(service.base.metadata.tables)


def _of_the_service(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind != "table" or name in MINE


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"include_object": _of_the_service})
    return list(compare_metadata(context, service.base.metadata))


async def test_the_migrations_make_exactly_the_mapped_tables(app: Running) -> None:
    engine = create_async_engine(app.urls.owner)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()
