"""The next step with every found family, for whoever is responsible and for the operator."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.unit import Unit
from contracts.access import Role
from contracts.identifiers import ContactStep
from contracts.worklist import WorkItem
from sqlalchemy import or_, select
from workdays import overdue

from intake.outreach.model import Outreach
from intake.outreach.states import RUNNING, State

MOST = 500
WORKING = frozenset({Role.COORDINATOR, Role.HEAD, Role.SPECIALIST})
STEPS = {
    ContactStep.PHONE: "Позвонить семье",
    ContactStep.VISIT: "Выехать к семье",
    ContactStep.POST: "Отправить семье письмо",
}
LATER = {State.AGREED: "Встретиться с семьёй", State.MET: "Внести опрос в день встречи"}


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Running outreach of the actor's operators or the actor's own, by due time."""
    if not unit.actor.roles & WORKING:
        return []
    mine = or_(Outreach.organisation_id.in_(unit.actor.organisation_ids), Outreach.responsible_id == unit.actor.id)
    found = select(Outreach).where(mine, Outreach.state.in_(RUNNING)).order_by(Outreach.due_at).limit(MOST)
    return [_item(row, unit) for row in await unit.session.scalars(found)]


def _item(outreach: Outreach, unit: Unit) -> WorkItem:
    step = outreach.current
    waiting = outreach.state is State.OPEN
    kind = f"outreach_{step.step}" if waiting else f"outreach_{outreach.state}"
    return WorkItem(
        id=f"intake:{kind}:{outreach.id}",
        service="intake",
        kind=kind,
        subject_id=outreach.id,
        title=STEPS[step.step] if waiting else LATER[outreach.state],
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
