"""Which fields of a report are new. Pure."""

from __future__ import annotations

from typing import NamedTuple

from contracts.identifiers import VisitOutcome
from contracts.scheduling import PerformedService


class ReportChanges(NamedTuple):
    """New values of a report's fields; None where a field stays as it stands."""

    outcome: VisitOutcome | None = None
    services: tuple[PerformedService, ...] | None = None

    @property
    def fields(self) -> list[str]:
        """The names of the fields that are new."""
        return [name for name, value in self._asdict().items() if value is not None]
