"""The doors on the bus: nothing lost, nothing held up, nothing acknowledged before its commit, nothing declared."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import nats.errors
import pytest
from chassis.bus import doors, pull
from chassis.bus.consumer import Consumer
from chassis.bus.dead_letters import LetterState, counts
from chassis.bus.doors import Flow, ServiceBroker
from chassis.bus.pull import Pull
from chassis.bus.relay import Relay
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from embedded import Nats
from faststream.nats import TestNatsBroker
from nats.aio.msg import Msg

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import Bus, consumer_of, recorded, seen, work


@asynccontextmanager
async def pulling(bus: Bus, *consumers: Consumer, batch: int = doors.BATCH) -> AsyncIterator[None]:
    """A broker each: two brokers of one durable are two processes."""
    brokers = [ServiceBroker(bus.gallery, [consumer], batch=batch) for consumer in consumers]
    for broker in brokers:
        await broker.start()
    try:
        yield
    finally:
        await asyncio.wait_for(asyncio.gather(*(broker.close_doors() for broker in brokers)), 5)


async def send_all(database: Database, bus: Bus) -> None:
    connection: Any = await asyncpg.connect(database.dsn)  # type: ignore[no-untyped-call]
    relay = Relay(database.dsn, bus.workshop, workshop.PRODUCER)
    while await relay.drain(connection):
        pass
    await connection.close()


async def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def settled(bus: Bus, consumer: Consumer) -> bool:
    info = await bus.admin.jetstream().consumer_info("EVT_WORKSHOP", consumer.name)
    return not info.num_pending and not info.num_ack_pending


async def test_everything_arrives_once_in_order_and_is_acknowledged(
    database: Database, bus: Bus, gallery: Consumer
) -> None:
    projection = consumer_of(workshop.projection(), database)
    expected = {await work(database, moves=8): list(range(1, 10)) for _ in range(30)}
    await send_all(database, bus)
    async with pulling(bus, gallery, projection):
        await until(lambda: settled(bus, gallery))
        await until(lambda: settled(bus, projection))
    for consumer in ("gallery", "batch"):
        effects = await seen(database, consumer)
        found = {piece: [n for one, n in effects if one == piece] for piece in expected}
        assert found == expected


async def test_a_message_is_acknowledged_only_after_its_commit(database: Database, bus: Bus, gallery: Consumer) -> None:
    await work(database, moves=0)
    await send_all(database, bus)
    hold = asyncio.Event()
    take = gallery.take

    async def slow(batch: Any) -> Any:
        settlement = await take(batch)
        await hold.wait()
        return settlement

    gallery.take = slow  # type: ignore[method-assign]
    async with pulling(bus, gallery):
        await until(lambda: seen(database))
        info = await bus.admin.jetstream().consumer_info("EVT_WORKSHOP", gallery.name)
        assert info.num_ack_pending == 2
        hold.set()
        await until(lambda: settled(bus, gallery))


async def test_a_gap_closes_when_the_missing_one_arrives(database: Database, bus: Bus, gallery: Consumer) -> None:
    piece_id = await work(database, moves=3)
    rows = await recorded(database)
    js = bus.workshop.jetstream()
    async with pulling(bus, gallery):
        for row in [*rows[:2], rows[3], rows[4]]:
            await js.publish(row.subject, row.data, headers=row.headers)
        await asyncio.sleep(0.5)
        assert await seen(database) == [(piece_id, 1)]
        await js.publish(rows[2].subject, rows[2].data, headers=rows[2].headers)
        await until(lambda: settled(bus, gallery))
    assert await seen(database) == [(piece_id, n) for n in (1, 2, 3, 4)]


async def test_a_first_fact_that_arrives_second_is_not_lost(database: Database, bus: Bus, gallery: Consumer) -> None:
    """What a redelivery looks like after a crash: the puller must know that its durable reads from the beginning."""
    gallery.from_first = False
    piece_id = await work(database, moves=1)
    made, _, moved = await recorded(database)
    js = bus.workshop.jetstream()
    await js.publish(moved.subject, moved.data, headers=moved.headers)
    async with pulling(bus, gallery):
        await asyncio.sleep(0.3)
        await js.publish(made.subject, made.data, headers=made.headers)
        await until(lambda: settled(bus, gallery))
    assert await seen(database) == [(piece_id, 1), (piece_id, 2)]


async def test_poison_on_the_bus_becomes_a_dead_letter_and_others_go_on(
    database: Database, bus: Bus, gallery: Consumer
) -> None:
    js = bus.workshop.jetstream()
    await js.publish("evt.workshop.piece.made.v2", b"{" * 2000)
    await js.publish("evt.workshop.piece.unheard_of.v7", b"null", headers={"ce-id": "none of yours"})
    piece_id = await work(database, moves=1)
    await send_all(database, bus)
    async with pulling(bus, gallery):
        await until(lambda: settled(bus, gallery))
    assert await seen(database) == [(piece_id, 1), (piece_id, 2)]
    async with database.transaction(SYSTEM) as session:
        assert (await counts(session))[LetterState.OPEN] == 2


async def test_two_pullers_of_one_durable_share_the_work_without_doubles(
    database: Database, bus: Bus, gallery: Consumer
) -> None:
    expected = {await work(database, moves=10): list(range(1, 12)) for _ in range(6)}
    await send_all(database, bus)
    async with pulling(bus, gallery, consumer_of(workshop.gallery(), database), batch=5):
        await until(lambda: settled(bus, gallery))
    effects = await seen(database)
    assert {piece: [n for one, n in effects if one == piece] for piece in expected} == expected


async def test_a_message_in_long_work_is_not_given_to_anybody_else(
    database: Database, bus: Bus, gallery: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    js = bus.admin.jetstream()
    config = (await js.consumer_info("EVT_WORKSHOP", gallery.name)).config
    await js.add_consumer("EVT_WORKSHOP", config.evolve(ack_wait=1))
    monkeypatch.setattr(doors, "IN_PROGRESS_SECONDS", 0.3)
    takes = []
    take = gallery.take

    async def slow(batch: Any) -> Any:
        takes.append(len(batch))
        await asyncio.sleep(2.5)
        return await take(batch)

    gallery.take = slow  # type: ignore[method-assign]
    await work(database, moves=0)
    await send_all(database, bus)
    async with pulling(bus, gallery):
        await until(lambda: settled(bus, gallery))
    assert takes == [2]


async def test_the_watchdog_replaces_a_subscription_that_only_looks_alive(
    database: Database, bus: Bus, gallery: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "EXPIRES_SECONDS", 0.2)
    monkeypatch.setattr(doors, "STUCK_SECONDS", 0.3)
    opened: list[Pull] = []

    class Deaf(Pull):
        async def open(self) -> None:
            opened.append(self)
            await super().open()

        async def _receive(self, message: Msg) -> None:
            if self is not opened[0]:
                await super()._receive(message)

    monkeypatch.setattr(doors, "Pull", Deaf)
    js = bus.admin.jetstream()
    config = (await js.consumer_info("EVT_WORKSHOP", gallery.name)).config
    await js.add_consumer("EVT_WORKSHOP", config.evolve(ack_wait=1))
    expected = [await work(database, moves=0) for _ in range(300)]
    await send_all(database, bus)
    async with pulling(bus, gallery):
        await until(lambda: settled(bus, gallery))
    assert len(opened) >= 2  # more on a machine so busy that the second one looks dead as well
    assert sorted(piece for piece, _ in await seen(database)) == sorted(expected)


async def test_a_puller_survives_a_bus_without_its_durable(database: Database, bus: Bus, gallery: Consumer) -> None:
    js = bus.admin.jetstream()
    config = (await js.consumer_info("EVT_WORKSHOP", gallery.name)).config
    piece_id = await work(database, moves=0)
    await send_all(database, bus)
    await js.delete_consumer("EVT_WORKSHOP", gallery.name)
    async with pulling(bus, gallery):
        await asyncio.sleep(0.2)
        await js.add_consumer("EVT_WORKSHOP", config)
        await until(lambda: settled(bus, gallery))
    assert await seen(database) == [(piece_id, 1)]


async def test_a_lone_message_does_not_wait_for_company(database: Database, bus: Bus, gallery: Consumer) -> None:
    async with pulling(bus, gallery):
        await work(database, moves=0)
        await send_all(database, bus)
        await until(lambda: settled(bus, gallery))
    flow = Flow(bus.gallery, bus.gallery.jetstream(), gallery, 10)
    with pytest.raises(nats.errors.TimeoutError):
        async with asyncio.timeout(2):
            await flow.fetch(9)


async def test_a_message_that_arrives_while_the_doors_close_goes_back(
    database: Database, bus: Bus, gallery: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream drops what a fetch returns after the stop; the bus would hold it until ack_wait."""
    caught: list[Flow] = []

    class Late(Pull):
        async def next(self) -> list[Msg]:
            messages = await super().next()
            if messages:  # the stop begins between the arrival and FastStream's loop
                caught[0]._closed = True
            return messages

    class Watched(Flow):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            caught.append(self)

    js = bus.admin.jetstream()
    config = (await js.consumer_info("EVT_WORKSHOP", gallery.name)).config
    await js.add_consumer("EVT_WORKSHOP", config.evolve(ack_wait=3600))
    await work(database, moves=0)
    await send_all(database, bus)
    with monkeypatch.context() as patch:
        patch.setattr(doors, "Pull", Late)
        patch.setattr(doors, "Flow", Watched)
        async with pulling(bus, gallery):
            await until(lambda: closed(caught))
    assert await seen(database) == []
    async with pulling(bus, gallery):
        await until(lambda: settled(bus, gallery))
    assert len(await seen(database)) == 1


