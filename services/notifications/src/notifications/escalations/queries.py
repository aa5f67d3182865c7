"""The worklist's part: what is near for the coordinators, what is overdue for their superiors too."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.unit import Unit
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import select
from workdays import overdue

from notifications.escalations.model import Escalation, Level

_TITLES = {
    Level.NEAR: "Скоро истекает срок звонка семье",
    Level.OVERDUE: "Семье не позвонили в срок",
}


async def raised(unit: Unit) -> Sequence[WorkItem]:
    """Call backs that need somebody now. Managers see them once they are overdue."""
    levels = [Level.NEAR, Level.OVERDUE] if Role.COORDINATOR in unit.actor.roles else [Level.OVERDUE]
    wanted = select(Escalation).where(Escalation.closed_at.is_(None), Escalation.level.in_(levels))
    return [_item(one, unit) for one in await unit.session.scalars(wanted.order_by(Escalation.due_at).limit(200))]


def _item(escalation: Escalation, unit: Unit) -> WorkItem:
    return WorkItem(
        id=f"notifications:escalation:{escalation.application_id}",
        service="notifications",
        kind=f"call_back_{escalation.level}",
        subject_id=escalation.application_id,
        number=escalation.number,
        title=f"{_TITLES[escalation.level]}: заявка {escalation.number}",
        region=escalation.region,
        territory=escalation.territory,
        organisation_id=escalation.organisation_id,
        assigned_to=escalation.coordinator_id,
        created_at=escalation.submitted_at,
        due_at=escalation.due_at,
        standing=overdue(escalation.due_at, None, unit.now),
        url=f"/intake/applications/{escalation.application_id}",
    )
