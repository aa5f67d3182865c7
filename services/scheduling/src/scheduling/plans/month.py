"""A month to place: its drafts, the planner's problem, and the fingerprint of the calendar it was built from. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.identifiers import DeliveryMode
from pydantic import BaseModel, ConfigDict

from scheduling import planner
from scheduling.plans.remote import Wish
from scheduling.spans import Span
from scheduling.visits.demand import Task


class Draft(BaseModel):
    """A visit or session to be placed. ``known``: a postponed one that looks for a new date under its old id."""

    model_config = ConfigDict(frozen=True)

    visit_id: UUID
    programme_id: UUID
    child_id: UUID
    mode: DeliveryMode
    tasks: tuple[Task, ...]
    days: tuple[date, ...]
    place_estimated: bool = False
    known: bool = False

    @property
    def minutes(self) -> int:
        return sum(task.minutes for task in self.tasks)


@dataclass(frozen=True)
class Month:
    """What the planner and the remote diary need to place a month."""

    problem: planner.Problem
    drafts: Sequence[Draft]
    taken: Mapping[UUID, list[Span]]
    away: Mapping[UUID, set[date]]

    @property
    def digest(self) -> str:
        """The fingerprint of everything that went in."""
        parts = [
            self.problem.model_dump(mode="json"),
            [draft.model_dump(mode="json") for draft in self.drafts],
            sorted((str(id), [[a.isoformat(), b.isoformat()] for a, b in spans]) for id, spans in self.taken.items()),
            sorted((str(id), sorted(map(str, days))) for id, days in self.away.items()),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def wishes(self) -> list[Wish]:
        """The sessions without travel."""
        return [
            Wish(draft.visit_id, draft.child_id, draft.tasks[0].skill, draft.minutes, draft.days)
            for draft in self.drafts
            if draft.mode is DeliveryMode.REMOTE
        ]
