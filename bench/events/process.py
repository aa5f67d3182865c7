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

from bench.events import naive, source
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


async def _gate() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


PARTS: dict[str, Any] = {
    "relay": relay,
    "sink": sink,
    "naive-publisher": naive.publish,
    "naive-consumer": naive.consume,
}

if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    part, *arguments = sys.argv[1:]
    uvloop.run(PARTS[part](*arguments))
