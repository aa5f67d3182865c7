"""The door takes a request literally: dates, numbers and texts must be written as the published schema says.

Left alone pydantic reads 20190501 as the 22nd of August 1970, "yes" as true, and leaves U+0000 to the database.
Applied to every parameter and body of every route, so that no field of any room can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic_core import PydanticCustomError, PydanticKnownError, SchemaValidator

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d")
_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
"""U+0000, and surrogates that stand alone (JSON can write them down, UTF-8 cannot)."""
_NOT_SCHEMAS = frozenset({"metadata", "serialization", "default", "cls", "config"})
Check = Callable[[Any], Any]


def take_literally(app: FastAPI) -> None:
    """Make the validators of parameters and bodies of every API route literal; once, when all routers are included."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            _take_literally(context.dependant)


def _take_literally(needed: Dependant) -> None:
    for field in (*needed.path_params, *needed.query_params, *needed.header_params, *needed.body_params):
        adapter = field._type_adapter
        json = isinstance(field.field_info, params.Body) and not isinstance(field.field_info, params.Form)
        # else the validators pydantic keeps for the models themselves would be taken again
        adapter.validator = SchemaValidator(_literal(adapter.core_schema, json), _use_prebuilt=False)
    for inner in needed.dependencies:
        _take_literally(inner)


def _literal(part: Any, json: bool) -> Any:
    if isinstance(part, (list, tuple)):
        return type(part)(_literal(item, json) for item in part)
    if not isinstance(part, dict):
        return part
    node = {name: value if name in _NOT_SCHEMAS else _literal(value, json) for name, value in part.items()}
    kind = node.get("type")
    if not isinstance(kind, str):
        return node
    if json and kind == "bool":
        return {**node, "strict": True}
    check = _JSON_CHECKS.get(kind, _CHECKS.get(kind)) if json else _CHECKS.get(kind)
    return _checked(node, check) if check else node


def _checked(node: dict[str, Any], check: Check) -> dict[str, Any]:
    named = {"ref": node.pop("ref")} if "ref" in node else {}
    return {"type": "function-before", "function": {"type": "no-info", "function": check}, "schema": node, **named}


def _text(value: Any) -> Any:
    if isinstance(value, str) and (not value.isascii() or "\0" in value) and _UNSTORABLE.search(value):
        raise PydanticCustomError("bad_character", "the text holds U+0000 or half a character")
    return value


def _date(value: Any) -> Any:
    if _number(value) or (isinstance(value, str) and not _DATE.fullmatch(value)):
        raise PydanticKnownError("date_type")
    return value


def _datetime(value: Any) -> Any:
    if _number(value) or (isinstance(value, str) and not _DATE.match(value)):
        raise PydanticKnownError("datetime_type")
    return value


def _time(value: Any) -> Any:
    if _number(value) or (isinstance(value, str) and not _TIME.match(value)):
        raise PydanticKnownError("time_type")
    return value


def _int(value: Any) -> Any:
    if isinstance(value, (bool, str)):
        raise PydanticKnownError("int_type")
    return value


def _float(value: Any) -> Any:
    if isinstance(value, (bool, str)):
        raise PydanticKnownError("float_type")
    return value


def _number(value: Any) -> bool:
    return isinstance(value, (int, float))


# not strict: to JSON Schema 7.0 is a whole number too
_JSON_CHECKS: dict[str, Check] = {"int": _int, "float": _float}
_CHECKS: dict[str, Check] = {"str": _text, "date": _date, "datetime": _datetime, "time": _time}
