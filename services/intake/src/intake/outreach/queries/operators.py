"""The operators of a region as the directory has them, and their present load."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import named_id
from sqlalchemy import any_, select, text

from intake.directory.model.directory import Organisation
from intake.finding.referrals_pack import ReferralsPack
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
