"""Messages that wait for an earlier fact of their aggregate which has not come: noted once they last.

They stand in ``consumer_attempts`` with no attempt counted: nobody has tried them, so they are nobody's dead letter. A
gap that closes takes its row along.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, Select, Text, Uuid, bindparam, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.ordering import Incoming

LASTING_DELIVERIES = 5
"""From this delivery on, some seconds after the first, a gap is more than a redelivery overtaken."""

_NOTE = text(
    "INSERT INTO consumer_attempts (consumer, event_id, attempts, error)"
    " SELECT :consumer, i, 0, w FROM unnest(:ids, :words) AS g(i, w) ON CONFLICT DO NOTHING"
).bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("words", type_=ARRAY(Text())))
_COUNTS = text(
    "SELECT consumer, count(*) AS number, extract(epoch FROM now() - min(last_at)) AS oldest"
    " FROM consumer_attempts WHERE attempts = 0 GROUP BY consumer"
)


GAPS = table(
    "consumer_attempts",
    *(column(name, Text()) for name in ("consumer", "error")),
    column("event_id", Uuid()),
    column("attempts", Integer()),
    column("last_at", DateTime(timezone=True)),
)


def waiting() -> Select[Any]:
    """The lasting gaps: consumer, event, what it waits for (aggregate and sequence number in hand), since when."""
    c = GAPS.c
    named = (c.consumer, c.event_id, c.error.label("waits_for"), c.last_at.label("since"))
    return select(*named).where(c.attempts == 0)


async def note(session: AsyncSession, consumer: str, waiting: Iterable[Incoming]) -> None:
    """Keep the waiting messages that have been delivered again and again; the first note of each stands."""
    lasting = [one for one in waiting if one.deliveries >= LASTING_DELIVERIES]
    if lasting:
        words = [_words(one) for one in lasting]
        await session.execute(_NOTE, {"consumer": consumer, "ids": [one.id for one in lasting], "words": words})


async def counts(session: AsyncSession) -> dict[str, tuple[int, float]]:
    """Consumer → how many messages wait, and for how many seconds the oldest has."""
    rows = await session.execute(_COUNTS)
    return {row.consumer: (row.number, float(row.oldest)) for row in rows}


def _words(incoming: Incoming) -> str:
    envelope = incoming.envelope
    assert envelope is not None, "only a message that was read can wait"
    return f"gap: what comes before {envelope.sequence} of {envelope.type.split('.v')[0]} {envelope.subject} is missing"
