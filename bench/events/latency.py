"""From a commit to its effect committed in another database, at 200 commits a second.

Beside it, in the same run, the least a durable path costs: one source commit, one awaited publish, one sink commit.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from chassis.bus.connection import connect
from chassis.clock import new_id
from chassis.data.database import Database

from bench.events import source
from bench.events.backlog import take_batch
from bench.events.children import child
from bench.events.servers import World
from bench.figures import Bar, Row, Spread, percentile, show

RATE = 200
FLOOR_SAMPLES = 200
_SETTLE_SECONDS = 1.5


@dataclass
class Times:
    """Milliseconds: p50 and p99 of each round."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def add(self, seconds: list[float]) -> None:
        self.p50.append(percentile(seconds, 0.5) * 1000)
        self.p99.append(percentile(seconds, 0.99) * 1000)


async def latency(world: World, logs: Path, seconds: float, rounds: int) -> list[Bar]:
    """Measure the path and its floor in turn."""
    ours, floor, done = Times(), Times(), list[Round]()
    for _ in range(rounds):
        floor.add(await _floor(world))
        done.append(await _ours(world, logs, int(RATE * seconds)))
        ours.add(done[-1].seconds)
    p50 = Spread.of([one / other for one, other in zip(ours.p50, floor.p50, strict=True)])
    p99 = Spread.of([one / other for one, other in zip(ours.p99, floor.p50, strict=True)])
    rows: list[Row] = [
        (f"ours at {RATE}/s, p50", Spread.of(ours.p50), "ms", f"{sum(one.missing for one in done)} effects missing"),
        (f"ours at {RATE}/s, p99", Spread.of(ours.p99), "ms", ""),
        ("  commits really made", Spread.of([one.rate for one in done]), "1/s", ""),
        ("commit + publish + commit, p50", Spread.of(floor.p50), "ms", "one after another, nothing else running"),
        ("commit + publish + commit, p99", Spread.of(floor.p99), "ms", ""),
        ("p50 / floor's p50", p50, "×", ""),
        ("p99 / floor's p50", p99, "×", ""),
    ]
    show(f"Latency: commit to effect committed, {rounds} rounds", rows)
    return [
        Bar("event path p50 / (commit + publish + commit)", p50.median, 3, "×"),
        Bar("event path p99 / (commit + publish + commit)", p99.median, 10, "×"),
    ]


class Round(NamedTuple):
    """Latencies in seconds, how many effects did not come, and how many commits a second there really were."""

    seconds: list[float]
    missing: int
    rate: float


async def _ours(world: World, logs: Path, jobs: int) -> Round:
    log, nats = logs / "latency.log", world.nats
    async with (
        child("sink", world.url(source.CONSUMER), nats.url(source.CONSUMER), log=log) as sink,
        child("relay", world.url(source.PRODUCER), nats.url(source.PRODUCER), log=log) as relay,
    ):
        await relay.go()
        began = await commit_paced(world, jobs, RATE)
        await asyncio.sleep(_SETTLE_SECONDS)
        committed = {UUID(job): at for job, at in json.loads(await sink.last_words()).items()}
    found = [(committed[job] - at) / 1e9 for job, at in began.items() if job in committed]
    return Round(found, len(began) - len(found), len(began) / (max(began.values()) - min(began.values())) * 1e9)


async def commit_paced(world: World, jobs: int, rate: int) -> dict[UUID, int]:
    """When each source commit began, by job; they are due at even intervals whether or not earlier ones are done."""
    database = Database(world.url(source.PRODUCER), pool_size=10)
    began: dict[UUID, int] = {}

    async def commit(number: int) -> None:
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        job, at = await source.commit_job(database)
        began[job] = at

    try:
        await source.commit_job(database)  # the first connection costs more
        start = time.monotonic()
        await asyncio.gather(*(commit(number) for number in range(jobs)))
    finally:
        await database.close()
    return began


async def _floor(world: World) -> list[float]:
    """The three durable steps one after another, in seconds."""
    producer, consumer = Database(world.url(source.PRODUCER)), Database(world.url(source.CONSUMER))
    bus = await connect(world.nats.url("naive"), "floor", inbox="naive")
    js, found = bus.jetstream(timeout=10), []
    try:
        for _ in range(FLOOR_SAMPLES):
            job, began = await source.commit_job(producer)
            await js.publish("evt.naive.floor", source.FILLING.encode())
            await take_batch(consumer, "floor", [(new_id(), job, 1)])
            found.append((time.monotonic_ns() - began) / 1e9)
    finally:
        await bus.close()
        await producer.close()
        await consumer.close()
    return found
