"""A term as it stands in a row: when it runs out, whether that may still move, and why then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import workdays
from chassis.regions import Region
from contracts.event import Moment
from sqlalchemy.orm import Mapped
from workdays import Explanation, Term


class DueTime:
    """Columns of a computed due time, a mixin. ``explanation`` says what was known when the date was computed."""

    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    explanation: Mapped[dict[str, Any]]

    @property
    def explained(self) -> Explanation:
        return Explanation.from_json(self.explanation)

    @property
    def moment(self) -> Moment:
        return Moment(due_at=self.due_at, provisional=self.provisional)

    def run_to(self, found: workdays.Deadline) -> None:
        """Take over a computed date with its explanation."""
        self.due_at, self.provisional = found.due_at, found.provisional
        self.explanation = found.explanation.to_json()

    def move(self, found: workdays.Deadline) -> bool:
        """Take over a newly computed date; whether that changed anything a person can see."""
        moved = (self.due_at, self.provisional) != (found.due_at, found.provisional)
        if moved:
            self.run_to(found)
        return moved


def computed(term: Term, start: datetime, region: Region, territory: str) -> workdays.Deadline:
    """When ``term`` runs out, by the calendar, time zone and office hours of the family's territory (T12)."""
    _, _, code = territory.partition("/")
    return workdays.deadline(term, start, region.calendar, region.zone_of(code or None), region.office_hours)
