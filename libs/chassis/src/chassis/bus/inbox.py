"""Memory of a consumer, beside its effects: inbox rows, positions of aggregates, failed attempts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.ordering import Position

DDL: tuple[str, ...] = (
    """
CREATE TABLE inbox (
  consumer text NOT NULL, event_id uuid NOT NULL, handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
)""",
    """
CREATE TABLE consumer_positions (
  consumer text NOT NULL, aggregate_id uuid NOT NULL, sequence bigint NOT NULL, blocked_by uuid,
  PRIMARY KEY (consumer, aggregate_id)
) WITH (fillfactor = 80)""",
    """
CREATE TABLE consumer_attempts (
  consumer text NOT NULL, event_id uuid NOT NULL, attempts integer NOT NULL,
  error text NOT NULL, last_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
)""",
)

# Replicas of one durable take turns: whoever holds the lock sees every position the other has committed.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:consumer, 0))")
_POSITIONS = text(
    "SELECT aggregate_id, sequence, blocked_by FROM consumer_positions"
    " WHERE consumer = :consumer AND aggregate_id = ANY(:aggregates)"
).bindparams(bindparam("aggregates", type_=ARRAY(Uuid())))
_CLAIM = text(
    "INSERT INTO inbox (consumer, event_id) SELECT :consumer, unnest(:ids) ON CONFLICT DO NOTHING RETURNING event_id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid())))
_ADVANCE = text(
    "INSERT INTO consumer_positions (consumer, aggregate_id, sequence, blocked_by)"
    " SELECT :consumer, a, s, b FROM unnest(:aggregates, :sequences, :blocked) AS p(a, s, b)"
    " ON CONFLICT (consumer, aggregate_id) DO UPDATE"
    " SET sequence = excluded.sequence, blocked_by = excluded.blocked_by"
).bindparams(
    bindparam("aggregates", type_=ARRAY(Uuid())),
    bindparam("sequences", type_=ARRAY(BigInteger())),
    bindparam("blocked", type_=ARRAY(Uuid())),
)
_ATTEMPT = text(
    "INSERT INTO consumer_attempts (consumer, event_id, attempts, error) VALUES (:consumer, :id, 1, :error)"
    " ON CONFLICT (consumer, event_id) DO UPDATE"
    " SET attempts = consumer_attempts.attempts + 1, error = excluded.error, last_at = now() RETURNING attempts"
)
_FORGET = text("DELETE FROM consumer_attempts WHERE consumer = :consumer AND event_id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid()))
)


async def take_turn(session: AsyncSession, consumer: str) -> None:
    """Wait until no other process works for this durable; released with the transaction."""
    await session.execute(_TURN, {"consumer": consumer})


async def positions(session: AsyncSession, consumer: str, aggregates: Collection[UUID]) -> dict[UUID, Position]:
    """How far the durable has come with these aggregates; unknown ones are absent."""
    rows = await session.execute(_POSITIONS, {"consumer": consumer, "aggregates": list(aggregates)})
    return {row.aggregate_id: Position(row.sequence, row.blocked_by) for row in rows}


async def claim(session: AsyncSession, consumer: str, ids: Collection[UUID]) -> set[UUID]:
    """Enter these events in the inbox; those that were not there yet."""
    if not ids:
        return set()
    rows = await session.execute(_CLAIM, {"consumer": consumer, "ids": list(ids)})
    return set(rows.scalars())


async def advance(session: AsyncSession, consumer: str, reached: Mapping[UUID, Position]) -> None:
    """Keep how far each aggregate has come."""
    if reached:
        columns = {
            "aggregates": list(reached),
            "sequences": [position.sequence for position in reached.values()],
            "blocked": [position.blocked_by for position in reached.values()],
        }
        await session.execute(_ADVANCE, {"consumer": consumer, **columns})


async def count_attempt(session: AsyncSession, consumer: str, event_id: UUID, error: str) -> int:
    """Count a failed attempt; how many there were."""
    values = {"consumer": consumer, "id": event_id, "error": error}
    return int((await session.execute(_ATTEMPT, values)).scalar_one())


async def forget_attempts(session: AsyncSession, consumer: str, ids: Collection[UUID]) -> None:
    """Drop the counts of events that are settled."""
    await session.execute(_FORGET, {"consumer": consumer, "ids": list(ids)})
