"""What happens to outreach by time, and what the worker does when it starts."""

from __future__ import annotations

from uuid import UUID

from chassis.regions import Region
from chassis.work import Runtime, Unit
from contracts.identifiers import ContactStep, named_id
from sqlalchemy import func, select

from intake.calendar_changes import Kept, follow
from intake.directory.model import Principal
from intake.finding.ladder_pack import OutreachPack
from intake.outreach.ladder import Ladder
from intake.outreach.model import Outreach
from intake.outreach.opening import OUTREACH_DUE, remind
from intake.outreach.records import Finder
from intake.outreach.states import RUNNING, State

BATCH = 200


async def pass_due_times(organisation_id: UUID, unit: Unit) -> None:
    """Everything of an operator whose time has come: letters without an answer end, the rest is told as overdue."""
    waiting = (
        Outreach.organisation_id == organisation_id,
        Outreach.state.in_(RUNNING),
        Outreach.escalated_at.is_(None),
    )
    due = select(Outreach).where(*waiting, Outreach.due_at <= unit.now).order_by(Outreach.due_at).limit(BATCH)
    for outreach in await unit.session.scalars(due.with_for_update()):
        if _letter_unanswered(outreach):
            outreach.letter_unanswered(unit.now)
        else:
            outreach.escalate(unit.now)
    await unit.session.flush()
    following = await unit.session.scalar(select(func.min(Outreach.due_at)).where(*waiting))
    if following is not None:
        await unit.timers.set(OUTREACH_DUE, organisation_id, following)


def _letter_unanswered(outreach: Outreach) -> bool:
    return outreach.state is State.OPEN and outreach.current.step is ContactStep.POST and outreach.current.attempts > 0


async def recompute_starts(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, the terms of families nobody has tried are computed again.

    A later step keeps its date: it was told to the family, or follows what was tried.
    """
    ladders = runtime.packs.all(OutreachPack)

    async def move(outreach: Outreach, region: Region, unit: Unit) -> None:
        ladder = Ladder.of(ladders[region.code], region, outreach.territory)
        if outreach.move_start(ladder.due("start", outreach.found_at), unit.now):
            await remind(outreach.organisation_id, outreach.due_at, unit)

    untried = (Outreach.state == State.OPEN) & Outreach.started_at.is_(None) & (Outreach.step == ContactStep.PHONE)
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
