"""The migrated database is the mapped one, and its policies are the generated ones."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from chassis.access.rls import differences
from chassis.testing.running import Running
from notifications.main import service
from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine

MINE = set(service.base.metadata.tables)


def _of_the_service(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    # partial indexes and checks live in the migration alone
    return kind == "column" or (kind == "table" and name in MINE)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"include_object": _of_the_service})
    return list(compare_metadata(context, service.base.metadata))


async def test_the_migrations_make_exactly_the_mapped_tables_under_the_generated_policies(app: Running) -> None:
    engine = create_async_engine(app.urls.owner, poolclass=NullPool)
    async with engine.begin() as connection:
        assert await connection.run_sync(_differences) == []
        assert await connection.run_sync(differences, service.name, service.guarded) == []
    await engine.dispose()
