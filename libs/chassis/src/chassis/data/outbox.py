"""Recorded facts become outbox rows in the same transaction as the state they tell about.

Rows are kept for ever (ids and codes only): the bus can be rebuilt from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contracts.event import Envelope, Event
from opentelemetry import propagate
from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from chassis.aggregate import Aggregate, Recorded
from chassis.clock import Clock, new_id
from chassis.data.context import Cause

CHANNEL = "outbox"
TWIN_HEADER = "ce-twin"
"""CloudEvents extension on an older version published beside the newest one: a reader of the newest passes over it."""

_CAUSE, _CLOCK, _RECORDED = "cause", "clock", "recorded"
MAKE_PARTITIONS = "SELECT app.make_outbox_partitions()"
"""What the relay runs when it becomes active, and the worker every hour (`make_partitions`)."""

# Partitions by month of recording stand in the owner's hands; the worker calls the function, which makes a year of
# them ahead. The default partition only catches rows should nobody have called it for a year.
DDL: tuple[str, ...] = (
    """
CREATE TABLE outbox (
  position bigint GENERATED ALWAYS AS IDENTITY, recorded_at timestamptz NOT NULL DEFAULT now(),
  event_id uuid NOT NULL, aggregate_id uuid NOT NULL, sequence bigint NOT NULL,
  subject text NOT NULL, headers json NOT NULL, payload json NOT NULL, sent_at timestamptz,
  PRIMARY KEY (position, recorded_at)
) PARTITION BY RANGE (recorded_at)""",
    "CREATE INDEX outbox_unsent ON outbox (position) WHERE sent_at IS NULL",
    "CREATE INDEX outbox_event ON outbox (event_id)",
    "CREATE TABLE outbox_default PARTITION OF outbox DEFAULT",
    "CREATE SCHEMA IF NOT EXISTS app",
    """
CREATE OR REPLACE FUNCTION app.make_outbox_partitions(months integer DEFAULT 12) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE made integer := 0; first date; name text;
BEGIN
  FOR ahead IN 0..months LOOP
    first := date_trunc('month', now() AT TIME ZONE 'UTC')::date + make_interval(months => ahead);
    name := 'outbox_' || to_char(first, 'YYYY_MM');
    IF to_regclass('public.' || name) IS NULL THEN
      EXECUTE format('CREATE TABLE public.%I PARTITION OF public.outbox FOR VALUES FROM (%L) TO (%L)', name,
                     first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$""",
    MAKE_PARTITIONS,
)

# The position is drawn in recording order. An aggregate's row is locked by its own UPDATE before its facts get
# positions, so facts of one aggregate never overtake each other; facts of different aggregates may.
_STORE = text(
    "WITH stored AS ("
    " INSERT INTO outbox (event_id, aggregate_id, sequence, subject, headers, payload)"
    " SELECT e, a, s, t, h::json, p::json FROM unnest(:ids, :aggregates, :sequences, :subjects, :headers, :payloads)"
    " WITH ORDINALITY AS f(e, a, s, t, h, p, place) ORDER BY place)"
    " SELECT pg_notify('outbox', '')"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("aggregates", type_=ARRAY(Uuid())),
    bindparam("sequences", type_=ARRAY(BigInteger())),
    bindparam("subjects", type_=ARRAY(Text())),
    bindparam("headers", type_=ARRAY(Text())),
    bindparam("payloads", type_=ARRAY(Text())),
)
_AGE = text("SELECT extract(epoch FROM clock_timestamp() - min(recorded_at)) FROM outbox WHERE sent_at IS NULL")


class RecordingSession(Session):
    """The session whose flush carries recorded facts into the outbox."""


def attach(session: AsyncSession, clock: Clock, cause: Cause) -> None:
    """Give the session the clock and the cause of the facts recorded in it."""
    session.info[_CLOCK] = clock
    session.info[_CAUSE] = cause


async def now_because_of(session: AsyncSession, cause: Cause) -> None:
    """Flush the facts recorded so far under their cause, and go on under another (the next message of a batch)."""
    await flush(session)
    session.info[_CAUSE] = cause


async def flush(session: AsyncSession) -> None:
    """Write changed rows and recorded facts; costs nothing where nothing has changed."""
    if session.new or session.dirty or session.deleted:
        await session.flush()


async def oldest_seconds(session: AsyncSession) -> float:
    """How long the oldest unsent fact waits; 0 where none does. The alarm for a relay that makes no progress.

    Asked of the table at every look: what a relay remembers says nothing once that relay hangs or stands by.
    """
    return float(await session.scalar(_AGE) or 0)


async def make_partitions(session: AsyncSession) -> int:
    """Make the partitions of the coming year, as far as they are missing; how many were. The worker's housekeeping."""
    return int((await session.execute(text(MAKE_PARTITIONS))).scalar_one())


@event.listens_for(RecordingSession, "before_flush")
def _collect(session: Session, _context: object, _instances: object) -> None:
    waiting = session.info.setdefault(_RECORDED, [])
    for instance in (*session.new, *session.dirty, *session.deleted):
        if isinstance(instance, Aggregate):
            waiting += instance.take_recorded()


@event.listens_for(RecordingSession, "after_flush")
def _store(session: Session, _context: object) -> None:
    recorded: list[Recorded] = session.info.pop(_RECORDED, [])
    if recorded:
        rows = _rows(sorted(recorded), session.info[_CLOCK].now(), _traced(session.info[_CAUSE]))
        session.connection().execute(_STORE, rows)


@event.listens_for(RecordingSession, "after_soft_rollback")
def _forget(session: Session, _previous: object) -> None:
    # a flush that failed inside a savepoint must not leave its facts to the next one
    session.info.pop(_RECORDED, None)


def _traced(cause: Cause) -> Cause:
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return Cause(cause.correlation_id, cause.causation_id, carrier.get("traceparent", cause.traceparent))


def _rows(recorded: list[Recorded], now: datetime, cause: Cause) -> dict[str, list[Any]]:
    """The columns to store: one entry per published version of each fact."""
    facts = [
        (_envelope(version, fact, now, cause), version, twin)
        for fact in recorded
        for version, twin in _published(fact.event)
    ]
    return {
        "ids": [envelope.id for envelope, _, _ in facts],
        "aggregates": [envelope.subject for envelope, _, _ in facts],
        "sequences": [envelope.sequence for envelope, _, _ in facts],
        "subjects": [version.subject() for _, version, _ in facts],
        "headers": [json.dumps(_headers(envelope, twin)) for envelope, _, twin in facts],
        "payloads": [version.model_dump_json() for _, version, _ in facts],
    }


def _published(fact: Event) -> Iterator[tuple[Event, bool]]:
    yield fact, False
    for twin in fact.twins():
        yield twin, True


def _envelope(version: Event, fact: Recorded, now: datetime, cause: Cause) -> Envelope:
    return Envelope(
        id=new_id(),
        type=version.type(),
        time=now,
        subject=fact.aggregate_id,
        sequence=fact.sequence,
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        traceparent=cause.traceparent,
    )


def _headers(envelope: Envelope, twin: bool) -> dict[str, str]:
    return envelope.headers() | ({TWIN_HEADER: "true"} if twin else {})
