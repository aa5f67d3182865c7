"""What was stored as JSON before is read as long as it may lie there, in the clear and under a seal."""

from __future__ import annotations

from typing import Any

import pytest
from cases.assessments.model import Findings
from cases.deliveries.model import UrgentAct
from cases.people.model import Health
from cases.programmes.content import Words
from cases.tables import Base, ModelColumn, ModelsColumn
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql

SOMEBODY, GOAL, LINE = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
SEALED = {"key_id": SOMEBODY, "key_version": 1, "nonce": "", "ciphertext": ""}
GIVEN = {
    "delivery_id": LINE,
    "child_id": SOMEBODY,
    "case_id": SOMEBODY,
    "service_code": "social_consultation",
    "group": "other",
    "minutes": 30,
    "specialist_id": None,
}

STORED: dict[str, Any] = {
    "assessments.findings": SEALED,
    "awaited_visits.services": [{"line_id": LINE, "service_code": "massage", "group": "social_medical", "minutes": 30}],
    "case_files.documents": {
        "kinds": ["passport", "birth_certificate"],
        "authority": "parent",
        "seen_by": SOMEBODY,
        "seen_at": "2026-03-02T09:00:00Z",
    },
    "case_files.eligibility": {"eligible": True, "decided_on": "2026-03-02", "decided_by": SOMEBODY},
    "children.health": SEALED,
    "programme_versions.content": {
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-01",
        "goals": 1,
        "lines": [
            {
                "id": LINE,
                "service": "psychologist_session",
                "group": "psychological_pedagogical",
                "skill": "psychologist",
                "mode": "home",
                "starts_on": "2026-03-02",
                "ends_on": "2026-04-01",
                "minutes": 45,
                "count": 8,
                "periodicity": "2 раза в неделю",
            }
        ],
    },
    "programme_versions.words": SEALED,
    "urgent_acts.reported": [GIVEN],
    "urgent_acts.services": [GIVEN],
}
"""Values of March 2026. Never edit one: a new form gets a value of its own."""

UNDER_SEAL: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (Health, {"diagnosis": "Задержка моторного развития", "gestation_weeks": 32}),
    (
        Findings,
        {
            "findings": [
                {"category": "d450", "qualifier": 2, "capacity": 3, "facilitator": False},
                {"category": "e310", "qualifier": 3, "capacity": None, "facilitator": True},
            ],
            "conclusion": "Ходит с опорой",
        },
    ),
    (
        Words,
        {
            "goals": [
                {
                    "id": GOAL,
                    "words": "Сам держит ложку",
                    "routine": "feeding",
                    "icf_category": "d550",
                    "criterion": "Три раза из пяти",
                    "due_on": "2026-06-01",
                }
            ],
            "lines": {LINE: {"content": "Занятие в распорядке дня", "result": "Навык закреплён"}},
        },
    ),
]

TYPED = {
    f"{table.name}.{column.name}": column.type
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, ModelColumn | ModelsColumn)
}


def test_every_typed_column_has_a_value_stored_before() -> None:
    assert UrgentAct.__tablename__ in Base.metadata.tables
    assert set(TYPED) == set(STORED)


@pytest.mark.parametrize("column", sorted(STORED))
def test_a_value_stored_before_is_read_and_loses_nothing(column: str) -> None:
    kind, dialect = TYPED[column], postgresql.dialect()  # type: ignore[no-untyped-call]
    read = kind.process_result_value(STORED[column], dialect)
    assert kind.process_bind_param(read, dialect) == STORED[column]


@pytest.mark.parametrize(("model", "stored"), UNDER_SEAL)
def test_a_value_sealed_before_is_read_and_loses_nothing(model: type[BaseModel], stored: dict[str, Any]) -> None:
    assert model.model_validate(stored).model_dump(mode="json") == stored
