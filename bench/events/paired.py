"""The doors against the bare loop, on the same events at the same time: what FastStream at the door costs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.bus.connection import connect
from chassis.bus.topology import durable
from chassis.data.database import Database

from bench.events import source
from bench.events.children import child
from bench.events.latency import commit_paced
from bench.events.servers import World, subscription
from bench.figures import Bar, Row, Spread, console, percentile, show

SIDES = {"doors": source.CONSUMER, "bare": "bare"}
_UNSENT = "SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"
_SETTLE_SECONDS = 2.0
_DEADLINE_SECONDS = 300
_TRICKLE = 20
_STEADY = 200


@dataclass(frozen=True)
class Side:
    """What one side did: when each fact's effect was committed (ns), by job and sequence, and processor seconds."""

    committed: dict[str, int]
    processor: float

    def rate_between(self, since: int, until: int) -> float:
        """Facts per second in a window both sides worked in."""
        return sum(since <= at <= until for at in self.committed.values()) / ((until - since) / 1e9)


async def paired(world: World, logs: Path, facts: int, rounds: int) -> list[Bar]:
    """Backlog ``rounds`` times, then steady and trickling commits."""
    rates, processors = list[float](), list[float]()
    await _make_durable(world)
    for number in range(1, rounds + 1):
        doors, bare = await _backlog(world, logs, facts)
        since = max(min(side.committed.values()) for side in (doors, bare))
        until = min(max(side.committed.values()) for side in (doors, bare))
        rates.append(doors.rate_between(since, until) / bare.rate_between(since, until))
        processors.append(doors.processor / bare.processor)
        console.print(f"  round {number}: rate {rates[-1]:.2f} ×, processor {processors[-1]:.2f} ×")
    steady = [await _paced(world, logs, _STEADY, seconds=5) for _ in range(rounds)]
    trickle, unsettled = await _paced(world, logs, _TRICKLE, seconds=20), await _unsettled(world)
    p50 = [percentile(doors, 0.5) / percentile(bare, 0.5) for doors, bare in steady]
    p99 = percentile(trickle[0], 0.99) * 1000
    rows: list[Row] = [
        ("doors / bare loop: backlog", Spread.of(rates), "×", "while both work, same events"),
        ("doors / bare loop: processor", Spread.of(processors), "×", "of the consuming process, per fact"),
        (f"doors / bare loop: p50 at {_STEADY}/s", Spread.of(p50), "×", ""),
        (f"doors: p99 at {_TRICKLE}/s", Spread.of([p99]), "ms", f"{unsettled} unsettled afterwards"),
    ]
    show(f"Doors: {facts:,} facts, {rounds} rounds", rows)
    return [
        Bar("doors / bare loop, backlog", Spread.of(rates).median, 0.95, "×", at_least=True),
        Bar("doors / bare loop, processor", Spread.of(processors).median, 1.06, "×"),
        Bar(f"doors / bare loop, p50 at {_STEADY}/s", Spread.of(p50).median, 1.1, "×"),
        Bar(f"doors, p99 at {_TRICKLE}/s", p99, 250, "ms"),
        Bar("doors, unsettled after a trickle", unsettled, 0, ""),
    ]


async def _make_durable(world: World) -> None:
    admin = await connect(world.nats.bootstrap_url, "bootstrap")
    await admin.jetstream().add_consumer(source.STREAM, durable(SIDES["bare"], subscription()))
    await admin.close()


async def _backlog(world: World, logs: Path, facts: int) -> tuple[Side, Side]:
    database = Database(world.url(source.PRODUCER))
    await source.fill_outbox(database, facts)
    await database.close()
    async with child(
        "relay", world.url(source.PRODUCER), world.nats.url(source.PRODUCER), log=logs / "paired.log"
    ) as relay:
        await relay.go()
        async with world.reading(source.PRODUCER) as connection, asyncio.timeout(_DEADLINE_SECONDS):
            while await connection.fetchval(_UNSENT):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    return await _both(world, logs, lambda: _drained(world))


async def _paced(world: World, logs: Path, rate: int, seconds: float) -> tuple[list[float], list[float]]:
    """Seconds from commit to effect of each job, on both sides."""
    began: dict[Any, int] = {}

    async def commit() -> None:
        began.update(await commit_paced(world, int(rate * seconds), rate))
        await asyncio.sleep(_SETTLE_SECONDS)

    async with child(
        "relay", world.url(source.PRODUCER), world.nats.url(source.PRODUCER), log=logs / "paired.log"
    ) as relay:
        await relay.go()
        doors, bare = await _both(world, logs, commit)
    found = [
        [(side.committed[f"{job}/1"] - at) / 1e9 for job, at in began.items() if f"{job}/1" in side.committed]
        for side in (doors, bare)
    ]
    return found[0], found[1]


async def _both(world: World, logs: Path, meanwhile: Any) -> tuple[Side, Side]:
    """Both sides at work while ``meanwhile`` runs, then what each of them says."""
    url, log = world.nats.url, logs / "paired.log"
    async with (
        child("doors", world.url(SIDES["doors"]), url(SIDES["doors"]), log=log) as doors,
        child("bare", world.url(SIDES["bare"]), url(SIDES["bare"]), log=log) as bare,
    ):
        await asyncio.gather(doors.go(), bare.go())
        await meanwhile()
        said = await asyncio.gather(doors.last_words(), bare.last_words())
    first, second = (Side(**json.loads(words)) for words in said)
    return first, second


async def _drained(world: World) -> None:
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while await _unsettled(world, *SIDES.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _unsettled(world: World, *services: str) -> int:
    admin = await connect(world.nats.bootstrap_url, "bootstrap")
    js, left = admin.jetstream(), 0
    for service in services or (SIDES["doors"],):
        info = await js.consumer_info(source.STREAM, subscription().durable(service))
        left += (info.num_pending or 0) + (info.num_ack_pending or 0)
    await admin.close()
    return left
