"""Rows older releases wrote are still read: ``stored_rows.json`` holds one value per typed column.

The values are those of the upgrade test's recording, of release f20283f; what it had none of is written after its code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from contracts.identifiers import VisitOutcome
from scheduling.fieldwork.model import SyncConflict
from scheduling.main import service
from scheduling.planner import check
from scheduling.plans.model import Plan
from scheduling.tables import Base, Typed
from sqlalchemy.dialects.postgresql import dialect

ROWS: dict[str, Any] = json.loads((Path(__file__).parent / "stored_rows.json").read_text("utf-8"))
TYPED = {
    f"{table.name}.{column.name}": column.type
    for table in Base.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, Typed)
}
POSTGRES = dialect()  # type: ignore[no-untyped-call]


def read(column: str) -> Any:
    return TYPED[column].process_result_value(ROWS[column], POSTGRES)


def test_every_typed_column_has_an_old_row() -> None:
    assert service.base is Base
    assert TYPED.keys() == ROWS.keys()


@pytest.mark.parametrize("column", sorted(ROWS))
def test_an_old_row_is_read_and_says_the_same_when_it_is_written_again(column: str) -> None:
    assert TYPED[column].process_bind_param(read(column), POSTGRES) == ROWS[column]


def test_an_old_plan_still_passes_the_oracle() -> None:
    columns = ("problem", "answer", "drafts", "sessions")
    plan = Plan(**{name: read(f"plans.{name}") for name in columns})
    assert check(plan.problem, plan.answer) == []
    assert len(plan.drafts_by_visit) == len(plan.answer.routes[0].stops) + len(plan.sessions)


def test_both_values_of_an_old_conflict_have_their_types() -> None:
    conflict = SyncConflict(kept=read("sync_conflicts.kept"), offered=read("sync_conflicts.offered"))
    assert conflict.kept is VisitOutcome.PERFORMED
    assert isinstance(conflict.offered, tuple)
    assert [one.minutes for one in conflict.offered] == [20]
    assert TYPED["sync_conflicts.kept"].process_result_value(None, POSTGRES) is None
