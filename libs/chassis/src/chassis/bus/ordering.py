"""The order in which a consumer takes facts: pure decisions from a batch and the position of each aggregate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from contracts.event import Envelope

from chassis.bus.router import Delivery


class Relevance(StrEnum):
    """Relevance of a message to its durable."""

    HANDLED = "handled"
    IGNORED = "ignored"
    """A fact no handler takes: nothing to do, but the aggregate moves on."""
    TWIN = "twin"
    """Another version of a fact that is handled; the handled one stands beside it with the same sequence."""
    UNREADABLE = "unreadable"


class Message(Protocol):
    """The parts of a bus message that are needed after reading."""

    @property
    def subject(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def headers(self) -> dict[str, str] | None: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as read off the bus.

    ``id`` is the event's, or derived from the place in the stream where the headers are unusable; ``fault`` says why
    a message cannot be read.
    """

    message: Message
    id: UUID
    stream_sequence: int
    relevance: Relevance
    envelope: Envelope | None = None
    delivery: Delivery | None = None
    fault: Exception | None = None
    deliveries: int = 1

    @property
    def aggregate_id(self) -> UUID | None:
        return self.envelope.subject if self.envelope else None


class Verdict(StrEnum):
    """What to do with one message."""

    APPLY = "apply"
    ADVANCE = "advance"
    PASS = "pass"  # noqa: S105 - not a password
    """Seen before, a twin, or older than what is known: acknowledge and forget."""
    WAIT = "wait"
    """Something earlier is missing: give it back for a while."""
    PARK = "park"
    """The aggregate is blocked by a dead letter: put aside in order."""
    REFUSE = "refuse"
    """Cannot be read: dead letter."""


class Step(NamedTuple):
    incoming: Incoming
    verdict: Verdict


@dataclass(slots=True)
class Position:
    """How far one aggregate has come at one durable.

    ``sequence`` counts what was taken in order: handled, passed over, or put aside behind the dead letter
    ``blocked_by``.
    """

    sequence: int
    blocked_by: UUID | None = None


@dataclass(slots=True)
class Course:
    """The walk of one batch through its aggregates, in stream order.

    ``from_first``: the durable reads its stream from the beginning, so an unknown aggregate starts with sequence 1,
    and a later one is a gap. A durable made to start in the middle takes its baseline from the first sequence it sees.
    """

    known: Mapping[UUID, Position]
    ordered: bool
    from_first: bool = True
    reached: dict[UUID, Position] = field(default_factory=dict)

    def walk(self, batch: Iterable[Incoming]) -> list[Step]:
        """Judge every message and keep what each aggregate has reached."""
        in_stream_order = sorted(batch, key=lambda incoming: incoming.stream_sequence)
        return [Step(incoming, self._judge(incoming)) for incoming in in_stream_order]

    def block(self, incoming: Incoming) -> None:
        """Park the facts that follow this message, which could not be handled."""
        if self.ordered and incoming.envelope:
            self.reached[incoming.envelope.subject] = Position(incoming.envelope.sequence, incoming.id)

    def _judge(self, incoming: Incoming) -> Verdict:
        if incoming.envelope is None:
            return Verdict.REFUSE
        if incoming.relevance is Relevance.TWIN:
            return Verdict.PASS
        if not self.ordered:
            return self._judge_latest(incoming, incoming.envelope)
        return self._judge_ordered(incoming, incoming.envelope)

    def _judge_latest(self, incoming: Incoming, envelope: Envelope) -> Verdict:
        position = self._position(envelope.subject)
        if position is not None and envelope.sequence <= position.sequence:
            return Verdict.PASS
        self.reached[envelope.subject] = Position(envelope.sequence)
        return _plain_verdict(incoming)

    def _judge_ordered(self, incoming: Incoming, envelope: Envelope) -> Verdict:
        position = self._position(envelope.subject) or self._start(envelope)
        if envelope.sequence <= position.sequence:
            return Verdict.PASS
        if envelope.sequence > position.sequence + 1:
            return Verdict.WAIT
        verdict = Verdict.PARK if position.blocked_by else _plain_verdict(incoming)
        blocked_by = incoming.id if verdict is Verdict.REFUSE else position.blocked_by
        self.reached[envelope.subject] = Position(envelope.sequence, blocked_by)
        return verdict

    def _position(self, aggregate_id: UUID) -> Position | None:
        return self.reached.get(aggregate_id) or self.known.get(aggregate_id)

    def _start(self, envelope: Envelope) -> Position:
        return Position(0 if self.from_first else envelope.sequence - 1)


def _plain_verdict(incoming: Incoming) -> Verdict:
    return {
        Relevance.HANDLED: Verdict.APPLY,
        Relevance.IGNORED: Verdict.ADVANCE,
        Relevance.UNREADABLE: Verdict.REFUSE,
        Relevance.TWIN: Verdict.PASS,
    }[incoming.relevance]
