"""A client generated yesterday works today, or the change is told as one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from contracts.compatibility import Version, announced, breaking_operations, unannounced

UNION: dict[str, Any] = {"oneOf": [{"$ref": "#/components/schemas/First"}, {"$ref": "#/components/schemas/Second"}]}
OLD: dict[str, Any] = {
    "paths": {
        "/visits/{id}": {
            "post": {
                "operationId": "moveVisit",
                "parameters": [
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["planned", "done"]}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                ],
                "security": [{}, {"signIn": []}],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Move"}},
                        "multipart/form-data": {
                            "schema": {"type": "object", "required": [], "properties": {"kind": {"type": "string"}}}
                        },
                    }
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Card"}},
                            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
                        }
                    }
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
                "properties": {
                    "to": {"type": "string"},
                    "why": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "hours": {"type": "integer", "maximum": 8},
                    "mode": {"anyOf": [{"type": "string", "enum": ["foot", "car"]}, {"type": "null"}]},
                    "form": {"type": "string", "const": "a"},
                    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "part": deepcopy(UNION),
                },
            },
            "First": {"title": "First", "type": "object", "properties": {"name": {"const": "first"}}},
            "Second": {
                "title": "Second", "type": "object", "required": [],
                "properties": {"name": {"const": "second"}, "size": {"type": "integer"}},
            },
            "Card": {
                "title": "Card",
                "type": "object",
                "required": ["id", "lines"],
                "properties": {
                    "id": {"type": "string"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                    "state": {"type": "string", "enum": ["planned", "done"]},
                    "day": {"type": "string", "format": "date"},
                    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "part": deepcopy(UNION),
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
    (lambda new: _schema(new, "Move")["properties"]["to"].update(maxLength=5), "no longer takes what maxLength 5"),
    (lambda new: _schema(new, "Move")["properties"]["hours"].update(maximum=7), "no longer takes what maximum 7"),
    (lambda new: _schema(new, "Move")["properties"]["hours"].update(minimum=1), "no longer takes what minimum 1"),
    (lambda new: _schema(new, "Move")["properties"]["to"].update(pattern="^a"), "no longer takes what breaks pattern"),
    (lambda new: _schema(new, "Move")["properties"]["to"].update(enum=["a"]), "no longer takes any string"),
    (lambda new: _schema(new, "Move")["properties"]["mode"]["anyOf"][0]["enum"].pop(), "no longer takes car"),
    (lambda new: _schema(new, "Move")["properties"]["form"].update(const="b"), "no longer takes a"),
    (lambda new: _schema(new, "Move")["properties"]["part"]["oneOf"].pop(), "no longer takes Second"),
    (lambda new: _schema(new, "Second")["properties"].pop("size"), "request.part.size is gone"),
    (lambda new: _schema(new, "Second")["required"].append("size"), "request.part.size is newly required"),
    (
        lambda new: _schema(new, "Move")["properties"]["map"].update(additionalProperties={"type": "string"}),
        "request.map{} no longer takes integer",
    ),
    (lambda new: _schema(new, "Move")["properties"].update(map={"type": "array", "items": {}}), "takes object"),
    (lambda new: _operation(new)["requestBody"]["content"].pop("multipart/form-data"), "no longer takes multipart"),
    (
        lambda new: _operation(new)["requestBody"]["content"]["multipart/form-data"]["schema"]["required"].append(
            "kind"
        ),
        "request.kind is newly required",
    ),
    (lambda new: _operation(new)["requestBody"].update(required=True), "request is newly required"),
    (lambda new: _operation(new)["security"].pop(0), "no longer open by nothing at all"),
    (lambda new: _schema(new, "Card")["properties"]["state"]["enum"].append("late"), "answer 200.state may be late"),
    (lambda new: _schema(new, "Card")["properties"]["state"].pop("enum"), "answer 200.state may be any string"),
    (lambda new: _schema(new, "Card")["properties"]["day"].update(format="date-time"), "may be what is no date"),
    (lambda new: _schema(new, "Card")["properties"]["counts"].update(additionalProperties={}), "may be anything"),
    (
        lambda new: _schema(new, "Card")["properties"]["part"]["oneOf"].append(
            {"type": "object", "title": "Third", "properties": {"name": {"const": "third"}}}
        ),
        "answer 200.part may be Third",
    ),
    (lambda new: _operation(new)["responses"]["200"]["content"].pop("application/pdf"), "gone as application/pdf"),
]
GROWS: list[Change] = [
    lambda _: None,
    lambda new: new["paths"].update({"/more": {"get": {"operationId": "more", "responses": {}}}}),
    lambda new: _operation(new)["parameters"].append({"name": "since", "in": "query", "schema": {"type": "string"}}),
    lambda new: _operation(new)["parameters"][0]["schema"]["enum"].append("late"),
    lambda new: _schema(new, "Move")["required"].remove("to"),
    lambda new: _schema(new, "Card")["properties"].update(total={"type": "integer"}),
    lambda new: _operation(new)["parameters"][0]["schema"].pop("enum"),
    lambda new: _schema(new, "Move")["properties"]["mode"]["anyOf"][0].pop("enum"),
    lambda new: _schema(new, "Move")["properties"]["hours"].update(maximum=9, type="number"),
    lambda new: _schema(new, "Move")["properties"]["part"]["oneOf"].append({"type": "object", "title": "Third"}),
    lambda new: _schema(new, "Card")["properties"]["state"]["enum"].pop(),
    lambda new: _schema(new, "Card")["properties"]["part"]["oneOf"].pop(),
    lambda new: _schema(new, "Card")["properties"]["id"].update(maxLength=5, pattern="x"),
    lambda new: _operation(new)["security"].append({"device": []}),
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


LOG = """# Changes

## [Unreleased]

### Breaking for callers of the HTTP API
- `moveVisit` is called `shiftVisit`.

### Added
- `addVisit` takes `hours`.

## [0.1.0]

### Breaking for callers
- `oldVisit`
"""


def test_a_break_is_announced_by_its_whole_id_in_the_section_for_breaks() -> None:
    assert announced(LOG) == {"moveVisit", "shiftVisit"}
    assert announced(LOG.replace("`moveVisit`", "moveVisit")) == {"shiftVisit"}


def test_a_break_that_was_committed_with_its_document_stays_one_until_it_is_announced() -> None:
    new = deepcopy(OLD)
    _schema(new, "Card")["properties"].pop("id")
    silent = [Version(OLD, ""), Version(new, ""), Version(new, "")]
    assert [operation for operation, _ in unannounced(silent)] == ["moveVisit"]
    assert list(unannounced([*silent[:2], Version(new, LOG)])) == []
    assert list(unannounced([Version(OLD, ""), Version(new, LOG), Version(new, "")])) == []
    assert list(unannounced([Version(OLD, LOG), Version(new, ""), Version(new, "")]))
