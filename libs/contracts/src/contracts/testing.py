"""The committed examples of events, shared by the producer's tests and by every consumer's."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

from contracts.catalogue import CATALOGUE, decode
from contracts.event import Event
from contracts.sealed import PersonKey

EXAMPLES = Path(__file__).parents[2] / "examples"


def example_key(person_id: UUID) -> PersonKey:
    """The key the sealed values of the examples are sealed under; never a key of a real person."""
    return PersonKey(person_id, 1, hashlib.sha256(b"example" + person_id.bytes).digest())


def examples(name: str) -> dict[str, Event]:
    """The examples of one event type by case name."""
    return {path.stem: decode(name, path.read_text("utf-8")) for path in sorted((EXAMPLES / name).glob("*.json"))}


def every_example() -> list[tuple[str, str, Event]]:
    """(type, case, event) of every committed example."""
    return [(name, case, event) for name in CATALOGUE for case, event in examples(name).items()]
