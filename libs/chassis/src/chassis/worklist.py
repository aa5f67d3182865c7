"""``/worklist``: what a person has to do in this service, from all its rooms, most urgent first, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import workdays
from contracts.worklist import WorkItem
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    cast,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from chassis.auth import Principal
from chassis.http import Router, UnitDep
from chassis.paging import MAX_LIMIT
from chassis.unit import Unit

Columns = ReadOnlyColumnCollection[str, Any]

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
    """A room whose items are too many to look at one by one: the database narrows, orders and counts them.

    Args:
        rows: every item there is, as `work_rows` selects them, one select for each index that finds some of them most
            urgent first; no item stands in two. Counters and lists are both made of them, so they cannot disagree
            (T14). Empty: nothing is asked of the actor.
        load: the items of some rows, given as (kind, subject_id).
    """

    rows: Callable[[Unit], Sequence[Select[Any]]]
    load: Callable[[Unit, Sequence[tuple[str, UUID]]], Awaitable[Iterable[WorkItem]]]


def work_rows(
    *,
    kind: SQLColumnExpression[str],
    title: SQLColumnExpression[str],
    subject_id: Any,
    due_at: Any,
    organisation_id: Any,
    territory: Any,
    done_at: Any = None,
    assigned_to: Any = None,
    number: Any = None,
) -> Select[Any]:
    """One select of `CountedWork.rows`. None: such work has none (``done_at``: its due time always runs)."""
    unknown = null()
    return select(
        kind.label("kind"),
        title.label("title"),
        subject_id.label("subject_id"),
        due_at.label("due_at"),
        cast(unknown if done_at is None else done_at, DateTime(timezone=True)).label("done_at"),
        cast(unknown if assigned_to is None else assigned_to, Uuid).label("assigned_to"),
        organisation_id.label("organisation_id"),
        territory.label("territory"),
        cast(unknown if number is None else number, Text).label("number"),
    )


WorkSource = Callable[[Unit], Awaitable[Sequence[WorkItem]]] | CountedWork
"""What a room contributes: its open items the unit's actor may see (row security already applies)."""


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
        return await urgent(sources, wanted, unit)

    @router.get("/worklist/counts", permission="worklist:read")
    async def counts(unit: UnitDep) -> Tally:
        return await tally(sources, unit)

    return router


async def urgent(sources: Sequence[WorkSource], wanted: WorkQuery, unit: Unit) -> list[WorkItem]:
    """The most urgent wanted items of all rooms, those without a due time last."""
    items = [item for source in sources for item in await _items(source, wanted, unit)]
    return sorted(items, key=lambda item: (item.due_at or _NEVER, item.created_at))[: wanted.limit]


async def tally(sources: Sequence[WorkSource], unit: Unit) -> Tally:
    """How many items of all rooms each list holds."""
    found = Tally()
    for source in sources:
        found += await _tally(source, unit)
    return found


async def _items(source: WorkSource, wanted: WorkQuery, unit: Unit) -> list[WorkItem]:
    if isinstance(source, CountedWork):
        return await _most_urgent(source, wanted, unit)
    return [item for item in await source(unit) if wanted.wants(item, unit.actor)]


async def _most_urgent(source: CountedWork, wanted: WorkQuery, unit: Unit) -> list[WorkItem]:
    if not (arms := [_first(rows.subquery().c, wanted, unit) for rows in source.rows(unit)]):
        return []
    merged = union_all(*(select(arm.subquery()) for arm in arms)).subquery()
    chosen = await unit.session.execute(select(merged).order_by(merged.c.due_at).limit(wanted.limit))
    subjects = [(kind, subject_id) for kind, subject_id, _ in chosen]
    return list(await source.load(unit, subjects)) if subjects else []


def _first(column: Columns, wanted: WorkQuery, unit: Unit) -> Select[Any]:
    """The most urgent of one select: read along its index, so that a long list costs no more than a short one."""
    found = select(column["kind"], column["subject_id"], column["due_at"]).where(*_conditions(wanted, column, unit))
    return found.order_by(column["due_at"]).limit(wanted.limit)


def _conditions(wanted: WorkQuery, column: Columns, unit: Unit) -> list[ColumnElement[bool]]:
    """`WorkQuery.wants` as the database says it."""
    found = [_listed(which, column, unit) for which in {wanted.which, Which.MINE if wanted.mine else wanted.which}]
    found += [column[name] == value for name in ("kind", "territory") if (value := getattr(wanted, name)) is not None]
    if wanted.text:
        words = func.concat(column["number"], " ", column["title"])
        found.append(func.lower(words).contains(wanted.text.lower(), autoescape=True))
    return found


def _listed(which: Which, column: Columns, unit: Unit) -> ColumnElement[bool]:
    """`belongs` as the database says it, by the one rule of what is late (T3)."""
    late_before, soon_until = workdays.horizon(unit.now)
    running = column["done_at"].is_(None)
    conditions: dict[Which, ColumnElement[bool]] = {
        Which.MINE: column["assigned_to"] == unit.actor.id,
        Which.ORGANISATION: column["organisation_id"].in_(unit.actor.organisation_ids),
        Which.UNASSIGNED: column["assigned_to"].is_(None),
        Which.OVERDUE: running & (column["due_at"] < late_before),
        Which.SOON: running & column["due_at"].between(late_before, soon_until),
    }
    return conditions.get(which, true())


async def _tally(source: WorkSource, unit: Unit) -> Tally:
    if isinstance(source, CountedWork):
        return await _counted(source, unit)
    items = await source(unit)
    held = {which: sum(belongs(which, item, unit.actor) for item in items) for which in Which}
    return Tally(**held, kinds=dict(Counter(item.kind for item in items)))


async def _counted(source: CountedWork, unit: Unit) -> Tally:
    """One pass over the rows in the database."""
    total = Tally()
    if not (arms := [_counts(rows.subquery().c, unit) for rows in source.rows(unit)]):
        return total
    for kind, *held in await unit.session.execute(union_all(*arms)):
        total += Tally(kinds={kind: held[0]}, **dict(zip(Which, held, strict=True)))
    return total


def _counts(column: Columns, unit: Unit) -> Select[Any]:
    counters = [func.count().filter(_listed(which, column, unit)) for which in Which]
    found: Any = select(column["kind"], *counters)
    counted: Select[Any] = found.group_by(column["kind"])
    return counted
