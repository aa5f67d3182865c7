"""What can be asked about outreach."""

from __future__ import annotations

from uuid import UUID

from chassis.http import ListQuery, Order, Page, PageQuery, page_of, paginate
from chassis.http.periods import Since, Until, within
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import ContactStep, FindingWay, Purpose
from pydantic import BaseModel
from sqlalchemy import select

from intake.directory.queries.names import names_of
from intake.finding.family import FoundWords, opened
from intake.finding.ladder_pack import OutreachPack
from intake.finding.queries import FoundSocial, contact
from intake.outreach.ladder import Ladder
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Attempt, Finder, Letter, StageDone
from intake.outreach.queries.cards import (
    AttemptView,
    FinderView,
    LetterView,
    OutreachCard,
    OutreachLine,
    StageView,
    StepView,
    line,
    named,
)
from intake.outreach.states import OutreachState

_column = Outreach.__table__.c
ORDER = Order({n: _column[n] for n in ("due_at", "found_at", "state", "territory")}, _column["id"], "due_at")


class Filter(BaseModel):
    """Which outreach a list shows."""

    region: str | None = None
    territory: str | None = None
    state: OutreachState | None = None
    way: FindingWay | None = None
    step: ContactStep | None = None
    origin_id: UUID | None = None
    responsible_id: UUID | None = None
    mine: bool = False
    unassigned: bool = False
    overdue: bool = False
    found_since: Since = None
    found_until: Until = None
    due_since: Since = None
    due_until: Until = None


async def outreaches(wanted: Filter, page: PageQuery, unit: Unit) -> Page[OutreachLine]:
    """The outreach the actor may see; row security decides which that is."""
    statement = select(Outreach).where(unit.policy.reach(unit.actor, "outreach:read", Outreach))
    for name in ("region", "territory", "state", "way", "origin_id", "responsible_id"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(getattr(Outreach, name) == value)
    if wanted.mine:
        statement = statement.where(Outreach.responsible_id == unit.actor.id)
    if wanted.unassigned:
        statement = statement.where(Outreach.responsible_id.is_(None))
    if wanted.overdue:
        statement = statement.where(Outreach.due_at < unit.now, Outreach.closed_at.is_(None))
    statement = statement.where(
        *within(Outreach.found_at, wanted.found_since, wanted.found_until),
        *within(Outreach.due_at, wanted.due_since, wanted.due_until),
    )
    if wanted.step:
        statement = statement.where(Outreach.state == OutreachState.OPEN, Outreach.step == wanted.step)
    rows, cursor, total = await paginate(unit.session, statement, page, ORDER)
    names = await names_of((id for row in rows for id in named(row[0])), unit)
    items = [OutreachLine(**line(row[0], names, unit.now)) for row in rows]
    return Page(items=items, next_cursor=cursor, total=total)


async def outreach_card(outreach_id: UUID, unit: Unit) -> OutreachCard:
    """One outreach with its ladder; the reading is recorded."""
    return await card(await unit.get(Outreach, outreach_id, "outreach:read"), unit)


async def card(outreach: Outreach, unit: Unit) -> OutreachCard:
    """The card for the actor."""
    await unit.session.flush()
    groups = unit.policy.visible_groups(unit.actor, "outreach", outreach, frozenset(Purpose))
    await unit.audit.read("outreach", outreach.child_id, groups, Purpose.CONTACT, subject_id=outreach.id)
    ladder = Ladder.of(unit.packs.of(OutreachPack, outreach.region), unit.regions[outreach.region], outreach.territory)
    met, surveyed = outreach.met_at, outreach.surveyed_at
    made = select(Attempt).where(Attempt.outreach_id == outreach.id).order_by(Attempt.attempted_at, Attempt.id)
    attempts = (await unit.session.scalars(made)).all()
    names = await names_of([*named(outreach), *(attempt.attempted_by for attempt in attempts)], unit)
    letters = await unit.session.scalars(
        select(Letter).where(Letter.outreach_id == outreach.id).order_by(Letter.posted_on, Letter.id)
    )
    return OutreachCard(
        **line(outreach, names, unit.now),
        child_id=outreach.child_id,
        ground=outreach.ground,
        decided_at=outreach.decided_at,
        place=outreach.place,
        met_at=met,
        surveyed_at=surveyed,
        survey_same_day=ladder.same_day(met, surveyed) if met and surveyed else None,
        steps=[StepView.of(step, unit.now) for step in outreach.steps],
        attempts=[AttemptView.of(row, names) for row in attempts],
        letters=[LetterView.model_validate(row) for row in letters],
        stages=await _stages(outreach, unit),
        contact=await contact(outreach, unit) if FieldGroup.CONTACT in groups else None,
        social=await _social(outreach, unit) if FieldGroup.SOCIAL in groups else None,
    )


async def _social(outreach: Outreach, unit: Unit) -> FoundSocial:
    return FoundSocial(**opened(outreach.words, FoundWords, await unit.keys.get(outreach.child_id)).model_dump())


async def _stages(outreach: Outreach, unit: Unit) -> list[StageView]:
    """The seven stages; signal, contact and entry follow from the ladder itself, the others are ticked (D3-43)."""
    ticked = select(StageDone).where(StageDone.outreach_id == outreach.id)
    done = {row.stage: row.done_at for row in await unit.session.scalars(ticked)}
    itself = {"signal": outreach.found_at, "contact": outreach.notified_at, "database_entry": outreach.found_at}
    return [
        StageView(stage=stage.code, title=stage.title, done_at=done.get(stage.code) or itself.get(stage.code))
        for stage in unit.packs.of(OutreachPack, outreach.region).stages
    ]


async def finders(organisation_id: UUID | None, page: ListQuery, unit: Unit) -> Page[FinderView]:
    """Who is responsible for finding families at the actor's operators (D3-13)."""
    working = select(Finder).where(Finder.ended_at.is_(None)).order_by(Finder.organisation_id, Finder.principal_id)
    if organisation_id:
        working = working.where(Finder.organisation_id == organisation_id)
    rows = (await unit.session.scalars(working)).all()
    names = await names_of((id for row in rows for id in (row.organisation_id, row.principal_id)), unit)
    found = [
        FinderView(
            organisation_id=row.organisation_id,
            organisation_title=names.of(row.organisation_id),
            principal_id=row.principal_id,
            principal_name=names.of(row.principal_id),
            named_at=row.named_at,
        )
        for row in rows
    ]
    return page_of(found, page)
