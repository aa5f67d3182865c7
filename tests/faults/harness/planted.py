"""The protections of the event path, each with a way to switch it off. Every one of these bugs has been written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest
from chassis.bus import inbox
from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.ordering import Course, Incoming, Position, Relevance, Verdict
from chassis.bus.relay import Relay, Row
from contracts.event import Envelope

from tests.faults.harness import evidence
from tests.faults.harness.rig import MortalConsumer, MortalRelay

Plant = Callable[[pytest.MonkeyPatch], None]


def acknowledged_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """A crash between acknowledgement and commit loses the batch."""
    patch.setattr(MortalConsumer, "hasty", True)


def errors_acknowledged(patch: pytest.MonkeyPatch) -> None:
    """What a framework's default ack policy does with a failed message: reject it."""

    async def rejected(_consumer: Consumer, incoming: Incoming, _error: Exception) -> Settlement:
        return Settlement(done=[incoming])

    patch.setattr(Consumer, "_failed", rejected)


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered of what was taken; the positions still hide most of it."""

    async def all_are_new(_session: Any, _consumer: str, ids: Sequence[UUID]) -> set[UUID]:
        return set(ids)

    patch.setattr(inbox, "claim", all_are_new)


def no_order_check(patch: pytest.MonkeyPatch) -> None:
    """Whatever comes is applied."""

    def any_order(course: Course, incoming: Incoming, envelope: Envelope) -> Verdict:
        known = course.known.get(envelope.subject)
        reached = course.reached.get(envelope.subject, known)
        course.reached[envelope.subject] = Position(max(envelope.sequence, reached.sequence if reached else 0))
        return Verdict.APPLY if incoming.relevance is Relevance.HANDLED else Verdict.PASS

    patch.setattr(Course, "_judge_ordered", any_order)


def neither_inbox_nor_order(patch: pytest.MonkeyPatch) -> None:
    """A redelivery is applied again."""
    no_inbox(patch)
    no_order_check(patch)


def marked_before_sent(patch: pytest.MonkeyPatch) -> None:
    """The outbox row counts as sent before the bus has it; a crash in between loses the fact."""
    mark, send = Relay._mark, MortalRelay._send

    async def mark_then_send(relay: MortalRelay, rows: Sequence[Row]) -> Sequence[Row]:
        async with evidence.connected(relay._dsn) as connection:
            await mark(relay, connection, rows)
        return await send(relay, rows)

    patch.setattr(MortalRelay, "_send", mark_then_send)


def no_parking(patch: pytest.MonkeyPatch) -> None:
    """Later facts of an aggregate pass its dead letter by."""

    def only_advance(course: Course, incoming: Incoming) -> None:
        if incoming.envelope:
            course.reached[incoming.envelope.subject] = Position(incoming.envelope.sequence)

    patch.setattr(Course, "block", only_advance)


PLANTED: Mapping[Plant, str] = {
    acknowledged_before_the_commit: "lost",
    errors_acknowledged: "lost",
    no_inbox: "lost",
    no_order_check: "out of order",
    neither_inbox_nor_order: "doubled",
    marked_before_sent: "not in the stream",
    no_parking: "out of order",
}
"""Every fault, and what the invariants must say about it."""
