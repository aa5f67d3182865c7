"""Messages a consumer could not take, and the later ones of their aggregates parked behind them.

They wait for a person. The API process records the decision; the worker carries it out, for only it may run
the handlers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Text, Uuid, bindparam, column, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.ordering import Incoming
from chassis.clock import new_id
from chassis.errors import DomainError, Kind, not_found

DDL: tuple[str, ...] = (
    """
CREATE TABLE dead_letters (
  id uuid PRIMARY KEY, consumer text NOT NULL, event_id uuid NOT NULL, event_type text,
  aggregate_id uuid, sequence bigint, stream_sequence bigint NOT NULL,
  subject text NOT NULL, headers json NOT NULL, payload bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'parked', 'redriven', 'discarded')),
  error text, attempts integer NOT NULL DEFAULT 0, arrived_at timestamptz NOT NULL DEFAULT now(),
  decision text CHECK (decision IN ('redrive', 'discard')), decided_by uuid, decided_at timestamptz,
  settled_at timestamptz,
  UNIQUE (consumer, event_id)
)""",
    "CREATE INDEX dead_letters_waiting ON dead_letters (consumer, aggregate_id, sequence)"
    " WHERE state IN ('open', 'parked')",
)


class LetterState(StrEnum):
    """Where a dead letter stands."""

    OPEN = "open"
    PARKED = "parked"
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


class Decision(StrEnum):
    """What a person wants done with an open letter."""

    REDRIVE = "redrive"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message put aside. ``error`` names type, rule and place, never a person's data."""

    id: UUID
    consumer: str
    event_id: UUID
    event_type: str | None
    aggregate_id: UUID | None
    sequence: int | None
    stream_sequence: int
    subject: str
    headers: dict[str, str]
    payload: bytes
    state: LetterState
    error: str | None
    attempts: int
    arrived_at: datetime
    decision: Decision | None

    @property
    def data(self) -> bytes:
        """The payload under the name a bus message has it."""
        return self.payload


_COLUMNS = (
    "id, consumer, event_id, event_type, aggregate_id, sequence, stream_sequence, subject, headers, payload, state,"
    " error, attempts, arrived_at, decision"
)
_PUT = text(
    "INSERT INTO dead_letters (id, consumer, event_id, event_type, aggregate_id, sequence, stream_sequence, subject,"
    " headers, payload, state, error, attempts) VALUES (:id, :consumer, :event_id, :event_type, :aggregate_id,"
    " :sequence, :stream_sequence, :subject, :headers, :payload, :state, :error, :attempts)"
    " ON CONFLICT (consumer, event_id) DO NOTHING"
).bindparams(bindparam("headers", type_=JSON()))
_LIST = text(
    f"SELECT {_COLUMNS} FROM dead_letters"  # noqa: S608 - constants only
    " WHERE state = ANY(:states) AND (CAST(:consumer AS text) IS NULL OR consumer = :consumer)"
    " ORDER BY arrived_at, id LIMIT :limit OFFSET :offset"
)
_GET = text(f"SELECT {_COLUMNS} FROM dead_letters WHERE id = :id FOR UPDATE")  # noqa: S608
_DECIDE = text("UPDATE dead_letters SET decision = :decision, decided_by = :by, decided_at = :now WHERE id = :id")
_DECIDED = text(
    f"SELECT {_COLUMNS} FROM dead_letters"  # noqa: S608
    " WHERE state = 'open' AND decision IS NOT NULL AND consumer = ANY(:consumers) ORDER BY decided_at, id"
)
_NEXT_PARKED = text(
    f"SELECT {_COLUMNS} FROM dead_letters"  # noqa: S608
    " WHERE state = 'parked' AND consumer = :consumer AND aggregate_id = :aggregate_id ORDER BY sequence LIMIT 1"
)
_SETTLE = text("UPDATE dead_letters SET state = :state, settled_at = :now WHERE id = :id")
_FAIL = text(
    "UPDATE dead_letters SET state = 'open', error = :error, attempts = attempts + 1, decision = NULL WHERE id = :id"
)
_COUNTS = text("SELECT state, count(*) FROM dead_letters WHERE state IN ('open', 'parked') GROUP BY state")


