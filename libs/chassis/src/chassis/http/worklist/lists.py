"""The items of the caller, the most urgent first, page by page; the database narrows and orders what is long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from contracts.access import Role
from contracts.worklist import WorkItem
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    collate,
    func,
    select,
    tuple_,
    union_all,
)

from chassis.access.tokens import Principal
from chassis.http.paging import MAX_LIMIT, Page, bad_cursor, counted, read_cursor, written_cursor
from chassis.http.worklist.sources import Columns, CountedWork, Which, WorkSource, asker, belongs, listed
from chassis.work.unit import Unit

_NEVER = datetime.max.replace(tzinfo=UTC)
_ORDER = "urgency"
Place = tuple[AwareDatetime, UUID, str, str]
"""Where an item stands: due time, subject, kind, id. No two items share one."""
_PLACE = TypeAdapter(Place)


class WorkQuery(BaseModel):
    """What of the list is wanted; every condition narrows. ``text`` is looked for in number and title.

    ``group``: only what belongs to one application or child. ``with_total``: count the wanted list too.
    """

    model_config = ConfigDict(frozen=True)

    limit: int = Field(MAX_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=500)
    with_total: bool = False
    which: Which = Which.ALL
    mine: bool = Field(False, description="only what is assigned to me")
    kind: str | None = Field(None, max_length=64)
    territory: str | None = Field(None, max_length=64)
    group: UUID | None = None
    text: str | None = Field(None, max_length=100)

    def wants(self, item: WorkItem, actor: Principal) -> bool:
        """Whether the item belongs to the wanted list."""
        words = f"{item.number or ''} {item.title}".casefold()
        return (
            belongs(self.which, item, actor)
            and (not self.mine or belongs(Which.MINE, item, actor))
            and self.kind in (None, item.kind)
            and self.territory in (None, item.territory)
            and self.group in (None, item.group)
            and (self.text or "").casefold() in words
        )


async def urgent(sources: Sequence[WorkSource], wanted: WorkQuery, unit: Unit) -> Page[WorkItem]:
    """The most urgent wanted items of all rooms, those without a due time last."""
    after = _after(wanted.cursor)
    found = [await _found(source, wanted, after, unit) for source in sources]
    items = sorted((item for one in found for item in one.items), key=_place)
    page = items[: wanted.limit]
    following = _cursor(page[-1]) if len(items) > wanted.limit else None
    total = counted(sum(one.total for one in found)) if wanted.with_total else None
    return Page(items=page, next_cursor=following, total=total)


@dataclass(frozen=True, slots=True)
class _Found:
    """The first items of one room after a place, one more than wanted if there are; how many it has in all."""

    items: Iterable[WorkItem]
    total: int = 0


def _place(item: WorkItem) -> Place:
    return item.due_at or _NEVER, item.subject_id, item.kind, item.id


def _cursor(item: WorkItem) -> str:
    return written_cursor([_ORDER, *_PLACE.dump_python(_place(item), mode="json")])


def _after(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    match read_cursor(cursor):
        case [made_for, *place] if made_for == _ORDER:
            try:
                return _PLACE.validate_python(place)
            except ValueError:
                raise bad_cursor() from None
    raise bad_cursor()


async def _found(source: WorkSource, wanted: WorkQuery, after: Place | None, unit: Unit) -> _Found:
    if isinstance(source, CountedWork):
        return await _chosen(source, wanted, after, unit)
    items = [item for item in await source(unit) if wanted.wants(item, unit.actor)]
    return _Found([item for item in items if after is None or _place(item) > after], len(items))


async def _chosen(source: CountedWork, wanted: WorkQuery, after: Place | None, unit: Unit) -> _Found:
    named = frozenset(name for name in ("kind", "territory", "group", "text") if getattr(wanted, name))
    lists = frozenset({wanted.which, Which.MINE if wanted.mine else wanted.which})
    if (first := _first(source.rows, unit.actor.roles, lists, named, after is not None)) is None:
        return _Found(())
    asked = {**asker(unit), **_asked(wanted, after)}
    chosen = await unit.session.execute(first, asked)
    subjects = [(kind, subject_id) for kind, subject_id, _ in chosen]
    items = list(await source.load(unit, subjects)) if subjects else []
    if not wanted.with_total:
        return _Found(items)
    size = await unit.session.execute(_size(source.rows, unit.actor.roles, lists, named), asked)
    return _Found(items, size.scalar_one())


def _asked(wanted: WorkQuery, after: Place | None) -> Mapping[str, Any]:
    place = dict(zip(("after_due", "after_subject", "after_kind"), after or (None,) * 3, strict=False))
    words = {"kind": wanted.kind, "territory": wanted.territory, "text": _pattern(wanted.text or "")}
    return {**words, **place, "group": wanted.group, "most": wanted.limit + 1}


@lru_cache(maxsize=512)
def _first(
    rows: Any, roles: frozenset[Role], lists: frozenset[Which], named: frozenset[str], later: bool
) -> Select[Any] | None:
    arms = [_most_urgent(_narrowed(arm, lists, named), later) for arm in rows(roles)]
    if not arms:
        return None
    merged = union_all(*(select(arm.subquery()) for arm in arms)).subquery()
    return select(merged).order_by(*_order(merged.c)).limit(_MOST)


@lru_cache(maxsize=512)
def _size(rows: Any, roles: frozenset[Role], lists: frozenset[Which], named: frozenset[str]) -> Select[Any]:
    merged = union_all(*(_narrowed(arm, lists, named) for arm in rows(roles))).subquery()
    return select(func.count()).select_from(merged)


def _most_urgent(narrowed: Select[Any], later: bool) -> Select[Any]:
    """The most urgent of one select: read along its index, so that a long list costs no more than a short one."""
    column: Any = narrowed.selected_columns
    if later:
        # The first comparison follows from the second, and is the one an index by due time can answer.
        narrowed = narrowed.where(column["due_at"] >= _AFTER[0], tuple_(*_order(column)) > tuple_(*_AFTER))
    return narrowed.order_by(*_order(column)).limit(_MOST)


def _narrowed(arm: Select[Any], lists: frozenset[Which], named: frozenset[str]) -> Select[Any]:
    column = arm.subquery().c
    conditions: list[ColumnElement[bool]] = [listed(which, column) for which in sorted(lists)]
    conditions += [column[name] == bindparam(name, type_=Text()) for name in sorted(named & {"kind", "territory"})]
    if "group" in named:
        conditions.append(column["subject_id"] == bindparam("group", type_=Uuid()))
    if "text" in named:
        words = func.lower(func.concat(column["number"], " ", column["title"]))
        conditions.append(words.like(bindparam("text", type_=Text()), escape="/"))
    return select(column["kind"], column["subject_id"], column["due_at"]).where(*conditions)


def _order(column: Columns) -> tuple[Any, Any, Any]:
    return column["due_at"], column["subject_id"], collate(column["kind"], "C")


_MOST = bindparam("most", type_=Integer())
_AFTER = (
    bindparam("after_due", type_=DateTime(timezone=True)),
    bindparam("after_subject", type_=Uuid()),
    bindparam("after_kind", type_=Text()),
)


def _pattern(text: str) -> str:
    escaped = text.lower().replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"
