"""Each protection switched off in turn, on real servers: a net that has never caught anything is none."""

from collections.abc import AsyncIterator

import pytest
from chassis.bus.topology import Sizes, Topology, bootstrap, durable, event_stream
from chassis.data.database import Database
from chassis.testing.testbed import Databases
from nats.aio.client import Client

from tests.faults.harness import pottery
from tests.faults.harness.fate import Fate
from tests.faults.harness.planted import PLANTED, Plant, acknowledged_before_the_commit, no_order_check
from tests.faults.harness.rig import Rig

QUICK = {acknowledged_before_the_commit, no_order_check}
ACK_WAIT_SECONDS = 1


@pytest.fixture
async def rig(databases: Databases, nats_client: Client) -> AsyncIterator[Rig]:
    urls = {name: await databases.empty(name) for name in (pottery.PRODUCER, pottery.CONSUMER)}
    opened = {name: Database(each.owner, pool_size=4) for name, each in urls.items()}
    for database in opened.values():
        await pottery.create_tables(database)
    made = Rig(nats_client, opened[pottery.PRODUCER], opened[pottery.CONSUMER], Fate(1))
    consumer = durable(pottery.CONSUMER, made.subscription).evolve(ack_wait=ACK_WAIT_SECONDS)
    stream = event_stream(pottery.PRODUCER, Sizes(events=1 << 24))
    await bootstrap(nats_client, Topology((stream,), ((pottery.STREAM, consumer),)))
    yield made
    await nats_client.jetstream().delete_stream(pottery.STREAM)
    for name, database in opened.items():
        await database.close()
        await databases.drop(urls[name].name)


async def test_with_every_protection_no_promise_is_broken(rig: Rig) -> None:
    assert await rig.play() == []
    assert len(rig.fate.deaths) == 4
    assert max(rig.fate.tries.values()) > 2


@pytest.mark.parametrize(
    ("plant", "complaint"),
    [
        pytest.param(plant, told, id=plant.__name__, marks=[] if plant in QUICK else pytest.mark.slow)
        for plant, told in PLANTED.items()
    ],
)
async def test_a_planted_fault_is_caught(
    rig: Rig, plant: Plant, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = await rig.play()
    assert any(complaint in reason for reason in found), found
