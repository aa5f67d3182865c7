"""``/worklist``: what a person has to do in this service, from all its rooms, most urgent first, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

import workdays
from contracts.access import Role
from contracts.worklist import WorkItem
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    DateTime,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from chassis.access.tokens import Principal
from chassis.http.door import Router, UnitDep
from chassis.http.paging import MAX_LIMIT
from chassis.work.unit import Unit

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


ACTOR = bindparam("actor", type_=Uuid())
"""Who asks."""
ORGANISATIONS = bindparam("organisations", expanding=True, type_=Uuid())
"""His or her organisations: ``column.in_(ORGANISATIONS)``."""


@dataclass(frozen=True, slots=True)
class CountedWork:
    """A room whose items are too many to look at one by one: the database narrows, orders and counts them.

    Args:
        rows: every item there is, as `work_rows` selects them, one select for each index that finds some of them most
            urgent first; no item stands in two. Counters and lists are both made of them, so they cannot disagree
            (T14). Empty: nothing is asked of these roles. Called once for each set of roles: who asks stands in `ACTOR`
            and `ORGANISATIONS`, so that a statement is built once and not with every request.
        load: the items of some rows, given as (kind, subject_id).
    """

    rows: Callable[[frozenset[Role]], Sequence[Select[Any]]]
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
    async def list_work(unit: UnitDep, wanted: Annotated[WorkQuery, Query()]) -> list[WorkItem]:
        """List what waits for the caller in this service, the most urgent first."""
        return await urgent(sources, wanted, unit)

    @router.get("/worklist/counts", permission="worklist:read")
    async def count_work(unit: UnitDep) -> Tally:
        """Count what waits for the caller in this service, by list and by kind of work."""
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
    named = frozenset(name for name in ("kind", "territory", "text") if getattr(wanted, name))
    lists = frozenset({wanted.which, Which.MINE if wanted.mine else wanted.which})
    if (statement := _page(source.rows, unit.actor.roles, lists, named)) is None:
        return []
    asked = {"kind": wanted.kind, "territory": wanted.territory, "text": _pattern(wanted.text or "")}
    chosen = await unit.session.execute(statement, {**_asker(unit), **asked, "most": wanted.limit})
    subjects = [(kind, subject_id) for kind, subject_id, _ in chosen]
    return list(await source.load(unit, subjects)) if subjects else []


@lru_cache(maxsize=512)
def _page(rows: Any, roles: frozenset[Role], lists: frozenset[Which], named: frozenset[str]) -> Select[Any] | None:
    if not (arms := [_first(arm.subquery().c, lists, named) for arm in rows(roles)]):
        return None
    merged = union_all(*(select(arm.subquery()) for arm in arms)).subquery()
    return select(merged).order_by(merged.c.due_at).limit(_MOST)


def _first(column: Columns, lists: frozenset[Which], named: frozenset[str]) -> Select[Any]:
    """The most urgent of one select: read along its index, so that a long list costs no more than a short one."""
    conditions = [_listed(which, column) for which in sorted(lists)]
    conditions += [column[name] == bindparam(name, type_=Text()) for name in sorted(named - {"text"})]
    if "text" in named:
        words = func.lower(func.concat(column["number"], " ", column["title"]))
        conditions.append(words.like(bindparam("text", type_=Text()), escape="/"))
    found = select(column["kind"], column["subject_id"], column["due_at"]).where(*conditions)
    return found.order_by(column["due_at"]).limit(_MOST)


_MOST = bindparam("most", type_=Integer())


def _pattern(text: str) -> str:
    escaped = text.lower().replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def _asker(unit: Unit) -> dict[str, Any]:
    late_before, soon_until = workdays.horizon(unit.now)
    organisations = sorted(unit.actor.organisation_ids)
    return {
        "actor": unit.actor.id,
        "organisations": organisations,
        "late_before": late_before,
        "soon_until": soon_until,
    }


def _listed(which: Which, column: Columns) -> ColumnElement[bool]:
    """`belongs` as the database says it, by the one rule of what is late (T3)."""
    moment = DateTime(timezone=True)
    late_before, soon_until = bindparam("late_before", type_=moment), bindparam("soon_until", type_=moment)
    running = column["done_at"].is_(None)
    conditions: dict[Which, ColumnElement[bool]] = {
        Which.MINE: column["assigned_to"] == ACTOR,
        Which.ORGANISATION: column["organisation_id"].in_(ORGANISATIONS),
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
    if (statement := _counts(source.rows, unit.actor.roles)) is None:
        return total
    for kind, *held in await unit.session.execute(statement, _asker(unit)):
        total += Tally(kinds={kind: held[0]}, **dict(zip(Which, held, strict=True)))
    return total


@lru_cache(maxsize=128)
def _counts(rows: Any, roles: frozenset[Role]) -> CompoundSelect[Any] | None:
    arms = [_counted_by_kind(arm.subquery().c) for arm in rows(roles)]
    return union_all(*arms) if arms else None


def _counted_by_kind(column: Columns) -> Select[Any]:
    found: Any = select(column["kind"], *(func.count().filter(_listed(which, column)) for which in Which))
    counted: Select[Any] = found.group_by(column["kind"])
    return counted
