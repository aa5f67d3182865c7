"""What ids and codes are called, as the packs of a region say it; stands beside them in lists and cards. Pure.

None for what a pack no longer names. Names of people are the directory's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.regions import Packs, Region, territory_title
from pydantic import BaseModel

from scheduling.roster import Roster, roster


class Titled(Protocol):
    """An entry of a pack that people call by a title."""

    @property
    def title(self) -> str: ...


class SpecialistTitle(BaseModel):
    """A specialist by profession: ``title`` names the skills, as «логопед»; the person's name is the directory's."""

    id: UUID
    title: str | None


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of one region."""

    region: Region
    roster: Roster

    def territory(self, territory: str) -> str | None:
        """Of a territory, as ``smolensk/gagarin``."""
        return territory_title(territory, {self.region.code: self.region})

    def specialists(self, ids: Iterable[UUID]) -> list[SpecialistTitle]:
        """In the order of the ids."""
        return [SpecialistTitle(id=id, title=self._profession(id)) for id in ids]

    def brigade(self, id: UUID | None) -> str | None:
        """Of a brigade; None for a remote session, which has none."""
        return _title(self.roster.brigades, id)

    def vehicle(self, id: UUID) -> str | None:
        return _title(self.roster.vehicles, id)

    def point(self, id: UUID) -> str | None:
        return _title(self.roster.points, id)

    def room(self, id: UUID) -> str | None:
        return _title(self.roster.rooms, id)

    def point_service(self, code: str) -> str:
        """Of a service given at points; the code itself where the pack has no such service."""
        found = self.roster.point_services.get(code)
        return found.title if found else code

    def _profession(self, id: UUID) -> str | None:
        entry = self.roster.specialists.get(id)
        return ", ".join(self.roster.pack.skills[code] for code in sorted(entry.skills)) if entry else None


def titles(regions: Mapping[str, Region], packs: Packs, region: str) -> Titles:
    """What is called how in a region; 422 ``unknown_region``."""
    return Titles(regions[region], roster(packs, region))


def _title(entries: Mapping[UUID, Titled], id: UUID | None) -> str | None:
    found = entries.get(id) if id else None
    return found.title if found else None
