"""Relay, consumer, NATS and PostgreSQL are killed with -9 in turn under load: nothing lost, doubled or out of order."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from chassis.bus.connection import connect
from chassis.bus.router import subscriptions
from chassis.bus.topology import Sizes, Topology, bootstrap, durable, event_stream
from chassis.clock import new_id
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from embedded import Nats, Postgres, Process, ServiceUser
from sqlalchemy import text

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.piece_history import Fact, Journal, violations

ROUNDS = 2
SECONDS_BETWEEN_KILLS = 0.9
WRITERS = 6
COMMITS = 250
ROOT = Path(__file__).parents[5]
SCRIPT = f"{workshop.__package__}.workshop_process"


@dataclass
class World:
    postgres: Postgres
    nats: Nats
    producer: Database
    consumer: Database
    relay: Process
    gallery: Process
    names: list[str]

    @property
    def victims(self) -> list[Process]:
        return [self.relay, self.gallery, self.nats.process, self.postgres.process]


@pytest.fixture
async def world(tmp_path: Path, event_tables: tuple[str, ...]) -> AsyncIterator[World]:
    postgres = Postgres(tmp_path / "postgres")
    postgres.start()
    postgres.create_service_databases(["workshop", "gallery"])
    producer, consumer = (Database(postgres.url(name, f"{name}_owner")) for name in ("workshop", "gallery"))
    for database in (producer, consumer):
        await workshop.create_tables(database, event_tables)
    nats, names = await start_nats(tmp_path / "nats")
    relay = process("relay", tmp_path, producer.url, nats.url("workshop"))
    gallery = process("consumer", tmp_path, consumer.url, nats.url("gallery"))
    for one in (postgres.process, nats.process, relay, gallery):
        one.supervise()
    yield World(postgres, nats, producer, consumer, relay, gallery, names)
    for one in (gallery, relay, nats.process, postgres.process):
        one.stop()
    for database in (producer, consumer):
        with suppress(Exception):
            await database.close()


def process(part: str, directory: Path, *addresses: str) -> Process:
    command = [sys.executable, "-m", SCRIPT, part, *addresses]
    made = Process(part, command, directory / f"{part}.log", cwd=ROOT)
    made.launch()
    return made


async def start_nats(directory: Path) -> tuple[Nats, list[str]]:
    durables = [
        durable(workshop.CONSUMER, s) for r in (workshop.gallery(), workshop.projection()) for s in subscriptions([r])
    ]
    names = [str(one.name) for one in durables]
    readers = [("EVT_WORKSHOP", name) for name in names]
    server = Nats(
        directory, users=(ServiceUser("workshop", stream="EVT_WORKSHOP"), ServiceUser("gallery", consumers=readers))
    )
    server.start()
    admin = await connect(server.bootstrap_url, "bootstrap")
    # Redelivery after a kill would take ten seconds with the real ack_wait.
    quick = tuple(("EVT_WORKSHOP", one.evolve(ack_wait=2)) for one in durables)
    await bootstrap(admin, Topology((event_stream("workshop", Sizes()),), quick))
    await admin.close()
    return server, names


async def write(database: Database, journal: Journal, stop: asyncio.Event) -> None:
    """Make pieces and move them; an error leaves the outcome unknown and the journal silent."""
    while not stop.is_set():
        piece_id = new_id()
        with suppress(Exception):
            async with database.transaction(SYSTEM) as session:
                session.add(workshop.make(piece_id))
            journal.ok(piece_id, 1)
            for place in range(1, random.randint(3, 9)):
                async with database.transaction(SYSTEM) as session:
                    piece = await session.get_one(workshop.Piece, piece_id)
                    piece.move(place)
                journal.ok(piece_id, piece.version)
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)


async def versions(database: Database) -> dict[UUID, int]:
    async with database.transaction(SYSTEM) as session:
        return {row[0]: row[1] for row in await session.execute(text("SELECT id, version FROM pieces"))}


async def effects(database: Database, consumer: str) -> list[Fact]:
    return await workshop.seen(database, consumer)


async def inbox(database: Database, durable_name: str, consumer: str) -> list[Fact]:
    query = text(
        "SELECT s.piece_id, s.sequence FROM inbox i JOIN seen s USING (event_id)"
        " WHERE i.consumer = :durable AND s.consumer = :consumer"
    )
    async with database.transaction(SYSTEM) as session:
        rows = await session.execute(query, {"durable": durable_name, "consumer": consumer})
        return [(row[0], row[1]) for row in rows]


async def caught_up(world: World) -> bool:
    with suppress(Exception):
        expected = sum((await versions(world.producer)).values())
        return all([len(await effects(world.consumer, one)) >= expected for one in ("gallery", "batch")])
    return False


async def test_kill_9_of_every_process_under_load_loses_doubles_and_reorders_nothing(world: World) -> None:
    journal, stop = Journal(), asyncio.Event()
    writers = [asyncio.create_task(write(world.producer, journal, stop)) for _ in range(WRITERS)]
    await asyncio.sleep(2)
    for victim in world.victims * ROUNDS:
        await asyncio.to_thread(victim.kill)
        await asyncio.sleep(SECONDS_BETWEEN_KILLS)
    async with asyncio.timeout(30):
        while sum(journal.answered.values()) < COMMITS:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    stop.set()
    await asyncio.gather(*writers)
    async with asyncio.timeout(60):
        while not await caught_up(world):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    await asyncio.sleep(0.5)  # a doubled effect would come late
    assert min(victim.restarts for victim in world.victims) >= ROUNDS
    for durable_name, consumer in zip(world.names, ("gallery", "batch"), strict=True):
        done, taken = await effects(world.consumer, consumer), await inbox(world.consumer, durable_name, consumer)
        assert violations(journal, await versions(world.producer), done, taken) == []
