"""The promises, judged on what databases and bus hold. Pure; every broken promise comes back in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

_SHOWN = 10


class Fact(NamedTuple):
    """One published version of a fact, as its producer's outbox holds it."""

    event_id: UUID
    aggregate_id: UUID
    sequence: int
    subject: str
    twin: bool
    sent: bool


class Taken(NamedTuple):
    """One inbox row."""

    event_id: UUID
    handled_at: datetime


Step = tuple[UUID, int]
"""An aggregate and the sequence of one of its facts."""


def outbox_whole(producer: str, facts: Sequence[Fact]) -> list[str]:
    """Every aggregate's facts are numbered 1, 2, 3 … without a gap or a double, and all are marked as sent."""
    sequences: dict[UUID, list[int]] = defaultdict(list)
    for fact in facts:
        if not fact.twin:
            sequences[fact.aggregate_id].append(fact.sequence)
    broken = [id for id, found in sequences.items() if sorted(found) != list(range(1, len(found) + 1))]
    unsent = [fact.event_id for fact in facts if not fact.sent]
    return [*_said(f"{producer}: sequence with gap or double", broken), *_said(f"{producer}: not sent", unsent)]


def bus_holds(producer: str, facts: Sequence[Fact], stream: Sequence[UUID]) -> list[str]:
    """The stream holds every fact once, and the facts of one aggregate in order."""
    known = {fact.event_id: fact for fact in facts}
    copies = Counter(stream)
    places: dict[UUID, list[int]] = defaultdict(list)
    for event_id in stream:
        if (fact := known.get(event_id)) and not fact.twin:
            places[fact.aggregate_id].append(fact.sequence)
    return [
        *_said(f"{producer}: not in the stream", known.keys() - copies.keys()),
        *_said(f"{producer}: in the stream more than once", [id for id, number in copies.items() if number > 1]),
        *_said(f"{producer}: in the stream without an outbox row", copies.keys() - known.keys()),
        *_said(f"{producer}: out of order in the stream", [id for id, found in places.items() if not _rising(found)]),
    ]


def consumer_whole(
    durable: str, facts: Sequence[Fact], handled: Collection[str], inbox: Sequence[Taken], positions: Mapping[UUID, int]
) -> list[str]:
    """An ordered durable took exactly the facts it handles, each aggregate's in order, and stands at its end.

    Args:
        facts: all facts of the aggregates the durable reads.
        handled: the subjects it has a handler for.
    """
    wanted = {fact.event_id: fact for fact in facts if fact.subject in handled}
    taken = {row.event_id for row in inbox}
    ends: dict[UUID, int] = {}
    for fact in facts:
        ends[fact.aggregate_id] = max(fact.sequence, ends.get(fact.aggregate_id, 0))
    return [
        *_said(f"{durable}: lost", wanted.keys() - taken),
        *_said(f"{durable}: taken without a fact", taken - wanted.keys()),
        *_said(
            f"{durable}: position is not the last fact", [id for id, end in ends.items() if positions.get(id) != end]
        ),
        *_said(f"{durable}: out of order", _overtaken(wanted, inbox)),
    ]


def effects_once(facts: Iterable[Fact], effects: Sequence[Step]) -> list[str]:
    """Every fact had its effect exactly once, and those of an aggregate in order. ``facts``: the handled ones."""
    wanted = {(fact.aggregate_id, fact.sequence) for fact in facts}
    counted = Counter(effects)
    sequences: dict[UUID, list[int]] = defaultdict(list)
    for aggregate_id, sequence in effects:
        sequences[aggregate_id].append(sequence)
    return [
        *_said("lost effect", wanted - counted.keys()),
        *_said("doubled effect", [step for step, number in counted.items() if number > 1]),
        *_said("effect without a fact", counted.keys() - wanted),
        *_said("effects out of order", [id for id, found in sequences.items() if not _rising(found)]),
    ]


def same(what: str, wanted: Collection[UUID], found: Sequence[UUID]) -> list[str]:
    """Exactly these, each exactly once."""
    counted = Counter(found)
    return [
        *_said(f"{what}: missing", set(wanted) - counted.keys()),
        *_said(f"{what}: more than once", [id for id, number in counted.items() if number > 1]),
        *_said(f"{what}: not expected", counted.keys() - set(wanted)),
    ]


def _overtaken(wanted: Mapping[UUID, Fact], inbox: Sequence[Taken]) -> list[UUID]:
    """Aggregates of which a later fact was taken in an earlier transaction."""
    moments: dict[UUID, list[tuple[int, datetime]]] = defaultdict(list)
    for row in inbox:
        if fact := wanted.get(row.event_id):
            moments[fact.aggregate_id].append((fact.sequence, row.handled_at))
    return [id for id, found in moments.items() if not _rising([moment for _, moment in sorted(found)])]


def _rising(values: Sequence[int] | Sequence[datetime]) -> bool:
    return all(one <= other for one, other in pairwise(values))  # type: ignore[operator]


def _said(what: str, offenders: Collection[object]) -> list[str]:
    if not offenders:
        return []
    # sorted: the same offenders are the same words at every look
    shown = ", ".join(sorted(map(str, offenders))[:_SHOWN])
    return [f"{what}: {len(offenders)} ({shown}{', …' if len(offenders) > _SHOWN else ''})"]
