"""Reads what databases and bus hold, past every door of the services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

from tests.faults.harness.invariants import Fact, Taken

_FACTS = """
SELECT event_id, aggregate_id, sequence, subject, headers::jsonb ? 'ce-twin', sent_at IS NOT NULL
FROM outbox ORDER BY position
"""
_FETCH = 1000


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Any]:
    """A connection for reading."""
    connection: Any = await asyncpg.connect(  # type: ignore[no-untyped-call]
        dsn, timeout=10, command_timeout=120
    )
    try:
        yield connection
    finally:
        await connection.close()


async def facts(dsn: str) -> list[Fact]:
    """The whole outbox of a service, in recording order."""
    async with connected(dsn) as connection:
        return [Fact(*row) for row in await connection.fetch(_FACTS)]


async def unsent(dsn: str) -> int:
    """How many outbox rows wait."""
    async with connected(dsn) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL"))


async def inbox(dsn: str, durable: str) -> list[Taken]:
    """What a durable has taken."""
    async with connected(dsn) as connection:
        rows = await connection.fetch("SELECT event_id, handled_at FROM inbox WHERE consumer = $1", durable)
        return [Taken(*row) for row in rows]


async def positions(dsn: str, durable: str) -> dict[UUID, int]:
    """How far a durable has come with each aggregate."""
    query = "SELECT aggregate_id, sequence FROM consumer_positions WHERE consumer = $1"
    async with connected(dsn) as connection:
        return {row[0]: row[1] for row in await connection.fetch(query, durable)}


async def put_aside(dsn: str, durable: str) -> set[UUID]:
    """The events a durable could not take."""
    async with connected(dsn) as connection:
        rows = await connection.fetch("SELECT event_id FROM dead_letters WHERE consumer = $1", durable)
        return {row[0] for row in rows}


async def column(dsn: str, query: str, *arguments: Any) -> list[Any]:
    """The first column of a query's rows."""
    async with connected(dsn) as connection:
        return [row[0] for row in await connection.fetch(query, *arguments)]


async def in_stream(admin: Client, stream: str) -> list[UUID]:
    """The ids of all messages of a stream, in its order."""
    js = admin.jetstream(timeout=15)
    total = (await js.stream_info(stream)).state.messages
    reader = ConsumerConfig(ack_policy=AckPolicy.NONE, headers_only=True, mem_storage=True, inactive_threshold=60)
    name = (await js.add_consumer(stream, reader)).name
    found: list[UUID] = []
    subscription = await js.pull_subscribe_bind(consumer=name, stream=stream)
    try:
        while len(found) < total:
            messages = await subscription.fetch(min(_FETCH, total - len(found)), timeout=15)
            found += [UUID((message.headers or {})["ce-id"]) for message in messages]
    finally:
        await subscription.unsubscribe()
        await js.delete_consumer(stream, name)
    return found


async def waiting(admin: Client, durables: Sequence[tuple[str, str]]) -> int:
    """Messages the durables have not acknowledged yet, of all (stream, durable) pairs together."""
    js = admin.jetstream(timeout=5)
    found = await asyncio.gather(*(_waiting(js, stream, durable) for stream, durable in durables))
    return sum(found)


async def _waiting(js: Any, stream: str, durable: str) -> int:
    try:
        info = await js.consumer_info(stream, durable)
    except NotFoundError:
        return 1
    return int((info.num_pending or 0) + (info.num_ack_pending or 0))
