"""``/worklist``: what a person has to do in this service, from all its rooms, most urgent first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from contracts.worklist import WorkItem
from fastapi import Query

from chassis.http import Router, UnitDep
from chassis.paging import MAX_LIMIT
from chassis.unit import Unit

WorkSource = Callable[[Unit], Awaitable[Sequence[WorkItem]]]
"""What a room contributes: its open items the unit's actor may see (row security already applies)."""

_NEVER = datetime.max.replace(tzinfo=UTC)


def worklist_router(sources: Sequence[WorkSource]) -> Router:
    """The route that merges the rooms' items; items without a due time come last."""
    router = Router(tags=["worklist"])

    @router.get("/worklist", permission="worklist:read")
    async def worklist(
        unit: UnitDep,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = MAX_LIMIT,
        mine: Annotated[bool, Query(description="only what is assigned to me")] = False,
    ) -> list[WorkItem]:
        items = [item for source in sources for item in await source(unit)]
        wanted = [item for item in items if not mine or item.assigned_to == unit.actor.id]
        return sorted(wanted, key=lambda item: (item.due_at or _NEVER, item.created_at))[:limit]

    return router
