"""What the rooms of a service contribute to its worklist, and the lists an item may stand in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import workdays
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    bindparam,
    cast,
    null,
    select,
    true,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from chassis.access.tokens import Principal
from chassis.work.unit import Unit

Columns = ReadOnlyColumnCollection[str, Any]


class Which(StrEnum):
    """The lists every role has."""

    ALL = "all"
    MINE = "mine"
    ORGANISATION = "organisation"
    OVERDUE = "overdue"
    SOON = "soon"
    UNASSIGNED = "unassigned"


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


def listed(which: Which, column: Columns) -> ColumnElement[bool]:
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


def asker(unit: Unit) -> dict[str, Any]:
    """What the statements are asked with: who, for which organisations, and what is late or soon now."""
    late_before, soon_until = workdays.horizon(unit.now)
    organisations = sorted(unit.actor.organisation_ids)
    return {
        "actor": unit.actor.id,
        "organisations": organisations,
        "late_before": late_before,
        "soon_until": soon_until,
    }
