"""Referrals that wait for an answer of the actor's organisations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.unit import Unit
from chassis.worklist import ORGANISATIONS, CountedWork, work_rows
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import Select, literal, select
from workdays import Standing

from intake.referrals.model import Referral, State
from intake.tables import fixed

WORKING = frozenset({Role.COORDINATOR, Role.HEAD})
KIND, TITLE = "referral", "Ответить на межведомственное обращение"


def rows(roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """Every referral to answer; overdue ones stay until they are answered (T3)."""
    if not roles & WORKING:
        return []
    mine, (received,) = Referral.serving_organisation_id.in_(ORGANISATIONS), fixed([State.RECEIVED])
    waiting = work_rows(
        kind=literal(KIND),
        title=literal(TITLE),
        subject_id=Referral.id,
        due_at=Referral.due_at,
        organisation_id=Referral.serving_organisation_id,
        territory=Referral.territory,
        number=Referral.number,
    )
    return [waiting.where(mine, Referral.state == received)]


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    wanted = select(Referral).where(Referral.id.in_([id for _, id in subjects]))
    return [_item(row, unit) for row in await unit.session.scalars(wanted)]


work = CountedWork(rows, load)


def _item(referral: Referral, unit: Unit) -> WorkItem:
    return WorkItem(
        id=f"intake:{KIND}:{referral.id}",
        service="intake",
        kind=KIND,
        subject_id=referral.id,
        version=referral.version,
        number=referral.number,
        title=TITLE,
        region=referral.region,
        territory=referral.territory,
        organisation_id=referral.serving_organisation_id,
        created_at=referral.received_at,
        due_at=referral.due_at,
        standing=referral.standing(unit.now) or Standing.OPEN,
        explanation=referral.explained.text("ru"),
        url=f"/intake/referrals/{referral.id}",
    )
