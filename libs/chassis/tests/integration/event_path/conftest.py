"""Servers of the event path's tests: PostgreSQL with a producer's and a consumer's database, NATS with their users."""

import sys
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from chassis import dead_letters, inbox, outbox, timers
from chassis.bootstrap import Sizes, Topology, bootstrap, durable, event_stream
from chassis.bus import connect
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.messaging import subscriptions
from embedded import Nats, Postgres, ServiceUser

sys.path.append(str(Path(__file__).parent))  # the world of these tests is a module, for child processes need it too

import workshop

EVENT_TABLES = (*outbox.DDL, *inbox.DDL, *dead_letters.DDL, *timers.DDL, *workshop.TABLES)


@pytest.fixture(scope="session")
def event_tables() -> tuple[str, ...]:
    return EVENT_TABLES


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    server.create_service_databases(["gallery"])
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def template(postgres: Postgres) -> str:
    owner = Database(postgres.url("gallery", "gallery_owner"))
    await workshop.create_tables(owner, EVENT_TABLES)
    await owner.close()
    return "gallery"


_numbers = count(1)


@pytest.fixture
async def database(postgres: Postgres, template: str) -> AsyncIterator[Database]:
    """Producer and consumer in one database of its own, as owner; row security has tests of its own."""
    name = f"{template}_{next(_numbers)}"
    postgres.create_database_from_template(template, name)
    database = Database(postgres.url(name, f"{template}_owner"), pool_size=4)
    yield database
    await database.close()
    postgres.drop_database(name)


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