async def closed(flows: list[Flow]) -> bool:
    return bool(flows) and flows[0]._closed


# nats-py leaves the sockets of refused reconnects to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_refused_reconnect_heals(database: Database, bus: Bus, gallery: Consumer) -> None:
    """A server that answers one reconnect with an authorization violation would end FastStream's own connection."""
    await work(database, moves=0)
    async with pulling(bus, gallery):
        bus.server.stop()
        without_users = Nats(bus.server.store_dir, bus.server.port, monitor_port=bus.server.monitor_port)
        without_users.start()
        await until(lambda: refused(bus, 4))
        without_users.stop()
        bus.server.start()
        await send_all(database, bus)
        await until(lambda: settled(bus, gallery), seconds=30)
    assert len(await seen(database)) == 1
    gc.collect()


async def refused(bus: Bus, times: int) -> bool:
    log = await asyncio.to_thread((bus.server.store_dir / "nats.log").read_text, "utf-8")
    return log.count("authentication error") >= times


async def test_a_door_takes_one_batch_at_a_time(database: Database, bus: Bus, gallery: Consumer) -> None:
    inside, most = 0, 0
    take = gallery.take

    async def counted(batch: Any) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        settlement = await take(batch)
        inside -= 1
        return settlement

    gallery.take = counted  # type: ignore[method-assign]
    for _ in range(5):
        await work(database, moves=7)
    await send_all(database, bus)
    async with pulling(bus, gallery, batch=4):
        await until(lambda: settled(bus, gallery))
    assert most == 1


