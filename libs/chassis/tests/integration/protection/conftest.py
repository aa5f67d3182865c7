"""Servers and databases of the protection tests: a table guarded by the real policy and the chassis's own tables."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count

import nats
import pytest
from chassis import audit, blobs, keyring
from chassis.bootstrap import Sizes, blob_stream, key_stream
from chassis.context import SYSTEM
from chassis.database import Database
from chassis.rls import ChildOf, Entry, Guarded, Open, differences, install
from contracts.access import Permission, Relation
from embedded import Nats, Postgres, ServiceUser
from nats.aio.client import Client
from sqlalchemy import text

SERVICE = "cases"
SIZES = Sizes()
TABLES = (
    """CREATE TABLE case_files (
  id uuid PRIMARY KEY, region text NOT NULL, territory text NOT NULL, coordinating uuid NOT NULL, serving uuid NOT NULL,
  coordinator_id uuid NOT NULL, team uuid[] NOT NULL DEFAULT '{}', child_id uuid NOT NULL, note text NOT NULL DEFAULT ''
)""",
    "CREATE TABLE file_notes (id uuid PRIMARY KEY, case_id uuid NOT NULL, body text NOT NULL)",
    "CREATE TABLE applications (id uuid PRIMARY KEY, token_digest text NOT NULL, organisation uuid, serving uuid, "
    "territory text, child_id uuid, state text NOT NULL)",
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

    async def differences(self) -> list[str]:
        async with self.owner.transaction(SYSTEM) as session:
            return await (await session.connection()).run_sync(differences, SERVICE, GUARDED)

    async def close(self) -> None:
        for database in (self.owner, self.api, self.worker, self.superuser):
            await database.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    server.create_service_databases([SERVICE])
    yield server
    server.stop()


_numbers = count(1)


@pytest.fixture
async def world(postgres: Postgres) -> AsyncIterator[World]:
    """A database of its own for every test, empty but for the tables and their policies."""
    name = f"{SERVICE}_{next(_numbers)}"
    postgres.create_database_from_template(SERVICE, name)
    owner, api, worker, superuser = (
        Database(postgres.url(name, role), pool_size=2)
        for role in (f"{SERVICE}_owner", f"{SERVICE}_api", f"{SERVICE}_worker", "postgres")
    )
    found = World(owner, api, worker, superuser)
    await found.migrate()
    yield found
    await found.close()
    postgres.drop_database(name)


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
