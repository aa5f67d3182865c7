"""Agreements and resources of the packs: entered once, and kept in line where the pack's own entry changes."""

from __future__ import annotations

from chassis.work import Unit
from contracts.identifiers import named_id

from intake.directory.model.agreements import Agreement
from intake.directory.model.resources import Resource
from intake.directory.pack import DirectoryPack
from intake.directory.queries.agreements import today_of


async def load_agreements(pack: str, content: DirectoryPack, unit: Unit) -> None:
    """Enter the agreements the pack names; what was ended since stays ended."""
    for entry in content.agreements:
        own = named_id("agreement", f"{pack}/{entry.from_organisation}/{entry.number}")
        found = await unit.session.get(Agreement, own)
        ends = {
            f"{side}_organisation_id": named_id("organisation", f"{pack}/{getattr(entry, f'{side}_organisation')}")
            for side in ("from", "to")
        }
        told = entry.model_dump(exclude={"from_organisation", "to_organisation"}) | ends | {"region": pack}
        if found is None:
            found = Agreement(id=own)
            unit.session.add(found)
        elif all(getattr(found, name) == value for name, value in told.items()):
            continue
        for name, value in told.items():
            setattr(found, name, value)
        found.registered(today_of(unit, pack))


async def load_resources(pack: str, content: DirectoryPack, unit: Unit) -> None:
    """Enter the resources the pack names; one that its keeper has looked at since is left alone."""
    for entry in content.resources:
        own = named_id("resource", f"{pack}/{entry.code}")
        found = await unit.session.get(Resource, own)
        if found is not None and found.checked_on >= entry.checked_on:
            continue
        told = entry.model_dump(exclude={"code", "organisation"}) | {
            "region": pack,
            "territory": f"{pack}/{entry.territory}",
            "organisation_id": named_id("organisation", f"{pack}/{entry.organisation}"),
            "age_bands": sorted(entry.age_bands),
            "active": True,
        }
        if found is None:
            found = Resource(id=own)
            unit.session.add(found)
        found.keep(told)
