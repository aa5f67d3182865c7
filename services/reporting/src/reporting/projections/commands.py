"""Every write of the room: an event is a patch of one row, a batch is one upsert per shape of patch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from chassis.bus import Delivery
from chassis.work import Unit
from contracts.event import Event
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from reporting.tables import Base

Patch = Mapping[str, Any]
E = TypeVar("E", bound=Event)

# asyncpg refuses more parameters than this in one statement
_MOST_PARAMETERS = 30_000


class Fold:
    """How the facts of one aggregate change one read table.

    Patches of the same row within a batch are merged in order before they reach the database, so that a batch of
    hundreds of events costs as many statements as there are shapes of patch.
    """

    def __init__(self, model: type[Base]) -> None:
        self.table = cast(Table, model.__table__)
        self.patches: dict[type[Event], Callable[[Any], Patch]] = {}

    def on(self, event: type[E]) -> Callable[[Callable[[E], Patch]], Callable[[E], Patch]]:
        """Register what an event changes in the row named by its envelope's subject."""

        def register(patch: Callable[[E], Patch]) -> Callable[[E], Patch]:
            self.patches[event] = patch
            return patch

        return register

    async def apply_batch(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """Bring the rows up to date with a batch."""
        merged: dict[UUID, dict[str, Any]] = defaultdict(dict)
        for delivery in deliveries:
            merged[delivery.envelope.subject].update(self.patches[type(delivery.event)](delivery.event))
        shapes: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
        changed = {id: patch for id, patch in merged.items() if patch}
        for id, patch in changed.items():
            shapes[frozenset(patch)].append({"id": id, **patch})
        for columns, rows in shapes.items():
            await self._upsert(columns, rows, unit.session)

    async def _upsert(self, columns: frozenset[str], rows: list[dict[str, Any]], session: AsyncSession) -> None:
        size = max(1, _MOST_PARAMETERS // (len(columns) + 1))
        for start in range(0, len(rows), size):
            statement = insert(self.table).values(rows[start : start + size])
            changes = {name: statement.excluded[name] for name in columns}
            await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))
