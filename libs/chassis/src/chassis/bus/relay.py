"""Carries outbox rows to JetStream: one active relay per database, woken by the commit, every answer checked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog
from contracts.catalogue import stream
from nats.aio.client import Client
from nats.errors import Error as BusError
from nats.errors import MaxPayloadError
from nats.js.errors import APIError

from chassis.clock import new_id
from chassis.data import outbox
from chassis.failures import describe

log = structlog.get_logger(__name__)

MOST_ROWS = 500
ATOMIC_FROM = 16
"""An atomic batch has a fixed cost that pays from here on."""
ANSWER_SECONDS = 10.0
SAFETY_POLL_SECONDS = 1.0
STANDBY_SECONDS = 1.0
BACK_OFF_SECONDS = 0.5

# The database is the scope: advisory locks of different databases do not meet.
_LOCK = 0x6F7574626F78  # "outbox"
_NEXT = (
    "SELECT position, recorded_at, subject, headers, payload FROM outbox"
    " WHERE sent_at IS NULL ORDER BY position LIMIT $1"
)
_SENT = (
    "UPDATE outbox SET sent_at = clock_timestamp() WHERE position = ANY($1::bigint[]) AND recorded_at BETWEEN $2 AND $3"
)
# A lock whose holder was cut off falls within half a minute.
_SERVER_SETTINGS = {
    "application_name": "relay",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class NotStoredError(RuntimeError):
    """The bus answered, but did not store the message where it belongs."""


_REFUSALS = (APIError, MaxPayloadError, NotStoredError)


@dataclass(frozen=True, slots=True)
class Row:
    """One published version of a fact, ready to send."""

    position: int
    recorded_at: datetime
    subject: str
    headers: dict[str, str]
    payload: bytes


class Relay:
    """Sends the rows of the outbox in order and marks the rows the bus has stored.

    A message whose answer was lost is sent again under the same id: the stream drops it inside its duplicate window,
    the consumers' inboxes after it.

    Args:
        dsn: address for a dedicated asyncpg connection with the worker's role.
        producer: the service whose stream the events go to.
    """

    def __init__(self, dsn: str, bus: Client, producer: str) -> None:
        self._dsn = dsn
        self._bus = bus
        self._stream = stream(producer)
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Relay until cancelled; recovers by itself from any failure of the database or the bus."""
        while True:
            try:
                await self._run_connected()
            except Exception as error:
                log.warning("relay interrupted", stream=self._stream, error=describe(error))
            await asyncio.sleep(BACK_OFF_SECONDS)

    async def _run_connected(self) -> None:
        connection: Any = await asyncpg.connect(  # type: ignore[no-untyped-call]
            self._dsn, timeout=5, command_timeout=30, server_settings=_SERVER_SETTINGS
        )
        try:
            await self._become_active(connection)
            await connection.execute(outbox.MAKE_PARTITIONS)
            await connection.add_listener(outbox.CHANNEL, lambda *_: self._woken.set())
            while True:
                self._woken.clear()
                if await self.drain(connection) == 0:
                    await self._wait()
        finally:
            connection.terminate()

    async def _become_active(self, connection: Any) -> None:
        """Stand by until no other relay holds the database; the lock falls with the connection."""
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110
            await asyncio.sleep(STANDBY_SECONDS)
        log.info("relay active", stream=self._stream)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), SAFETY_POLL_SECONDS)

    async def drain(self, connection: Any) -> int:
        """Send the next rows; the number of rows the bus has stored. Raises when the bus stored none."""
        # json arrives as text: the bus gets the bytes that were recorded.
        found = await connection.fetch(_NEXT, MOST_ROWS)
        rows = [Row(r[0], r[1], r[2], json.loads(r[3]), r[4].encode()) for r in found]
        if not rows:
            return 0
        stored = await self._send(rows)
        await self._mark(connection, stored)
        return len(stored)

    async def _mark(self, connection: Any, rows: Sequence[Row]) -> None:
        times = [row.recorded_at for row in rows]
        await connection.execute(_SENT, [row.position for row in rows], min(times), max(times))

    async def _send(self, rows: Sequence[Row]) -> Sequence[Row]:
        if len(rows) >= ATOMIC_FROM:
            try:
                await self._send_atomic(rows)
                return rows
            except (BusError, NotStoredError, TimeoutError) as error:
                # One known id refuses the whole batch; after a lost answer every id is known.
                log.info("atomic batch refused", stream=self._stream, size=len(rows), error=describe(error))
        return await self._send_pipelined(rows)

    async def _send_pipelined(self, rows: Sequence[Row]) -> Sequence[Row]:
        """All at once, each with its own answer; the rows that were stored."""
        stored: list[Row] = []
        failure: BaseException | None = None
        for start in range(0, len(rows), ATOMIC_FROM):
            part = rows[start : start + ATOMIC_FROM]
            answers = await asyncio.gather(*map(self._publish, part), return_exceptions=True)
            stored += [row for row, answer in zip(part, answers, strict=True) if answer is None]
            failures = [answer for answer in answers if answer is not None]
            failure = next(iter(failures), failure)
            # A row the bus refuses holds up its own aggregate only; without any answer there is no point in going on.
            if any(not isinstance(one, _REFUSALS) for one in failures):
                break
        if failure and not stored:
            raise failure
        return stored

    async def _publish(self, row: Row) -> None:
        answer = await self._bus.request(row.subject, row.payload, timeout=ANSWER_SECONDS, headers=dict(row.headers))
        self._check(answer.data)

    async def _send_atomic(self, rows: Sequence[Row]) -> None:
        """One JetStream atomic batch (ADR-50): all stored with a few fsyncs, or none."""
        batch = str(new_id())
        *leading, last = enumerate(rows, start=1)
        for place, row in leading:
            await self._bus.publish(row.subject, row.payload, headers=_batch_headers(row, batch, place))
        place, row = last
        headers = _batch_headers(row, batch, place) | {"Nats-Batch-Commit": "1"}
        answer = await self._bus.request(row.subject, row.payload, timeout=ANSWER_SECONDS, headers=headers)
        self._check(answer.data, batch_size=len(rows))

    def _check(self, answer: bytes, batch_size: int | None = None) -> None:
        """Raise unless this is the bus's word that it stored the message in our stream (or had it already)."""
        said = json.loads(answer or b"{}")
        if "error" in said:
            raise APIError.from_error(said["error"])
        if said.get("stream") != self._stream or not said.get("seq"):
            raise NotStoredError(f"stored in {said.get('stream')!r}, not in {self._stream}")
        if batch_size is not None and said.get("count") != batch_size:
            raise NotStoredError(f"{said.get('count')} of {batch_size} stored")


def _batch_headers(row: Row, batch: str, place: int) -> dict[str, str]:
    return row.headers | {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(place)}
