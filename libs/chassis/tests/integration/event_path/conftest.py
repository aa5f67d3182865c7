"""Servers of the event path's tests: PostgreSQL with a producer's and a consumer's database, NATS with their users."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chassis.bus import dead_letters, inbox
from chassis.bus.connection import connect
from chassis.bus.consumer import Consumer
from chassis.bus.router import subscriptions
from chassis.bus.topology import Sizes, Topology, bootstrap, durable, event_stream
from chassis.data import outbox
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.testing.testbed import Databases
from chassis.work import timers
from embedded import Nats, ServiceUser
from sqlalchemy import text

from libs.chassis.tests.integration.event_path import workshop

EVENT_TABLES = (*outbox.DDL, *inbox.DDL, *dead_letters.DDL, *timers.DDL, *workshop.TABLES)


@pytest.fixture(scope="session")
def event_tables() -> tuple[str, ...]:
    return EVENT_TABLES


@pytest.fixture(scope="session")
async def shared_database(databases: Databases) -> AsyncIterator[Database]:
    """Producer and consumer in one database, as owner; row security has tests of its own."""
    urls = await databases.empty("gallery")
    database = Database(urls.owner, pool_size=4)
    await workshop.create_tables(database, EVENT_TABLES)
    yield database
    await database.close()
    await databases.drop(urls.name)


@pytest.fixture
async def database(shared_database: Database) -> Database:
    """The shared database with empty tables."""
    async with shared_database.transaction(SYSTEM) as session:
        await session.execute(text(f"TRUNCATE {', '.join(workshop.EMPTIED)} RESTART IDENTITY"))
    return shared_database


@pytest.fixture
def gallery(database: Database) -> Consumer:
    """The ordered consumer of the tests, without a bus."""
    return workshop.consumer_of(workshop.gallery(), database)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[workshop.Bus]:
    (ordered,) = subscriptions([workshop.gallery()])
    (batch,) = subscriptions([workshop.projection()])
    names = [(one.stream, one.durable(workshop.CONSUMER)) for one in (ordered, batch)]
    users = (ServiceUser("workshop", stream="EVT_WORKSHOP"), ServiceUser("gallery", consumers=names))
    server = Nats(tmp_path / "nats", users=users)
    server.start()
    admin = await connect(server.bootstrap_url, "bootstrap")
    wanted = Topology(
        (event_stream("workshop", Sizes()),),
        tuple((one.stream, durable(workshop.CONSUMER, one)) for one in (ordered, batch)),
    )
    await bootstrap(admin, wanted)
    made = workshop.Bus(
        server, admin, await connect(server.url("workshop"), "w"), await connect(server.url("gallery"), "g")
    )
    yield made
    for client in (made.admin, made.workshop, made.gallery):
        await client.close()
    server.stop()
