"""Who is responsible for finding families."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import func, select

from intake.directory.model.directory import Principal
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Finder
from intake.outreach.states import RUNNING


class Finders:
    """Whom to make responsible next: of an operator's finders the one with the fewest running families (D3-13)."""

    def __init__(self, load: dict[UUID, dict[UUID, int]]) -> None:
        self._load = load

    @classmethod
    async def of(cls, organisations: Sequence[UUID], unit: Unit) -> Finders:
        """The finders who still work at these organisations, and what they have in hand."""
        here = (Principal.id == Finder.principal_id) & (Principal.organisation_id == Finder.organisation_id)
        named = (
            select(Finder)
            .join(Principal, here)
            .where(Finder.organisation_id.in_(organisations), Finder.ended_at.is_(None), Principal.active)
        )
        load: dict[UUID, dict[UUID, int]] = {}
        for row in await unit.session.scalars(named):
            load.setdefault(row.organisation_id, {})[row.principal_id] = 0
        counted = (
            select(Outreach.organisation_id, Outreach.responsible_id, func.count())
            .where(Outreach.organisation_id.in_(organisations), Outreach.state.in_(RUNNING))
            .group_by(Outreach.organisation_id, Outreach.responsible_id)
        )
        for organisation, person, number in await unit.session.execute(counted):
            if person in load.get(organisation, {}):
                load[organisation][person] = number
        return cls(load)

    def next(self, organisation_id: UUID) -> UUID | None:
        """The next responsible person; None where the operator has named nobody yet."""
        people = self._load.get(organisation_id)
        if not people:
            return None
        chosen = min(people, key=lambda person: (people[person], str(person)))
        people[chosen] += 1
        return chosen
