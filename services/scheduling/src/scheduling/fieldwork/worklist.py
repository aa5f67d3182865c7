"""Conflicts of offline edits that somebody has to decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from chassis.run import RoomGauge
from chassis.work import Unit
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import func, select
from workdays import overdue

from scheduling.fieldwork.model import SyncConflict

DECIDE_WITHIN = timedelta(days=1)

ACTIONS = {
    "sync_conflict": "resolveSyncConflict",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> list[WorkItem]:
    """Conflicts somebody has to decide within a day."""
    query = select(SyncConflict).where(SyncConflict.choice.is_(None))
    return [
        WorkItem(
            id=f"sync-conflict/{one.id}",
            service="scheduling",
            kind="sync_conflict",
            step=RouteStep.FIELD_REPORT,
            group=one.child_id,
            subject_id=one.id,
            title="Два разных отчёта об одном визите",
            region=one.region,
            organisation_id=one.organisation_id,
            created_at=one.found_at,
            due_at=one.found_at + DECIDE_WITHIN,
            standing=overdue(one.found_at + DECIDE_WITHIN, None, unit.now),
            explanation="Решите в течение суток, какое из двух значений верно; оба сохранены.",
            url="/scheduling/sync-conflicts",
        )
        for one in await unit.session.scalars(query)
    ]


async def _undecided(unit: Unit) -> Mapping[tuple[str, ...], float]:
    query = select(func.count()).select_from(SyncConflict).where(SyncConflict.resolved_at.is_(None))
    return {(): float(await unit.session.scalar(query) or 0)}


OPEN_CONFLICTS = RoomGauge("sync_conflicts_open", "Reported fields with two values nobody has decided", (), _undecided)
