"""Examples of request bodies for tests: every JSON body of a service shows one, and each passes its own model.

An example stands on the body's model: ``model_config = ConfigDict(json_schema_extra={"examples": [...]})``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, params
from pydantic import TypeAdapter, ValidationError

from chassis.errors import DomainError
from chassis.http.door import operation_id
from chassis.http.openapi import api_routes


def without_example(app: FastAPI) -> list[str]:
    """The ids of the operations whose JSON body shows no example."""
    return sorted(name for name, body in _bodies(app) if not _examples(body))


def invalid_examples(app: FastAPI) -> list[str]:
    """The examples their own model refuses, as ``operationId: where is wrong``; the value is not repeated."""
    return sorted(fault for name, body in _bodies(app) for fault in _faults(name, body))


def _bodies(app: FastAPI) -> Iterator[tuple[str, TypeAdapter[Any]]]:
    for route in api_routes(app):
        field = route.body_field
        if not route.include_in_schema or field is None or isinstance(field.field_info, params.Form):
            continue
        body: Any = field.field_info.annotation
        yield operation_id(route), TypeAdapter(body)


def _examples(body: TypeAdapter[Any]) -> list[Any]:
    schema = body.json_schema()
    kept = schema.get("$defs", {})
    branches = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    shapes = [kept[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in branches]
    return [example for shape in shapes for example in shape.get("examples", ())]


def _faults(name: str, body: TypeAdapter[Any]) -> Iterator[str]:
    for example in _examples(body):
        try:
            body.validate_python(example)
        except ValidationError as error:
            yield from (f"{name}: {'.'.join(map(str, one['loc']))} {one['msg']}" for one in error.errors())
        except DomainError as error:
            yield f"{name}: {error.slug}"
