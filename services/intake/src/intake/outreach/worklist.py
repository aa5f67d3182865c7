"""The next step with every found family, for whoever is responsible and for the operator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.http.worklist import ACTOR, ORGANISATIONS, CountedWork, work_rows
from chassis.work import Unit
from contracts.access import Role
from contracts.identifiers import ContactStep
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import Select, case, select
from workdays import overdue

from intake.outreach.model.outreach import Outreach
from intake.outreach.states import RUNNING, OutreachState
from intake.tables import fixed

WORKING = frozenset({Role.COORDINATOR, Role.HEAD, Role.SPECIALIST})
STEPS = {
    ContactStep.PHONE: ("outreach_phone", "Позвонить семье"),
    ContactStep.VISIT: ("outreach_visit", "Выехать к семье"),
    ContactStep.POST: ("outreach_post", "Отправить семье письмо"),
}
LATER = {
    OutreachState.AGREED: ("outreach_agreed", "Встретиться с семьёй"),
    OutreachState.MET: ("outreach_met", "Внести опрос в день встречи"),
}
KINDS = frozenset(kind for kind, _ in (*STEPS.values(), *LATER.values()))


def rows(roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """Running outreach of the actor's operators, and the actor's own elsewhere."""
    if not roles & WORKING:
        return []
    ours = Outreach.organisation_id.in_(ORGANISATIONS)
    mine = (Outreach.responsible_id == ACTOR) & ~ours
    return _running().where(ours), _running().where(mine)


def _running() -> Select[Any]:
    return work_rows(
        kind=_by_step(0),
        title=_by_step(1),
        subject_id=Outreach.id,
        due_at=Outreach.due_at,
        assigned_to=Outreach.responsible_id,
        organisation_id=Outreach.organisation_id,
        territory=Outreach.territory,
    ).where(Outreach.state.in_(fixed(sorted(RUNNING))))


def _by_step(part: int) -> Any:
    waiting = {step: words[part] for step, words in STEPS.items()}
    later = [(Outreach.state == state, words[part]) for state, words in LATER.items()]
    return case(*later, else_=case(waiting, value=Outreach.step))


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    wanted = select(Outreach).where(Outreach.id.in_([id for _, id in subjects]))
    return [_item(row, unit) for row in await unit.session.scalars(wanted)]


work = CountedWork(rows, load)

ACTIONS = {
    "outreach_phone": "recordOutreachCall",
    "outreach_visit": "recordOutreachVisit",
    "outreach_post": "postOutreachLetter",
    "outreach_agreed": "recordOutreachMeeting",
    "outreach_met": "recordNeedsSurvey",
}
"""What is done with an item of each kind: the operation id of its route."""


def _item(outreach: Outreach, unit: Unit) -> WorkItem:
    step, waiting = outreach.current, outreach.state is OutreachState.OPEN
    kind, title = STEPS[outreach.step] if waiting else LATER[outreach.state]
    return WorkItem(
        id=f"intake:{kind}:{outreach.id}",
        service="intake",
        kind=kind,
        step=RouteStep.OUTREACH,
        group=outreach.id,
        subject_id=outreach.id,
        version=outreach.version,
        title=title,
        region=outreach.region,
        territory=outreach.territory,
        organisation_id=outreach.organisation_id,
        assigned_to=outreach.responsible_id,
        created_at=step.opened_at,
        due_at=outreach.due_at,
        standing=overdue(outreach.due_at, None, unit.now),
        explanation=step.explained.text("ru") if waiting else None,
        url=f"/intake/outreaches/{outreach.id}",
    )
