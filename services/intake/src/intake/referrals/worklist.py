"""Referrals that wait for an answer of the actor's organisations."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.unit import Unit
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import select
from workdays import Standing

from intake.referrals.model import Referral, State

MOST = 500
WORKING = frozenset({Role.COORDINATOR, Role.HEAD})


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Every referral to answer, by due time; overdue ones stay until they are answered (T3)."""
    if not unit.actor.roles & WORKING:
        return []
    mine = Referral.serving_organisation_id.in_(unit.actor.organisation_ids)
    found = select(Referral).where(mine, Referral.state == State.RECEIVED).order_by(Referral.due_at).limit(MOST)
    return [_item(row, unit) for row in await unit.session.scalars(found)]


def _item(referral: Referral, unit: Unit) -> WorkItem:
    return WorkItem(
        id=f"intake:referral:{referral.id}",
        service="intake",
        kind="referral",
        subject_id=referral.id,
        number=referral.number,
        title="Ответить на межведомственное обращение",
        region=referral.region,
        territory=referral.territory,
        organisation_id=referral.serving_organisation_id,
        created_at=referral.received_at,
        due_at=referral.due_at,
        standing=referral.standing(unit.now) or Standing.OPEN,
        explanation=referral.explained.text("ru"),
        url=f"/intake/referrals/{referral.id}",
    )