LETTERS = table(
    "dead_letters",
    *(column(name, Uuid()) for name in ("id", "event_id", "aggregate_id")),
    *(column(name, Text()) for name in ("consumer", "event_type", "state", "error", "decision")),
    *(column(name, BigInteger()) for name in ("sequence", "attempts")),
    column("arrived_at", DateTime(timezone=True)),
)
"""A letter without its payload, for lists."""


async def put(
    session: AsyncSession,
    consumer: str,
    incoming: Incoming,
    state: LetterState,
    *,
    error: str | None,
    attempts: int = 1,
) -> None:
    """Keep a message as a dead letter, or parked behind a dead letter; keeping it twice changes nothing."""
    envelope, message = incoming.envelope, incoming.message
    values = {
        "id": new_id(),
        "consumer": consumer,
        "event_id": incoming.id,
        "event_type": envelope.type if envelope else None,
        "aggregate_id": envelope.subject if envelope else None,
        "sequence": envelope.sequence if envelope else None,
        "stream_sequence": incoming.stream_sequence,
        "subject": message.subject,
        "headers": dict(message.headers or {}),
        "payload": message.data,
        "state": state.value,
        "error": error,
        "attempts": attempts,
    }
    await session.execute(_PUT, values)


async def listed(
    session: AsyncSession,
    states: Sequence[LetterState] = (LetterState.OPEN,),
    *,
    consumer: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[DeadLetter]:
    """Letters in these states, oldest first."""
    wanted = {"states": [state.value for state in states], "consumer": consumer, "limit": limit, "offset": offset}
    return [_letter(row._mapping) for row in await session.execute(_LIST, wanted)]


async def get(session: AsyncSession, letter_id: UUID) -> DeadLetter:
    """The letter under a row lock; raises `DomainError` 404."""
    row = (await session.execute(_GET, {"id": letter_id})).one_or_none()
    if row is None:
        raise not_found()
    return _letter(row._mapping)


async def decide(
    session: AsyncSession, letter_id: UUID, decision: Decision, *, by: UUID | None, now: datetime
) -> DeadLetter:
    """Ask the worker to redrive or discard an open letter and then to go on with the letters parked behind it.

    Raises:
        DomainError: 404 when there is no such letter, 409 when it is not open (a parked one follows its first).
    """
    letter = await get(session, letter_id)
    if letter.state is not LetterState.OPEN:
        raise DomainError(
            "dead_letter_not_open",
            Kind.CONFLICT,
            ru="Сообщение уже обработано или ждёт первого сообщения своей очереди.",
            en="The message is settled or waits behind the first one of its queue.",
        )
    await session.execute(_DECIDE, {"id": letter_id, "decision": decision.value, "by": by, "now": now})
    return letter


async def decided(session: AsyncSession, consumers: Sequence[str]) -> list[DeadLetter]:
    """Open letters of these durables a person has decided on."""
    return [_letter(row._mapping) for row in await session.execute(_DECIDED, {"consumers": list(consumers)})]


async def next_parked(session: AsyncSession, consumer: str, aggregate_id: UUID) -> DeadLetter | None:
    """The earliest message still parked for an aggregate."""
    row = (await session.execute(_NEXT_PARKED, {"consumer": consumer, "aggregate_id": aggregate_id})).one_or_none()
    return _letter(row._mapping) if row else None


async def settle(session: AsyncSession, letter: DeadLetter, state: LetterState, now: datetime) -> None:
    """Close a letter."""
    await session.execute(_SETTLE, {"id": letter.id, "state": state.value, "now": now})


async def fail(session: AsyncSession, letter: DeadLetter, error: str) -> None:
    """A redrive failed: the letter stands open and undecided again."""
    await session.execute(_FAIL, {"id": letter.id, "error": error})


async def counts(session: AsyncSession) -> dict[LetterState, int]:
    """How many letters are open and how many messages are parked behind them."""
    found = {LetterState(state): int(number) for state, number in await session.execute(_COUNTS)}
    return {LetterState.OPEN: 0, LetterState.PARKED: 0} | found


def _letter(columns: Any) -> DeadLetter:
    values = dict(columns)
    decision = values.pop("decision")
    return DeadLetter(
        **values | {"state": LetterState(values["state"])}, decision=Decision(decision) if decision else None
    )
