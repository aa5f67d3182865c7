"""Terms of the ladder follow the calendar after a start; operators begin with the finders of their packs."""

from __future__ import annotations

from uuid import UUID

from chassis.regions import Region
from chassis.work import Runtime, Unit
from contracts.identifiers import ContactStep, named_id
from sqlalchemy import select

from intake.calendar_changes import Kept, follow
from intake.directory.model.directory import Principal
from intake.finding.ladder_pack import OutreachPack
from intake.outreach.commands.start_outreach import remind
from intake.outreach.ladder import Ladder
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Finder
from intake.outreach.states import OutreachState


async def recompute_starts(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, the terms of families nobody has tried are computed again.

    A later step keeps its date: it was told to the family, or follows what was tried.
    """
    ladders = runtime.packs.all(OutreachPack)

    async def move(outreach: Outreach, region: Region, unit: Unit) -> None:
        ladder = Ladder.of(ladders[region.code], region, outreach.territory)
        if outreach.move_start(ladder.due("start", outreach.found_at), unit.now):
            await remind(outreach.organisation_id, outreach.due_at, unit)

    untried = (
        (Outreach.state == OutreachState.OPEN) & Outreach.started_at.is_(None) & (Outreach.step == ContactStep.PHONE)
    )
    terms = {code: (pack.terms.start,) for code, pack in ladders.items()}
    await follow(runtime, Kept("outreach", terms, Outreach, untried, move))


async def name_finders_of_packs(runtime: Runtime) -> None:
    """An operator that has named nobody starts with the persons of its pack (D3-13); ends by itself."""
    for region, pack in runtime.packs.all(OutreachPack).items():
        async with runtime.transaction() as unit:
            for operator, logins in pack.finders.items():
                await _name(named_id("organisation", f"{region}/{operator}"), region, logins, unit)


async def _name(organisation_id: UUID, region: str, logins: tuple[str, ...], unit: Unit) -> None:
    if await unit.session.scalar(select(Finder.principal_id).where(Finder.organisation_id == organisation_id).limit(1)):
        return
    wanted = [named_id("principal", f"{region}/{login}") for login in logins]
    known = await unit.session.scalars(select(Principal.id).where(Principal.id.in_(wanted)))
    for person in known.all():
        unit.session.add(Finder(organisation_id=organisation_id, principal_id=person, named_at=unit.now, named_by=None))
