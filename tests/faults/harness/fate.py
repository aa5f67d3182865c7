"""Seeded misfortune: where a process dies and which message fails."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from chassis.errors import DomainError, Kind

DEATH = 0.03
WEAK_SEQUENCE, WEAK_TRIES = 2, 2
"""The second fact of every aggregate fails twice: once in its batch, once alone."""


class DiedError(BaseException):
    """The process is gone at this very point: no ``except Exception`` may see it."""


@dataclass
class Fate:
    """Throws the dice. ``refused`` is a fact that fails for good until `heal`."""

    seed: int
    deaths: Counter[str] = field(default_factory=Counter)
    tries: Counter[tuple[UUID, int]] = field(default_factory=Counter)
    refused: tuple[UUID, int] | None = None
    merciful: bool = False

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def may_die(self, point: str) -> None:
        """End the running part here, as kill -9 would: at the first time for certain, then by chance."""
        if not self.merciful and (self._dice.random() < DEATH or not self.deaths[point]):
            self.deaths[point] += 1
            raise DiedError(point)

    def may_fail(self, aggregate_id: UUID, sequence: int) -> None:
        """Fail handling: for a moment, or for good."""
        fact = (aggregate_id, sequence)
        self.tries[fact] += 1
        if self.refused == fact:
            raise DomainError("cracked", Kind.CONFLICT, ru="Треснул.", en="It is cracked.")
        if sequence == WEAK_SEQUENCE and self.tries[fact] <= WEAK_TRIES:
            raise RuntimeError("a moment's weakness")

    def heal(self) -> None:
        """What failed for good works from now on."""
        self.refused = None
