"""Servers and databases of the protection tests: a table guarded by the real policy and the chassis's own tables."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats
import pytest
from chassis.access.rls import ChildOf, Entry, Guarded, Open, differences, install
from chassis.bus.topology import Sizes, blob_stream, key_stream
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.privacy import audit, blobs, keyring
from chassis.testing.testbed import Databases, Servers
from contracts.access import Permission, Relation
from embedded import Nats, ServiceUser
from nats.aio.client import Client
from sqlalchemy import make_url, text

SERVICE = "cases"
SIZES = Sizes()
TABLES = (
    """CREATE TABLE case_files (
  id uuid PRIMARY KEY, region text NOT NULL, territory text NOT NULL, coordinating uuid NOT NULL, serving uuid NOT NULL,
  coordinator_id uuid NOT NULL, team uuid[] NOT NULL DEFAULT '{}', child_id uuid NOT NULL, note text NOT NULL DEFAULT ''
)""",
    "CREATE TABLE file_notes (id uuid PRIMARY KEY, case_id uuid NOT NULL, body text NOT NULL)",
    "CREATE TABLE applications (id uuid PRIMARY KEY, token_digest text NOT NULL, organisation uuid, serving uuid, "
    "territory text, child_id uuid, filed_by uuid, state text NOT NULL)",
    "CREATE TABLE catalogue (code text PRIMARY KEY)",
)
_TERRITORY = ("territory", "region")
GUARDED: tuple[Entry, ...] = (
    Guarded(
        "case_files",
        "case_file",
        {
            Relation.ORGANISATION: "coordinating",
            Relation.SERVING: "serving",
            Relation.TERRITORY: _TERRITORY,
            Relation.COORDINATOR: "coordinator_id",
            Relation.TEAM: "team",
            Relation.CHILD: "child_id",
        },
    ),
    ChildOf("file_notes", "case_files", "case_id", replaced=True),
    Guarded(
        "applications",
        "application",
        {
            Relation.ORGANISATION: "organisation",
            Relation.SERVING: "serving",
            Relation.TERRITORY: "territory",
            Relation.CHILD: "child_id",
            Relation.TOKEN: "token_digest",
            Relation.SELF: "filed_by",
        },
    ),
    Open("catalogue", writers=(Permission("organisation:manage"),)),
)


@dataclass(frozen=True)
class World:
    """One migrated database, seen through its three roles."""

    owner: Database
    api: Database
    worker: Database
    superuser: Database
    guarded: tuple[Entry, ...] = GUARDED

    async def migrate(self) -> None:
        async with self.owner.transaction(SYSTEM) as session:
            for statement in (*TABLES, *audit.TABLES, *keyring.TABLES, *blobs.TABLES):
                await session.execute(text(statement))
        await self.install()

    async def install(self) -> None:
        async with self.owner.transaction(SYSTEM) as session:
            await (await session.connection()).run_sync(install, SERVICE, GUARDED)

    async def empty(self) -> None:
        tables = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
        async with self.superuser.engine.begin() as connection:
            # The append-only trigger stands in the way of everybody else.
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(text(f"TRUNCATE {await connection.scalar(text(tables))}"))

    async def differences(self) -> list[str]:
        async with self.owner.transaction(SYSTEM) as session:
            return await (await session.connection()).run_sync(differences, SERVICE, GUARDED)

    async def close(self) -> None:
        for database in (self.owner, self.api, self.worker, self.superuser):
            await database.close()


@asynccontextmanager
async def migrated(databases: Databases, servers: Servers) -> AsyncIterator[World]:
    urls = await databases.empty(SERVICE)
    address = make_url(servers.postgres_dsn).set(drivername="postgresql+asyncpg", database=urls.name)
    superuser = address.render_as_string(hide_password=False)
    owner, api, worker, above = (Database(url, pool_size=2) for url in (urls.owner, urls.api, urls.worker, superuser))
    found = World(owner, api, worker, above)
    await found.migrate()
    yield found
    await found.close()
    await databases.drop(urls.name)


@pytest.fixture(scope="session")
async def shared_world(databases: Databases, servers: Servers) -> AsyncIterator[World]:
    async with migrated(databases, servers) as found:
        yield found


@pytest.fixture
async def world(shared_world: World) -> World:
    """A database whose tables are empty; the schema is shared and must stay as it is."""
    await shared_world.empty()
    return shared_world


@pytest.fixture
async def own_world(databases: Databases, servers: Servers) -> AsyncIterator[World]:
    """A database of its own, for tests that change the schema."""
    async with migrated(databases, servers) as found:
        yield found


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    users = (
        ServiceUser(SERVICE, writes_buckets=("keys",)),
        ServiceUser("scheduling", reads_buckets=("keys",)),
        ServiceUser("reporting"),
    )
    server = Nats(tmp_path_factory.mktemp("nats"), users=users)
    server.start()
    yield server
    server.stop()


async def connected(bus: Nats, user: str) -> Client:
    return await nats.connect(bus.url(user), inbox_prefix=f"_INBOX_{user}".encode(), allow_reconnect=False)


@pytest.fixture(scope="session")
async def buckets(bus: Nats) -> AsyncIterator[None]:
    client = await connected(bus, "bootstrap")
    stream = client.jetstream()
    await stream.add_stream(key_stream(SIZES))
    await stream.add_stream(blob_stream(SERVICE, SIZES))
    yield
    await client.close()


@pytest.fixture
async def owner_bus(bus: Nats, buckets: None) -> AsyncIterator[Client]:
    client = await connected(bus, SERVICE)
    yield client
    await client.close()


@pytest.fixture
async def reader_bus(bus: Nats, buckets: None) -> AsyncIterator[Client]:
    client = await connected(bus, "scheduling")
    yield client
    await client.close()


@pytest.fixture
async def stranger_bus(bus: Nats, buckets: None) -> AsyncIterator[Client]:
    client = await connected(bus, "reporting")
    yield client
    await client.close()
