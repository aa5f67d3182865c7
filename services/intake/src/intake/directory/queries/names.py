"""Titles beside ids: what the rows of a page name, read from the directory at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.regions import Region, territory_title
from chassis.work import Unit
from sqlalchemy import CompoundSelect, select, union_all

from intake.directory.model.directory import Organisation, Principal


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of organisations, official names of staff and titles of territories."""

    regions: Mapping[str, Region]
    told: Mapping[UUID, str]

    def of(self, id: UUID | None) -> str | None:
        """Of an organisation or a person; None for whom the directory does not show to the actor."""
        return None if id is None else self.told.get(id)

    def territory(self, code: str | None) -> str | None:
        """Of ``<region>/<territory>``, or of a whole region; None for one the packs do not know any more."""
        return territory_title(code, self.regions)


def places_of(unit: Unit) -> Names:
    """Titles of territories alone, for rows that name nobody."""
    return Names(unit.regions, {})


async def names_of(ids: Iterable[UUID | None], unit: Unit) -> Names:
    """The names of organisations and staff; one query, none where nothing is named."""
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return places_of(unit)
    organisations = select(Organisation.id, Organisation.title).where(Organisation.id.in_(wanted))
    staff = select(Principal.id, Principal.name).where(Principal.id.in_(wanted), Principal.name.is_not(None))
    both: CompoundSelect[UUID, str] = union_all(organisations, staff)
    return Names(unit.regions, {row[0]: row[1] for row in await unit.session.execute(both)})
