"""The operators of a region as the directory has them, and their present load."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import named_id
from sqlalchemy import any_, func, select, text

from intake.directory.model import Organisation, Principal
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach.model import Outreach
from intake.outreach.records import Finder
from intake.outreach.routing import Operator
from intake.outreach.states import RUNNING

_SOUGHT = text("SELECT organisation_id, families FROM families_sought(:region, CAST(:running AS text[]))")


async def operators(region: str, pack: ReferralsPack, unit: Unit) -> list[Operator]:
    """Every operator of the region with its whole load, whoever asks: an agency sees no family of theirs."""
    wanted = select(Organisation).where(
        Organisation.region == region, Organisation.active, any_(Organisation.roles) == pack.operator_role
    )
    rows: Sequence[Organisation] = (await unit.session.scalars(wanted)).all()
    load = await _load(region, unit)
    return [Operator(o.id, o.code, frozenset(o.serves), o.bands, load.get(o.id, 0)) for o in rows]


def fallback(region: str, pack: ReferralsPack) -> UUID:
    """The organisation that takes families no operator serves."""
    return named_id("organisation", f"{region}/{pack.fallback_organisation}")


async def _load(region: str, unit: Unit) -> dict[UUID, int]:
    """Families on the ladder and signals nobody has answered yet."""
    rows = await unit.session.execute(_SOUGHT, {"region": region, "running": sorted(RUNNING)})
    return dict(row.tuple() for row in rows)


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
