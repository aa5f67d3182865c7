"""How many items each list of the caller holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from contracts.access import Role
from pydantic import BaseModel
from sqlalchemy import CompoundSelect, Select, func, select, union_all

from chassis.http.worklist.sources import Columns, CountedWork, Which, WorkSource, asker, belongs, listed
from chassis.work.unit import Unit


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


async def tally(sources: Sequence[WorkSource], unit: Unit) -> Tally:
    """How many items of all rooms each list holds."""
    found = Tally()
    for source in sources:
        found += await _tally(source, unit)
    return found


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
    for kind, *held in await unit.session.execute(statement, asker(unit)):
        total += Tally(kinds={kind: held[0]}, **dict(zip(Which, held, strict=True)))
    return total


@lru_cache(maxsize=128)
def _counts(rows: Any, roles: frozenset[Role]) -> CompoundSelect[Any] | None:
    arms = [_counted_by_kind(arm.subquery().c) for arm in rows(roles)]
    return union_all(*arms) if arms else None


def _counted_by_kind(column: Columns) -> Select[Any]:
    found: Any = select(column["kind"], *(func.count().filter(listed(which, column)) for which in Which))
    counted: Select[Any] = found.group_by(column["kind"])
    return counted
