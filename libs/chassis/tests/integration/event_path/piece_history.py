"""Judges what happened from outside: the client's journal, the producer's facts, the consumers' effects."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

Fact = tuple[UUID, int]


@dataclass
class Journal:
    """What the client was told: answered commits, by piece the highest version. Unanswered ones may have happened."""

    answered: dict[UUID, int] = field(default_factory=dict)

    def ok(self, piece_id: UUID, version: int) -> None:
        self.answered[piece_id] = max(version, self.answered.get(piece_id, 0))


def violations(
    journal: Journal, versions: Mapping[UUID, int], effects: Iterable[Fact], inbox: Iterable[Fact]
) -> list[str]:
    """Every broken promise in words; empty when all is well. ``versions``: each piece's version in the producer."""
    found = [
        f"lost by the producer: {piece} v{version}"
        for piece, version in journal.answered.items()
        if versions.get(piece, 0) < version
    ]
    sequences: dict[UUID, list[int]] = defaultdict(list)
    effects = list(effects)
    for piece, sequence in effects:
        sequences[piece].append(sequence)
    for piece, version in versions.items():
        found += _judge(piece, version, sequences[piece])
    if Counter(effects) != Counter(inbox):
        found.append("inbox differs from the effects")
    return found


def _judge(piece: UUID, version: int, sequences: list[int]) -> list[str]:
    wanted = set(range(1, version + 1))
    reasons = {
        f"lost at the consumer: {piece} {sorted(wanted - set(sequences))}": wanted - set(sequences),
        f"doubled: {piece}": len(sequences) != len(set(sequences)),
        f"out of order: {piece} {sequences}": sequences != sorted(sequences),
    }
    return [reason for reason, holds in reasons.items() if holds]
