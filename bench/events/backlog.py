"""How fast a backlog drains: ours, the naive path, and what the consumer's database alone could take."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from chassis.bus import inbox
from chassis.bus.consumer import Consumer
from chassis.bus.doors import BATCH
from chassis.bus.incoming import read
from chassis.bus.ordering import Position
from chassis.clock import new_id
from chassis.data.context import SYSTEM
from chassis.data.database import Database

from bench.events import oracle, source
from bench.events.children import child
from bench.events.servers import World, subscription
from bench.figures import Bar, Row, Spread, console, show

NAIVE_SHARE = 10
"""The naive path gets a tenth of the facts: it would take minutes otherwise. Rates are compared."""
_DEADLINE_SECONDS = 300


_SENDING = """
SELECT extract(epoch FROM max(sent_at) - min(sent_at)) FROM (SELECT sent_at FROM outbox ORDER BY position DESC LIMIT $1)
"""
_UNSENT = "SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"
_LAST = "SELECT subject, headers, payload FROM outbox ORDER BY position DESC LIMIT $1"


class Fed(NamedTuple):
    """A message as the bus would bring it."""

    subject: str
    data: bytes
    headers: dict[str, str]


@dataclass
class Rates:
    """Facts per second of each round."""

    ours: list[float] = field(default_factory=list)
    naive: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    sending: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)
    fed: list[float] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=lambda: {"ours": [], "naive": []})


async def backlog(world: World, logs: Path, facts: int, rounds: int) -> list[Bar]:
    """Drain it ``rounds`` times each way, in turn, so that a change of load hits all alike."""
    rates = Rates()
    for number in range(1, rounds + 1):
        await _ours(world, logs, facts, rates)
        rates.alone.append(await _alone(world, facts))
        rates.handling.append(await _handling(world, facts))
        rates.fed.append(await _fed(world, logs, facts))
        await _naive(world, logs, max(500, facts // NAIVE_SHARE), rates)
        console.print(
            f"  round {number}: ours {rates.ours[-1]:,.0f}/s, consumer's database alone {rates.alone[-1]:,.0f}/s,"
            f" naive {rates.naive[-1]:,.0f}/s"
        )
    return _report(rates, facts)


def _report(rates: Rates, facts: int) -> list[Bar]:
    to_alone = Spread.of([one / other for one, other in zip(rates.ours, rates.alone, strict=True)])
    to_fed = Spread.of([one / other for one, other in zip(rates.ours, rates.fed, strict=True)])
    to_naive = Spread.of([one / other for one, other in zip(rates.ours, rates.naive, strict=True)])
    rows: list[Row] = [
        ("ours: outbox, relay, JetStream, inbox", Spread.of(rates.ours), "facts/s", _verdict(rates.wrong["ours"])),
        ("consumer's database alone", Spread.of(rates.alone), "facts/s", "same statements, fed from memory"),
        ("batch consumer alone", Spread.of(rates.fed), "facts/s", "the same worker on a stream that is already full"),
        ("naive: FastStream, ORM", Spread.of(rates.naive), "facts/s", _verdict(rates.wrong["naive"])),
        ("  part: relay, first to last mark", Spread.of(rates.sending), "facts/s", "while the consumer works"),
        ("  part: consumer fed from memory", Spread.of(rates.handling), "facts/s", "reading, order, handler, database"),
        ("ours / database alone", to_alone, "×", ""),
        ("ours / batch consumer alone", to_fed, "×", ""),
        ("ours / naive", to_naive, "×", ""),
    ]
    show(f"Backlog: {facts:,} facts, {len(rates.ours)} rounds", rows)
    correct = 0.0 if any(rates.wrong["ours"]) else 1.0
    return [
        Bar("backlog / consumer's database alone", to_alone.median, 0.8, "×", at_least=True),
        Bar("backlog / batch consumer alone", to_fed.median, 0.8, "×", at_least=True),
        Bar("backlog / naive path", to_naive.median, 20, "×", at_least=True),
        Bar("rounds without a wrong effect", correct, 1, "(all)", at_least=True),
    ]


def _verdict(wrong: list[str]) -> str:
    found = sorted({reason for reason in wrong if reason})
    return f"oracle: {'; '.join(found)}" if found else "oracle: exactly once, in order"


async def _ours(world: World, logs: Path, facts: int, rates: Rates) -> None:
    log, nats = logs / "ours.log", world.nats
    database = Database(world.url(source.PRODUCER))
    after = await oracle.last_place(world, source.CONSUMER)
    await source.fill_outbox(database, facts)
    await database.close()
    async with (
        child("sink", world.url(source.CONSUMER), nats.url(source.CONSUMER), log=log),
        child("relay", world.url(source.PRODUCER), nats.url(source.PRODUCER), log=log) as relay,
    ):
        began = time.perf_counter()
        await relay.go()
        await _arrived(world, source.CONSUMER, after, facts)
        rates.ours.append(facts / (time.perf_counter() - began))
    async with world.reading(source.PRODUCER) as connection:
        rates.sending.append(facts / float(await connection.fetchval(_SENDING, facts)))
    rates.wrong["ours"].append(await oracle.complaints(world, source.CONSUMER, after, facts))


async def _handling(world: World, facts: int) -> float:
    """The whole consumer without a bus: messages of the last backlog from memory."""
    database = Database(world.url(source.CONSUMER), pool_size=2)
    async with world.reading(source.PRODUCER) as connection:
        rows = await connection.fetch(_LAST, facts)
    messages = [Fed(row[0], row[2].encode(), json.loads(row[1])) for row in reversed(rows)]
    consumer = Consumer(subscription(), source.runtime(database, f"sink{time.monotonic_ns()}"))
    try:
        began = time.perf_counter()
        for start in range(0, len(messages), BATCH):
            part = enumerate(messages[start : start + BATCH], start=start)
            await consumer.take([read(message, consumer.subscription, place) for place, message in part])
        return facts / (time.perf_counter() - began)
    finally:
        await database.close()


async def _fed(world: World, logs: Path, facts: int) -> float:
    """The consumer as it runs in production while nothing else works: relay and outbox are done before it starts."""
    log, nats = logs / "fed.log", world.nats
    database = Database(world.url(source.PRODUCER))
    after = await oracle.last_place(world, source.CONSUMER)
    await source.fill_outbox(database, facts)
    await database.close()
    async with child("relay", world.url(source.PRODUCER), nats.url(source.PRODUCER), log=log) as relay:
        await relay.go()
        async with world.reading(source.PRODUCER) as connection, asyncio.timeout(_DEADLINE_SECONDS):
            while await connection.fetchval(_UNSENT):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    async with child("sink", world.url(source.CONSUMER), nats.url(source.CONSUMER), log=log):
        began = time.perf_counter()
        await _arrived(world, source.CONSUMER, after, facts)
        return facts / (time.perf_counter() - began)


async def _naive(world: World, logs: Path, facts: int, rates: Rates) -> None:
    log, bus = logs / "naive.log", world.nats.url("naive")
    async with child("naive-consumer", world.url("naive"), bus, log=log):
        after = await oracle.last_place(world, "naive")
        async with child("naive-publisher", str(facts), bus, log=log) as publisher:
            began = time.perf_counter()
            await publisher.go()
            await _arrived(world, "naive", after, facts)
            rates.naive.append(facts / (time.perf_counter() - began))
    rates.wrong["naive"].append(await oracle.complaints(world, "naive", after, facts))


async def _arrived(world: World, database: str, after: int, wanted: int) -> None:
    async with world.reading(database) as connection, asyncio.timeout(_DEADLINE_SECONDS):
        # the place is drawn in order, so the last one tells the count without counting
        while await connection.fetchval("SELECT coalesce(max(place), 0) FROM effects") < after + wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        while await connection.fetchval("SELECT count(*) FROM effects WHERE place > $1", after) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _alone(world: World, facts: int) -> float:
    """The statements of the batch inbox on their own: no bus, no reading, no judging."""
    database = Database(world.url(source.CONSUMER), pool_size=2)
    batches = _batches(facts)
    name = f"{subscription().durable(source.CONSUMER)}_alone"
    try:
        began = time.perf_counter()
        for batch in batches:
            await take_batch(database, name, batch)
        return facts / (time.perf_counter() - began)
    finally:
        await database.close()


Batch = list[tuple[UUID, UUID, int]]
"""Event id, job and sequence of each fact."""


def _batches(facts: int) -> list[Batch]:
    jobs = [new_id() for _ in range(facts // source.FACTS_PER_JOB)]
    every = [(new_id(), job, step) for step in range(1, source.FACTS_PER_JOB + 1) for job in jobs]
    return [every[start : start + BATCH] for start in range(0, len(every), BATCH)]


async def take_batch(database: Database, name: str, batch: Batch) -> None:
    jobs = [job for _, job, _ in batch]
    async with database.transaction(SYSTEM) as session:
        await inbox.take_turn(session, name)
        await inbox.positions(session, name, set(jobs))
        await inbox.claim(session, name, [event_id for event_id, _, _ in batch])
        effects = {
            "jobs": jobs,
            "sequences": [step for _, _, step in batch],
            "fillings": [source.FILLING] * len(batch),
        }
        await session.execute(source.EFFECTS, effects)
        await inbox.advance(session, name, {job: Position(step) for _, job, step in batch})
