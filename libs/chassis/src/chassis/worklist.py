"""``/worklist``: what a person has to do in this service, from all its rooms, most urgent first, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import workdays
from contracts.worklist import WorkItem
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, select

from chassis.auth import Principal
from chassis.http import Router, UnitDep
from chassis.paging import MAX_LIMIT
from chassis.unit import Unit

WorkSource = Callable[[Unit], Awaitable[Sequence[WorkItem]]]
"""What a room contributes: its open items the unit's actor may see (row security already applies)."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Which(StrEnum):
    """The lists every role has."""

    ALL = "all"
    MINE = "mine"
    ORGANISATION = "organisation"
    OVERDUE = "overdue"
    SOON = "soon"
    UNASSIGNED = "unassigned"


class Tally(BaseModel):
    """How many items each list holds at this moment; ``kinds`` by kind of work."""

    all: int = 0
    mine: int = 0
    organisation: int = 0
    overdue: int = 0
    soon: int = 0
    unassigned: int = 0
    kinds: dict[str, int] = {}

    def __add__(self, other: Tally) -> Tally:
        sums = {which: getattr(self, which) + getattr(other, which) for which in Which}
        return Tally(**sums, kinds=dict(Counter(self.kinds) + Counter(other.kinds)))


@dataclass(frozen=True, slots=True)
class CountedWork:
    """A room whose items are too many to look at one by one.

    ``items`` gives the most urgent items that are wanted; it may give others too, they are left out here. ``rows``
    selects kind, due time, assigned person and organisation of every item there is, in this order.
    """

    items: Callable[[Unit, WorkQuery], Awaitable[Sequence[WorkItem]]]
    rows: Callable[[Unit], Select[Any]]

    async def __call__(self, unit: Unit) -> Sequence[WorkItem]:
        return await self.items(unit, WorkQuery())


class WorkQuery(BaseModel):
    """What of the list is wanted; every condition narrows. ``text`` is looked for in number and title."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(MAX_LIMIT, ge=1, le=MAX_LIMIT)
    which: Which = Which.ALL
    mine: bool = Field(False, description="only what is assigned to me")
    kind: str | None = Field(None, max_length=64)
    territory: str | None = Field(None, max_length=64)
    text: str | None = Field(None, max_length=100)

    def wants(self, item: WorkItem, actor: Principal) -> bool:
        """Whether the item belongs to the wanted list."""
        words = f"{item.number or ''} {item.title}".casefold()
        return (
            belongs(self.which, item, actor)
            and (not self.mine or belongs(Which.MINE, item, actor))
            and self.kind in (None, item.kind)
            and self.territory in (None, item.territory)
            and (self.text or "").casefold() in words
        )


def belongs(which: Which, item: WorkItem, actor: Principal) -> bool:
    """Whether an item stands in one of the lists of the actor."""
    match which:
        case Which.MINE:
            return item.assigned_to is not None and item.assigned_to == actor.id
        case Which.ORGANISATION:
            return item.organisation_id in actor.organisation_ids
        case Which.UNASSIGNED:
            return item.assigned_to is None
        case Which.OVERDUE | Which.SOON:
            return item.standing == which.value
        case _:
            return True


def worklist_router(sources: Sequence[WorkSource]) -> Router:
    """The routes that merge the rooms' items and count them; items without a due time come last."""
    router = Router(tags=["worklist"])

    @router.get("/worklist", permission="worklist:read")
    async def worklist(unit: UnitDep, wanted: Annotated[WorkQuery, Query()]) -> list[WorkItem]:
        items = [item for source in sources for item in await _items(source, wanted, unit)]
        return sorted(items, key=lambda item: (item.due_at or _NEVER, item.created_at))[: wanted.limit]

    @router.get("/worklist/counts", permission="worklist:read")
    async def counts(unit: UnitDep) -> Tally:
        found = Tally()
        for source in sources:
            found += await _tally(source, unit)
        return found

    return router


async def _items(source: WorkSource, wanted: WorkQuery, unit: Unit) -> list[WorkItem]:
    found = await (source.items(unit, wanted) if isinstance(source, CountedWork) else source(unit))
    return [item for item in found if wanted.wants(item, unit.actor)]


async def _tally(source: WorkSource, unit: Unit) -> Tally:
    if isinstance(source, CountedWork):
        return await _counted(source.rows(unit), unit)
    items = await source(unit)
    held = {which: sum(belongs(which, item, unit.actor) for item in items) for which in Which}
    return Tally(**held, kinds=dict(Counter(item.kind for item in items)))


async def _counted(rows: Select[Any], unit: Unit) -> Tally:
    """One pass over the rows in the database, by the one rule of what is late (T3)."""
    kind, due_at, assigned_to, organisation_id = (found := rows.subquery()).c
    late_before, soon_until = workdays.horizon(unit.now)
    everything = func.count()
    conditions = {
        Which.MINE: assigned_to == unit.actor.id,
        Which.ORGANISATION: organisation_id.in_(unit.actor.organisation_ids),
        Which.OVERDUE: due_at < late_before,
        Which.SOON: due_at.between(late_before, soon_until),
        Which.UNASSIGNED: assigned_to.is_(None),
    }
    counters = [everything.filter(condition) for condition in conditions.values()]
    total = Tally()
    for name, all_of_them, *held in await unit.session.execute(
        select(kind, everything, *counters).select_from(found).group_by(kind)
    ):
        total += Tally(all=all_of_them, kinds={name: all_of_them}, **dict(zip(conditions, held, strict=True)))
    return total
