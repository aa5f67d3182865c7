"""``/worklist`` of a service: the items of its rooms in one list, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from contracts.worklist import WorkItem
from fastapi import Query

from chassis.http.door import Router, UnitDep
from chassis.http.paging import Page
from chassis.http.worklist.actions import Actions
from chassis.http.worklist.counts import Tally, tally
from chassis.http.worklist.lists import WorkQuery, urgent
from chassis.http.worklist.sources import WorkSource
from chassis.regions import territory_title
from chassis.work.unit import Unit


def worklist_router(sources: Sequence[WorkSource], actions: Actions) -> Router:
    """The routes that merge the rooms' items and count them; items without a due time come last."""
    router = Router(tags=["worklist"])

    @router.get("/worklist", permission="worklist:read")
    async def list_work(unit: UnitDep, wanted: Annotated[WorkQuery, Query()]) -> Page[WorkItem]:
        """List what waits for the caller in this service, the most urgent first."""
        page = await urgent(sources, wanted, unit)
        return page.model_copy(update={"items": [_told(item, actions, unit) for item in page.items]})

    @router.get("/worklist/counts", permission="worklist:read")
    async def count_work(unit: UnitDep) -> Tally:
        """Count what waits for the caller in this service, by list and by kind of work."""
        return await tally(sources, unit)

    return router


def _told(item: WorkItem, actions: Actions, unit: Unit) -> WorkItem:
    """The item with what every service adds: the next action and the territory in words."""
    title = territory_title(item.territory, unit.regions)
    return item.model_copy(update={"next_action": actions.of(item), "territory_title": title})
