"""The worklist's part: what is near for the coordinators, what is overdue for their superiors too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.telemetry import RoomGauge
from chassis.unit import Unit
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import func, select
from workdays import overdue

from notifications.escalations.model import Escalation, Level
from notifications.pack import packs

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


async def overdue_by_region(unit: Unit) -> Mapping[tuple[str, ...], float]:
    """Families that were not called in time and still wait, by region."""
    rows = await unit.session.execute(
        select(Escalation.region, func.count())
        .where(Escalation.closed_at.is_(None), Escalation.due_at < unit.now)
        .group_by(Escalation.region)
    )
    found = dict(rows.tuples().all())
    return {(region,): float(found.get(region, 0)) for region in packs(unit.settings.regions_dir)}


OVERDUE_CALL_BACKS = RoomGauge(
    "call_backs_overdue", "Families that were not called in time and still wait", ("region",), overdue_by_region
)
