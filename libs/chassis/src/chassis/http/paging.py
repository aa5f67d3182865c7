"""Pages of lists: bounded, in an order from an allow-list, continued by a cursor that new rows do not disturb."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import Row, Select, SQLColumnExpression, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import DomainError, Kind

T = TypeVar("T")
MAX_LIMIT = 200
MAX_OFFSET = 10_000
MOST_COUNTED = 10_000


class Page(BaseModel, Generic[T]):
    """One page of a list. ``next_cursor`` is None on the last page.

    ``total``: how many the whole list has, where ``with_total`` asked for it and it is not above 10,000.
    """

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


class ListQuery(BaseModel):
    """Query parameters of a list with one order.

    ``cursor`` goes on steadily from the last page, ``offset`` jumps. ``with_total``: count the whole list too, which
    costs another look at it.
    """

    model_config = ConfigDict(frozen=True)

    limit: int = Field(50, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=500)
    offset: int = Field(0, ge=0, le=MAX_OFFSET)
    with_total: bool = False


class PageQuery(ListQuery):
    """Query parameters of a list that offers several orders.

    ``sort`` is a name of the list's `Order`, ``-name`` for descending.
    """

    sort: str | None = Field(None, max_length=50)


ListQueryDep = Annotated[ListQuery, Query()]
PageQueryDep = Annotated[PageQuery, Query()]


@dataclass(frozen=True, slots=True)
class Order:
    """The orders a list offers.

    Args:
        columns: sortable columns by public name; none of them may hold NULL.
        tie: the unique column that makes the order total.
        default: the order without ``sort``.
    """

    columns: Mapping[str, SQLColumnExpression[Any]]
    tie: SQLColumnExpression[Any]
    default: str

    @property
    def names(self) -> list[str]:
        """The values ``sort`` may have."""
        return [sign + name for name in self.columns for sign in ("", "-")]

    def choose(self, sort: str | None) -> tuple[str, SQLColumnExpression[Any], bool]:
        """Name, column and whether it descends; raises `DomainError` 422 for a name not offered."""
        wanted = sort or self.default
        name = wanted.removeprefix("-")
        if name not in self.columns:
            raise DomainError(
                "unknown_sort",
                Kind.INVALID,
                ru=f"Сортировка возможна по: {', '.join(sorted(self.columns))}.",
                en=f"Sortable by: {', '.join(sorted(self.columns))}.",
                field="sort",
                rule="enum",
            )
        return wanted, self.columns[name], wanted.startswith("-")


class Found(NamedTuple):
    """The rows of one page, the cursor of the next, and the size of the whole list where it was asked for."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    next_cursor: str | None
    total: int | None


async def paginate(session: AsyncSession, statement: Select[*tuple[Any, ...]], query: ListQuery, order: Order) -> Found:
    """One page of ``statement``. The order's columns are appended to each row (``row[-2]``, ``row[-1]``).

    A list that offers no ``sort`` stands in the order's default.
    """
    sort, column, descending = order.choose(query.sort if isinstance(query, PageQuery) else None)
    ordered = statement.add_columns(column.label("page_sort"), order.tie.label("page_tie")).order_by(
        column.desc() if descending else column.asc(), order.tie.desc() if descending else order.tie.asc()
    )
    if query.cursor:
        last = _after(query.cursor, sort, column, order.tie)
        here = tuple_(column, order.tie)
        ordered = ordered.where(here < last if descending else here > last)
    else:
        ordered = ordered.offset(query.offset)
    rows = (await session.execute(ordered.limit(query.limit + 1))).all()
    page = rows[: query.limit]
    following = _cursor(sort, page[-1]) if len(rows) > query.limit else None
    return Found(page, following, await _total(session, statement) if query.with_total else None)


_IN_HAND = "place"
"""The order of a list that is whole in hand: as it stands."""


def page_of(items: Sequence[T], query: ListQuery) -> Page[T]:
    """One page of a list that is whole in hand: bounded by what it is about (the offices of one territory).

    Raises:
        DomainError: 422 ``bad_cursor``.
    """
    start = _place(query.cursor) if query.cursor else query.offset
    end = start + query.limit
    following = written_cursor([_IN_HAND, end]) if end < len(items) else None
    return Page(
        items=list(items[start:end]), next_cursor=following, total=counted(len(items)) if query.with_total else None
    )


def _place(cursor: str) -> int:
    match read_cursor(cursor):
        case [made_for, int(place)] if made_for == _IN_HAND and place >= 0:
            return place
    raise bad_cursor()


async def _total(session: AsyncSession, statement: Select[*tuple[Any, ...]]) -> int | None:
    few = statement.order_by(None).limit(MOST_COUNTED + 1).subquery()
    found = (await session.execute(select(func.count()).select_from(few))).scalar_one()
    return counted(found)


def counted(found: int) -> int | None:
    """A total as it is told: None above 10,000."""
    return found if found <= MOST_COUNTED else None


def _cursor(sort: str, row: Row[*tuple[Any, ...]]) -> str:
    last = tuple(row)[-2:]
    parts = [sort, *TypeAdapter(tuple[Any, ...]).dump_python(last, mode="json")]
    return written_cursor(parts)


def written_cursor(parts: list[Any]) -> str:
    """A cursor of the order's name and the place of the last row."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Any:
    """What `written_cursor` was given; raises `DomainError` 422 ``bad_cursor``."""
    try:
        return json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise bad_cursor() from None


def _after(cursor: str, sort: str, column: Any, tie: Any) -> tuple[Any, Any]:
    try:
        made_for, *values = read_cursor(cursor)
        first, second = (
            TypeAdapter(c.type.python_type).validate_python(value)
            for c, value in zip((column, tie), values, strict=True)
        )
    except (ValueError, TypeError):
        raise bad_cursor() from None
    if made_for != sort:
        raise bad_cursor()
    return first, second


def bad_cursor() -> DomainError:
    """A cursor of another list or another order."""
    return DomainError(
        "bad_cursor",
        Kind.INVALID,
        ru="Список изменился, начните сначала.",
        en="The cursor does not fit this list.",
        field="cursor",
        rule="cursor",
    )
