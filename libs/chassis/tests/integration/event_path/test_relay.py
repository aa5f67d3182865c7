"""What the outbox holds reaches the stream in order and once; nothing is called sent that the bus did not store."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from chassis.bus.relay import ATOMIC_FROM, NotStoredError, Relay, Row
from chassis.clock import new_id
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from nats.errors import NoRespondersError
from sqlalchemy import text

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import Bus, recorded, work


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.dsn)  # type: ignore[no-untyped-call]
    yield connection
    await connection.close()


@pytest.fixture
def relay(database: Database, bus: Bus) -> Relay:
    return Relay(database.dsn, bus.workshop, workshop.PRODUCER)


async def stored(bus: Bus) -> list[str]:
    """The ids in the stream, in order."""
    js = bus.admin.jetstream()
    last = (await js.stream_info("EVT_WORKSHOP")).state.last_seq
    messages = [await js.get_msg("EVT_WORKSHOP", seq) for seq in range(1, last + 1)]
    return [(message.headers or {})["ce-id"] for message in messages]


async def ids(database: Database) -> list[str]:
    return [row.headers["ce-id"] for row in await recorded(database)]


async def pieces(database: Database, number: int) -> None:
    async with database.transaction(SYSTEM) as session:
        session.add_all([workshop.make(new_id()) for _ in range(number)])


@pytest.mark.parametrize("number", [1, ATOMIC_FROM // 2 - 1, ATOMIC_FROM, 249])
async def test_pipelined_and_atomic_batches_keep_the_order(
    database: Database, relay: Relay, bus: Bus, connection: Any, number: int
) -> None:
    await pieces(database, number)
    assert await relay.drain(connection) == 2 * number
    assert await stored(bus) == await ids(database)
    assert all(row.sent for row in await recorded(database))
    assert await relay.drain(connection) == 0


async def test_a_backlog_goes_as_one_atomic_batch(
    database: Database, relay: Relay, bus: Bus, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(self: Relay, row: Row) -> None:
        pytest.fail("sent singly")

    monkeypatch.setattr(Relay, "_publish", refused)
    await pieces(database, 100)
    assert await relay.drain(connection) == 200
    assert await stored(bus) == await ids(database)


@pytest.mark.parametrize("number", [3, 30])
async def test_what_was_stored_but_not_marked_is_sent_again_without_doubles(
    database: Database, relay: Relay, bus: Bus, connection: Any, number: int
) -> None:
    await pieces(database, number)
    await relay.drain(connection)
    async with database.transaction(SYSTEM) as session:
        await session.execute(text("UPDATE outbox SET sent_at = NULL"))
    await pieces(database, 1)
    assert await relay.drain(connection) == 2 * number + 2
    assert await stored(bus) == await ids(database)


async def test_a_message_of_another_stream_is_not_called_sent(database: Database, bus: Bus, connection: Any) -> None:
    await work(database, moves=0)
    with pytest.raises(NotStoredError):
        await Relay(database.dsn, bus.workshop, "gallery").drain(connection)
    assert not any(row.sent for row in await recorded(database))


async def test_without_a_stream_nothing_is_called_sent(database: Database, bus: Bus, connection: Any) -> None:
    await bus.admin.jetstream().delete_stream("EVT_WORKSHOP")
    await pieces(database, 10)
    relay = Relay(database.dsn, bus.workshop, workshop.PRODUCER)
    with pytest.raises((NoRespondersError, TimeoutError)):
        await relay.drain(connection)
    assert not any(row.sent for row in await recorded(database))


async def test_a_full_stream_makes_the_outbox_wait(database: Database, relay: Relay, bus: Bus, connection: Any) -> None:
    js = bus.admin.jetstream()
    config = (await js.stream_info("EVT_WORKSHOP")).config
    await js.update_stream(config.evolve(max_bytes=400))
    await pieces(database, 20)
    with pytest.raises(Exception, match="maximum bytes"):
        await relay.drain(connection)
    await js.update_stream(config)
    while await relay.drain(connection):
        pass
    assert await stored(bus) == await ids(database)


async def test_one_relay_is_active_and_the_other_takes_over(database: Database, bus: Bus) -> None:
    active: list[int] = []

    class Watched(Relay):
        async def drain(self, connection: Any) -> int:
            active.append(id(self))
            return await super().drain(connection)

    relays = [Watched(database.dsn, bus.workshop, workshop.PRODUCER) for _ in range(2)]
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        await work(database, moves=3)
        await until_sent(database)
        (first,) = set(active)
        tasks[[id(relay) for relay in relays].index(first)].cancel()
        await work(database, moves=3)
        await until_sent(database)
        assert len(set(active)) == 2
        assert await stored(bus) == await ids(database)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_commit_is_on_the_bus_at_once(database: Database, relay: Relay, bus: Bus) -> None:
    task = asyncio.create_task(relay.run())
    try:
        await work(database, moves=0)
        await until_sent(database)
        started = asyncio.get_running_loop().time()
        await work(database, moves=0)
        await until_sent(database)
        assert asyncio.get_running_loop().time() - started < 0.5  # far below the safety poll of a second
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_answer_that_never_comes_does_not_hold_the_relay(
    database: Database, relay: Relay, bus: Bus, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.bus.relay.ANSWER_SECONDS", 0.2)
    bus.server.process.pause()
    await work(database, moves=0)
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(relay.drain(connection), 5)
    finally:
        bus.server.process.resume()
    monkeypatch.setattr("chassis.bus.relay.ANSWER_SECONDS", 5)
    await relay.drain(connection)
    assert await stored(bus) == await ids(database)


async def test_rows_stored_beside_a_refused_one_are_marked(database: Database, bus: Bus, connection: Any) -> None:
    await work(database, moves=3)

    class Refusing(Relay):
        async def _publish(self, row: Row) -> None:
            if row.headers["ce-sequence"] == "2":
                raise TimeoutError
            await super()._publish(row)

    await Refusing(database.dsn, bus.workshop, workshop.PRODUCER).drain(connection)
    assert [row.sequence for row in await recorded(database) if not row.sent] == [2]


async def test_a_row_the_bus_refuses_for_good_holds_up_no_other(
    database: Database, relay: Relay, bus: Bus, connection: Any
) -> None:
    js = bus.admin.jetstream()
    await js.update_stream((await js.stream_info("EVT_WORKSHOP")).config.evolve(max_msg_size=2000))
    await pieces(database, 30)
    async with database.transaction(SYSTEM) as session:
        await session.execute(text("UPDATE outbox SET payload = to_json(repeat('x', 3000)) WHERE position = 3"))
    await relay.drain(connection)
    assert [row.position for row in await recorded(database) if not row.sent] == [3]


async def until_sent(database: Database) -> None:
    async with asyncio.timeout(10):
        while not all(row.sent for row in await recorded(database)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
