"""The parts that run as processes of their own, as in production: ``python -m bench.events.process PART URL NATS``.

Each says ``ready`` when it is warm; a gated one begins with a line on its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import structlog
import uvloop
from chassis.bus.connection import connect
from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.doors import ServiceBroker
from chassis.bus.ordering import Incoming
from chassis.bus.relay import Relay
from chassis.data.database import Database
from nats.aio.client import Client

from bench.events import naive, source
from bench.events.bare import BareLoop
from bench.events.servers import subscription


class TimedConsumer(Consumer):
    """Notes when the effects of each job were committed, on the clock all processes share."""

    committed: dict[str, int]

    async def take(self, batch: Sequence[Incoming]) -> Settlement:
        settlement = await super().take(batch)
        now = time.monotonic_ns()
        for incoming in settlement.done:
            self.committed.setdefault(str(incoming.aggregate_id), now)
        return settlement


class FactTimer(Consumer):
    """Notes when the effect of each single fact was committed."""

    committed: dict[str, int]

    async def take(self, batch: Sequence[Incoming]) -> Settlement:
        settlement = await super().take(batch)
        now = time.monotonic_ns()
        for incoming in settlement.done:
            if incoming.envelope:
                self.committed.setdefault(f"{incoming.aggregate_id}/{incoming.envelope.sequence}", now)
        return settlement


async def relay(url: str, nats_url: str) -> None:
    bus = await connect(nats_url, source.PRODUCER)
    await _gate()
    await Relay(Database(url).dsn, bus, source.PRODUCER).run()


async def sink(url: str, nats_url: str) -> None:
    """Consumes until its input ends; then prints when each job's effect was committed."""
    bus = await connect(nats_url, source.CONSUMER)
    database = Database(url, pool_size=2)
    consumer = TimedConsumer(subscription(), source.runtime(database))
    consumer.committed = {}
    broker = ServiceBroker(bus, [consumer])
    await broker.start()
    await _gate()
    await broker.close_doors()
    print(json.dumps(consumer.committed), flush=True)
    await database.close()
    await bus.close()


async def doors(url: str, nats_url: str) -> None:
    """Consumes through FastStream's door between the first and the second line of its input; then says what it did."""
    bus, consumer, database = await _side(url, nats_url, source.CONSUMER)
    await _gate()
    used = time.process_time()
    broker = ServiceBroker(bus, [consumer])
    await broker.start()
    await asyncio.to_thread(sys.stdin.readline)
    used = time.process_time() - used
    await broker.close_doors()
    await _say(consumer, used, bus, database)


async def bare(url: str, nats_url: str) -> None:
    """The same by the bare loop."""
    bus, consumer, database = await _side(url, nats_url, "bare")
    await _gate()
    used = time.process_time()
    loop = BareLoop(bus, consumer)
    running = asyncio.create_task(loop.run())
    await asyncio.to_thread(sys.stdin.readline)
    used = time.process_time() - used
    loop.stop()
    await running
    await _say(consumer, used, bus, database)


async def _side(url: str, nats_url: str, name: str) -> tuple[Client, FactTimer, Database]:
    database = Database(url, pool_size=2)
    consumer = FactTimer(subscription(), source.runtime(database, name))
    consumer.committed = {}
    return await connect(nats_url, name), consumer, database


async def _say(consumer: FactTimer, used: float, bus: Client, database: Database) -> None:
    print(json.dumps({"committed": consumer.committed, "processor": used}), flush=True)
    await database.close()
    await bus.close()


async def _gate() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


PARTS: dict[str, Any] = {
    "relay": relay,
    "sink": sink,
    "doors": doors,
    "bare": bare,
    "naive-publisher": naive.publish,
    "naive-consumer": naive.consume,
}

if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    part, *arguments = sys.argv[1:]
    uvloop.run(PARTS[part](*arguments))
