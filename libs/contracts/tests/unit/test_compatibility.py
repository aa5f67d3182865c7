"""A client generated yesterday works today, or the change is told as one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from contracts.compatibility import breaking_operations

OLD: dict[str, Any] = {
    "paths": {
        "/visits/{id}": {
            "post": {
                "operationId": "moveVisit",
                "parameters": [
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["planned", "done"]}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Move"}}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Card"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Move": {
                "title": "Move",
                "type": "object",
                "required": ["to"],
                "properties": {"to": {"type": "string"}, "why": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            },
            "Card": {
                "title": "Card",
                "type": "object",
                "required": ["id", "lines"],
                "properties": {
                    "id": {"type": "string"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                },
            },
            "Line": {
                "title": "Line", "type": "object", "required": ["minutes"],
                "properties": {"minutes": {"type": "integer"}},
            },
        }
    },
}  # fmt: skip
Change = Callable[[dict[str, Any]], object]


def _operation(document: dict[str, Any]) -> Any:
    return document["paths"]["/visits/{id}"]["post"]


def _schema(document: dict[str, Any], name: str) -> Any:
    return document["components"]["schemas"][name]


BREAKS: list[tuple[Change, str]] = [
    (lambda new: new["paths"].clear(), "is gone"),
    (lambda new: _operation(new).update(operationId="shiftVisit"), "now called shiftVisit"),
    (lambda new: _operation(new)["parameters"].pop(), "parameter limit is gone"),
    (lambda new: _operation(new)["parameters"][0].update(required=True), "state is newly required"),
    (lambda new: _operation(new)["parameters"][0]["schema"]["enum"].remove("done"), "no longer takes done"),
    (lambda new: _schema(new, "Move")["required"].append("why"), "request.why is newly required"),
    (lambda new: _schema(new, "Move")["properties"].pop("why"), "request.why is gone"),
    (lambda new: _schema(new, "Move")["properties"].update(why={"type": "string"}), "no longer takes null"),
    (lambda new: _schema(new, "Card")["properties"].pop("id"), "answer 200.id is gone"),
    (lambda new: _schema(new, "Card")["required"].remove("id"), "answer 200.id may be missing"),
    (lambda new: _schema(new, "Line")["properties"].pop("minutes"), "lines[].minutes is gone"),
    (lambda new: _schema(new, "Line")["properties"].update(minutes={"type": "string"}), "may be string"),
    (lambda new: _operation(new)["responses"].clear(), "answer 200 is gone"),
]
GROWS: list[Change] = [
    lambda _: None,
    lambda new: new["paths"].update({"/more": {"get": {"operationId": "more", "responses": {}}}}),
    lambda new: _operation(new)["parameters"].append({"name": "since", "in": "query", "schema": {"type": "string"}}),
    lambda new: _operation(new)["parameters"][0]["schema"]["enum"].append("late"),
    lambda new: _schema(new, "Move")["required"].remove("to"),
    lambda new: _schema(new, "Card")["properties"].update(total={"type": "integer"}),
]


@pytest.mark.parametrize(("change", "told"), BREAKS)
def test_what_breaks_a_client_is_told(change: Change, told: str) -> None:
    new = deepcopy(OLD)
    change(new)
    found = list(breaking_operations(OLD, new))
    assert found
    assert all(operation == "moveVisit" for operation, _ in found)
    assert any(told in difference for _, difference in found)


@pytest.mark.parametrize("change", GROWS)
def test_what_only_grows_breaks_nobody(change: Change) -> None:
    new = deepcopy(OLD)
    change(new)
    assert list(breaking_operations(OLD, new)) == []