async def test_a_door_declares_nothing_and_rewrites_nothing(
    database: Database, bus: Bus, gallery: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    publish = bus.gallery.publish

    async def listened(subject: str, *arguments: Any, **options: Any) -> None:
        if subject.startswith("$JS.API."):
            asked.add(subject)
        await publish(subject, *arguments, **options)

    monkeypatch.setattr(bus.gallery, "publish", listened)
    await work(database, moves=0)
    await send_all(database, bus)
    async with pulling(bus, gallery):
        await until(lambda: settled(bus, gallery))
    verbs = {subject.split(".EVT_WORKSHOP")[0] for subject in asked}
    assert verbs == {"$JS.API.CONSUMER.INFO", "$JS.API.CONSUMER.MSG.NEXT"}


async def test_an_event_goes_through_the_inbox_without_a_bus(database: Database, gallery: Consumer) -> None:
    """FastStream's test broker stands in for NATS: a duplicate is passed over, poison becomes a dead letter."""
    piece_id = await work(database, moves=0)
    row = next(row for row in await recorded(database) if b"colour" in row.data)
    async with TestNatsBroker(ServiceBroker(None, [gallery])) as broker:  # type: ignore[arg-type]
        for _ in range(2):
            await broker.publish(row.data, row.subject, headers=row.headers, stream="EVT_WORKSHOP")
        await broker.publish(b"{", row.subject, headers={"ce-id": "none of yours"}, stream="EVT_WORKSHOP")
    assert await seen(database) == [(piece_id, 1)]
    async with database.transaction(SYSTEM) as session:
        assert (await counts(session))[LetterState.OPEN] == 1
