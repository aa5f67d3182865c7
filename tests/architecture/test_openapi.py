"""What the five services say of themselves: a client can be generated from it, and nobody who reads it must guess."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")


@cache
def document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = importlib.import_module(f"{service}.main").service.app().openapi()
    return found


def operations(service: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, verbs in document(service)["paths"].items():
        for verb, operation in verbs.items():
            yield f"{service} {verb.upper()} {path}", operation


def test_operation_ids_are_unique_over_all_services() -> None:
    ids = Counter(operation["operationId"] for service in SERVICES for _, operation in operations(service))
    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for name in ids if not name.isalnum() or not name[0].islower()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_and_every_tag_is_described(service: str) -> None:
    assert [name for name, operation in operations(service) if not operation.get("description")] == []
    described = {tag["name"] for tag in document(service)["tags"] if tag["description"]}
    assert {tag for _, operation in operations(service) for tag in operation["tags"]} <= described


@pytest.mark.parametrize("service", SERVICES)
def test_every_schema_has_a_plain_name_and_a_title(service: str) -> None:
    schemas = document(service)["components"]["schemas"]
    assert [name for name in schemas if not name.isalnum()] == []
    assert [name for name, schema in schemas.items() if not schema.get("title")] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_points_at_a_schema(service: str) -> None:
    schemas = document(service)["components"]["schemas"]
    pointed = {reference.rpartition("/")[2] for reference in _references(document(service))}
    assert pointed <= schemas.keys()


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from _references(inner)


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_is_said_to_be_bytes(service: str) -> None:
    """Generators leave out an operation with a body or an answer of no schema, and read an upload as text."""
    contents = [
        (name, media_type, content.get("schema"))
        for name, operation in operations(service)
        for part in [operation.get("requestBody", {}), *operation["responses"].values()]
        for media_type, content in part.get("content", {}).items()
    ]
    assert [where for where in contents if not where[2] and where[1] != "application/json"] == []
    uploads = [
        field
        for schema in document(service)["components"]["schemas"].values()
        for field in schema.get("properties", {}).values()
        if field.get("contentMediaType")
    ]
    assert [field for field in uploads if field.get("format") != "binary"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_list_says_how_it_can_be_sorted(service: str) -> None:
    silent = [
        name
        for name, operation in operations(service)
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "sort" and "enum" not in parameter["schema"]
    ]
    assert silent == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_only_answers_hold_is_always_there(service: str) -> None:
    """A client need not ask whether ``next_cursor`` or the errors of a problem exist."""
    schemas = document(service)["components"]["schemas"]
    pages = [schema for name, schema in schemas.items() if name.endswith("Page")]
    for schema in [*pages, schemas["Problem"], schemas["FieldError"]]:
        assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_learns_where_to_call_and_where_to_sign_in(service: str) -> None:
    assert document(service)["servers"] == [{"url": f"/{service}", "description": "behind the gateway"}]
    sign_in = document(service)["components"]["securitySchemes"]["signIn"]
    assert sign_in["type"] == "openIdConnect"
    assert sign_in["openIdConnectUrl"].endswith("/.well-known/openid-configuration")
