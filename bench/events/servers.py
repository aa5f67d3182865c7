"""Real servers for the event benches, with everything that keeps an acknowledged write: fsync and sync always."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from chassis.bus.connection import connect
from chassis.bus.router import Subscription, subscriptions
from chassis.bus.topology import Sizes, Topology, bootstrap, durable, event_stream
from chassis.data.database import Database
from embedded import Nats, Postgres, ServiceUser
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from bench.events import source

NAIVE_STREAM, NAIVE_SUBJECT, NAIVE_DURABLE = "NAIVE", "evt.naive.job", "naive"


@dataclass(frozen=True, slots=True)
class World:
    """Addresses of source, sink and naive databases and of the bus."""

    postgres: Postgres
    nats: Nats

    def url(self, name: str) -> str:
        return self.postgres.url(name, f"{name}_owner")

    @asynccontextmanager
    async def reading(self, name: str) -> AsyncIterator[Any]:
        connection: Any = await asyncpg.connect(self.postgres.dsn(name))  # type: ignore[no-untyped-call]
        try:
            yield connection
        finally:
            await connection.close()


def subscription() -> Subscription:
    (found,) = subscriptions([source.sink()])
    return found


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Started, with tables, streams and durables; stopped at the end."""
    reads = [(source.STREAM, subscription().durable(source.CONSUMER))]
    users = [
        ServiceUser(source.PRODUCER, stream=source.STREAM),
        ServiceUser(source.CONSUMER, consumers=reads),
        ServiceUser("bare", consumers=[(source.STREAM, subscription().durable("bare"))]),
        ServiceUser("naive", stream=NAIVE_STREAM, consumers=[(NAIVE_STREAM, NAIVE_DURABLE)]),
    ]
    postgres, nats = Postgres(folder / "postgres"), Nats(folder / "nats", users=users)
    try:
        postgres.start()
        nats.start()
        await _prepare(postgres, nats)
        yield World(postgres, nats)
    finally:
        nats.stop()
        postgres.stop()


async def _prepare(postgres: Postgres, nats: Nats) -> None:
    postgres.create_service_databases([source.PRODUCER, source.CONSUMER, "bare", "naive"])
    for name in (source.PRODUCER, source.CONSUMER, "bare"):
        database = Database(postgres.url(name, f"{name}_owner"))
        await source.create_tables(database)
        await database.close()
    admin = await connect(nats.bootstrap_url, "bootstrap")
    stream = event_stream(source.PRODUCER, Sizes())
    consumer = durable(source.CONSUMER, subscription())
    await bootstrap(admin, Topology((stream,), ((source.STREAM, consumer),)))
    js = admin.jetstream()
    await js.add_stream(StreamConfig(name=NAIVE_STREAM, subjects=["evt.naive.>"], max_bytes=1 << 30))
    naive = ConsumerConfig(durable_name=NAIVE_DURABLE, ack_policy=AckPolicy.EXPLICIT, ack_wait=30)
    await js.add_consumer(NAIVE_STREAM, naive)
    await admin.close()
