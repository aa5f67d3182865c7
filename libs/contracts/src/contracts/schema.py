"""The frozen JSON schemas of events: how they are made, what breaks a reader, what may not travel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contracts.event import Event

Schema = dict[str, Any]

FORBIDDEN_WORDS = ("birth", "diagnos", "qualifier", "phone", "email", "address", "comment", "snils", "passport")
"""Words a field outside `Sealed` may not carry in its name."""


def event_schema(event: type[Event]) -> Schema:
    """The JSON Schema of an event's payload, with producer and meaning."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:marshrut:event:{event.type()}",
        "x-producer": event.producer,
        "x-aggregate": event.aggregate,
        **event.model_json_schema(mode="serialization"),
    }


def render(schema: Schema) -> str:
    """The committed text of a schema."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def breaking(old: Schema, new: Schema) -> list[str]:
    """What in the new schema a reader or a stored event of the old one stumbles over; empty when compatible.

    Compatible is: a new optional field, a new code in an enumeration (consumers are rolled out first).
    """
    return list(_breaks(_resolve(old, old), _resolve(new, new), ""))


def free_text(schema: Schema) -> list[str]:
    """Fields that could carry personal data: free strings, and names that promise it, outside `Sealed`."""
    return [path for path, node in _leaves(_resolve(schema, schema), "") if _is_free(path, node)]


def _resolve(node: Any, root: Schema) -> Any:
    if isinstance(node, list):
        return [_resolve(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name.startswith("Sealed"):
            return {"sealed": name}
        return _resolve({**root["$defs"][name], **{k: v for k, v in node.items() if k != "$ref"}}, root)
    return {key: _resolve(value, root) for key, value in node.items() if key not in {"$defs", "description", "title"}}


def _breaks(old: Schema, new: Schema, path: str) -> Iterator[str]:
    if _kind(old) != _kind(new):
        yield f"{path or '.'}: type changed"
        return
    for name, before in old.get("properties", {}).items():
        after = new.get("properties", {}).get(name)
        if after is None:
            yield f"{path}.{name}: removed"
        else:
            yield from _breaks(before, after, f"{path}.{name}")
    for name in set(new.get("required", [])) - set(old.get("required", [])):
        if name not in old.get("properties", {}):
            yield f"{path}.{name}: new and required"
    for value in set(old.get("enum", [])) - set(new.get("enum", [])):
        yield f"{path}: code {value} removed"
    if "items" in old:
        yield from _breaks(old["items"], new.get("items", {}), f"{path}[]")


def _kind(node: Schema) -> str:
    shape = {key: node.get(key) for key in ("type", "format", "pattern", "sealed")}
    options = sorted(_kind(option) for option in node.get("anyOf", []))
    return json.dumps([shape, options], sort_keys=True)


def _leaves(node: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    for name, child in node.get("properties", {}).items():
        yield from _leaves(child, f"{path}.{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from _leaves(node[key], f"{path}[]")
    for option in node.get("anyOf", []):
        yield from _leaves(option, path)
    if "properties" not in node and "items" not in node and "anyOf" not in node:
        yield path, node


def _is_free(path: str, node: Schema) -> bool:
    if "sealed" in node or node.get("type") == "null":
        return False
    name = path.rsplit(".", 1)[-1]
    if any(word in name for word in FORBIDDEN_WORDS):
        return True
    return node.get("type") == "string" and not {"format", "pattern", "enum", "const"} & node.keys()
