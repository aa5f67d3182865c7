"""The gate against breaking changes, tried on planted ones."""

from typing import Any

import pytest
from contracts.schema import breaking

BASE: dict[str, Any] = {
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "outcome": {"$ref": "#/$defs/Outcome"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    },
    "required": ["id"],
    "$defs": {
        "Outcome": {"type": "string", "enum": ["reached", "no_answer"]},
        "Line": {"properties": {"count": {"type": "integer"}}, "required": ["count"]},
    },
}


def changed(**properties: Any) -> dict[str, Any]:
    return {**BASE, "properties": {**BASE["properties"], **properties}}


def test_a_new_optional_field_and_a_new_code_are_compatible() -> None:
    newer = changed(extra={"type": "integer"}, outcome={"type": "string", "enum": ["reached", "no_answer", "busy"]})
    assert breaking(BASE, newer) == []


@pytest.mark.parametrize(
    ("newer", "complaint"),
    [
        ({**BASE, "properties": {"id": BASE["properties"]["id"]}}, ".outcome: removed"),
        (changed(id={"type": "integer"}), ".id: type changed"),
        ({**changed(extra={"type": "integer"}), "required": ["id", "extra"]}, ".extra: new and required"),
        (changed(outcome={"type": "string", "enum": ["reached"]}), ".outcome: code no_answer removed"),
        (changed(lines={"type": "array", "items": {"properties": {}}}), ".lines[].count: removed"),
        (changed(id={"type": "string"}), ".id: type changed"),
    ],
)
def test_each_breaking_change_is_named(newer: dict[str, Any], complaint: str) -> None:
    assert complaint in breaking(BASE, newer)
