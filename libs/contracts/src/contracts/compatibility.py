"""What of a changed OpenAPI document breaks a client that was generated from the old one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def breaking_operations(old: Document, new: Document) -> Iterator[tuple[str, str]]:
    """Every breaking difference as the operation id of the old document and what breaks.

    Breaking are: an operation that is gone or named otherwise; a parameter or a field of a request that is gone, newly
    required, or takes less; a field of an answer that is gone, no longer certain, or says more kinds of things.
    """
    known = _operations(new)
    for place, operation in _operations(old).items():
        name = operation["operationId"]
        if place not in known:
            yield name, f"{place} is gone"
            continue
        now = known[place]
        if now["operationId"] != name:
            yield name, f"{place} is now called {now['operationId']}"
        for difference in _differences(operation, now, old, new):
            yield name, difference


def _operations(document: Document) -> dict[str, Any]:
    return {
        f"{verb.upper()} {path}": operation
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    }


def _differences(before: Any, after: Any, old: Document, new: Document) -> Iterator[str]:
    yield from _parameters(before, after, old, new)
    asked = _body(before.get("requestBody"), old), _body(after.get("requestBody"), new)
    if all(asked):
        yield from _narrower("request", *asked, old, new, frozenset())
    for status, answer in before["responses"].items():
        if status.startswith("2"):
            told = _body(answer, old), _body(after["responses"].get(status), new)
            if told[0] and not told[1]:
                yield f"answer {status} is gone"
            elif all(told):
                yield from _wider(f"answer {status}", *told, old, new, frozenset())


def _parameters(before: Any, after: Any, old: Document, new: Document) -> Iterator[str]:
    now = {parameter["name"]: parameter for parameter in after.get("parameters", ())}
    was = {parameter["name"]: parameter for parameter in before.get("parameters", ())}
    for name, parameter in was.items():
        if name not in now:
            yield f"parameter {name} is gone"
        else:
            yield from _narrower(f"parameter {name}", parameter["schema"], now[name]["schema"], old, new, frozenset())
    for name, parameter in now.items():
        if parameter.get("required") and not was.get(name, {}).get("required"):
            yield f"parameter {name} is newly required"


def _body(part: Any, document: Document) -> Any:
    content = (part or {}).get("content", {}).get("application/json", {}).get("schema")
    return _resolved(content, document) if content else None


def _resolved(schema: Any, document: Document) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _narrower(where: str, was: Any, now: Any, old: Document, new: Document, seen: frozenset[str]) -> Iterator[str]:
    """What a request may no longer say, or must say now."""
    was, now = _resolved(was, old), _resolved(now, new)
    if lost := _kinds(was, old) - _kinds(now, new):
        yield f"{where} no longer takes {', '.join(sorted(lost))}"
    if lost := _values(was) - _values(now):
        yield f"{where} no longer takes {', '.join(sorted(lost))}"
    for name in sorted(set(now.get("required", ())) - set(was.get("required", ()))):
        yield f"{where}.{name} is newly required"
    yield from _inside(where, was, now, old, new, seen, _narrower)


def _wider(where: str, was: Any, now: Any, old: Document, new: Document, seen: frozenset[str]) -> Iterator[str]:
    """What an answer no longer says for certain, or says in a way nobody expects."""
    was, now = _resolved(was, old), _resolved(now, new)
    if more := _kinds(now, new) - _kinds(was, old):
        yield f"{where} may be {', '.join(sorted(more))}"
    for name in sorted(set(was.get("required", ())) & set(now.get("properties", ())) - set(now.get("required", ()))):
        yield f"{where}.{name} may be missing"
    yield from _inside(where, was, now, old, new, seen, _wider)


def _inside(
    where: str, was: Any, now: Any, old: Document, new: Document, seen: frozenset[str], compare: Any
) -> Iterator[str]:
    title = str(was.get("title"))
    if title in seen and was.get("properties"):
        return
    deeper = seen | {title}
    for name, field in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            if now.get("properties") or not now.get("additionalProperties"):
                yield f"{where}.{name} is gone"
        else:
            yield from compare(f"{where}.{name}", field, now["properties"][name], old, new, deeper)
    if "items" in was and "items" in now:
        yield from compare(f"{where}[]", was["items"], now["items"], old, new, deeper)
    mine, theirs = _objects(was, old), _objects(now, new)
    if len(mine) == len(theirs) == 1 and ("anyOf" in was or "anyOf" in now):
        yield from compare(where, mine[0], theirs[0], old, new, seen)


def _alternatives(schema: Any, document: Document) -> list[Any]:
    return [_resolved(one, document) for one in schema.get("anyOf", schema.get("oneOf", [schema]))]


def _objects(schema: Any, document: Document) -> list[Any]:
    return [one for one in _alternatives(schema, document) if one.get("type") in ("object", "array")]


def _kinds(schema: Any, document: Document) -> set[str]:
    return {str(one["type"]) for one in _alternatives(schema, document) if "type" in one}


def _values(schema: Any) -> set[str]:
    return {str(value) for value in schema.get("enum", ())} or set()
