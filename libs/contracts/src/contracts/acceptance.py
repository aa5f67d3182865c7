"""Whether one JSON schema takes everything that another one allows. Pure.

`refusals` tells what a *taker* may refuse of what is *given*. A request is given by the old client and taken by the new
service; an answer is given by the new service and taken by the old client.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAME = ("pattern", "multipleOf", "uniqueItems")
_WIDE = {"integer": {"integer", "number"}}
_NO_VALUES = frozenset({"null", "boolean"})


@dataclass(frozen=True, slots=True)
class Side:
    """A schema and the document in which its references point."""

    schema: Mapping[str, Any]
    document: Mapping[str, Any]

    def at(self, schema: Any) -> Side:
        """Another schema of the same document, with references followed."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return Side(schema, self.document)

    @property
    def alternatives(self) -> list[Side]:
        """What the value may be, one kind each; unions within unions lie flat."""
        here = self.at(self.schema)
        options = here.schema.get("anyOf") or here.schema.get("oneOf")
        if options is None and isinstance(kinds := here.schema.get("type"), list):
            options = [{**here.schema, "type": kind} for kind in kinds]
        if options is None:
            return [here]
        return [one for option in options for one in here.at(option).alternatives]

    @property
    def kind(self) -> str | None:
        """The JSON type; None where any is allowed."""
        if "type" in self.schema:
            return str(self.schema["type"])
        if "properties" in self.schema:
            return "object"
        kinds = {_kind(value) for value in self.values or ()}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def values(self) -> frozenset[Any] | None:
        """The closed list of values; None where it is open."""
        if "const" in self.schema:
            return frozenset({self.schema["const"]})
        return frozenset(self.schema["enum"]) if "enum" in self.schema else None

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.schema.get("title") or self.kind or "anything")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing a taker may refuse: where (a path below the whole), of what sort, and what.

    ``sort``: ``gone``, ``missing`` (not certain to be there where it must be), ``more`` (said but not taken).
    """

    path: str
    sort: str
    what: str = ""

    def of_request(self, where: str) -> str:
        """In words, where the new service refuses what an old client says."""
        words = {"gone": "is gone", "missing": "is newly required"}
        return f"{where}{self.path} {words.get(self.sort, f'no longer takes {self.what}')}"

    def of_answer(self, where: str) -> str:
        """In words, where an old client does not take what the new service says."""
        words = {"gone": "is gone", "missing": "may be missing"}
        return f"{where}{self.path} {words.get(self.sort, f'may be {self.what}')}"


def refusals(given: Side, taker: Side, *, answering: bool = False) -> Iterator[Refusal]:
    """What the taker may refuse of the given.

    Args:
        given: what may be said.
        taker: what is understood.
        answering: the given is an answer. A client reads what it knows: more fields harm nobody, a missing one does.
            Bounds are not looked at, for clients do not check them.
    """
    yield from _Comparison(answering).of(given, taker, "", frozenset())


@dataclass(frozen=True, slots=True)
class _Comparison:
    answering: bool

    def of(self, given: Side, taker: Side, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Refusal]:
        """Every alternative of the given finds one of the taker's."""
        pair = (id(given.at(given.schema).schema), id(taker.at(taker.schema).schema))
        if pair in seen:
            return
        said, options = given.alternatives, taker.alternatives
        union = max(len(said), len(options)) > 1
        for one in said:
            fitting = [option for option in options if _fits(one, option)]
            meant = _meant(one, fitting) if union and one.kind == "object" else fitting
            yield from self._one(one, meant, path, seen | {pair})

    def _one(self, given: Side, fitting: list[Side], path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Refusal]:
        if not fitting:
            yield Refusal(path, "more", _words(given))
            return
        found = [list(self._same_kind(given, option, path, seen)) for option in fitting]
        if len(found) > 1 and given.values is not None:
            lacking = given.values - frozenset().union(*(option.values or given.values for option in fitting))
            found = [[Refusal(path, "more", str(value)) for value in sorted(lacking, key=str)]]
        yield from min(found, key=len)

    def _same_kind(self, given: Side, taker: Side, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Refusal]:
        if taker.values is not None:
            yield from _values(given, taker, path)
        if not self.answering:
            yield from _bounds(given, taker, path)
        if given.schema.get("format") != taker.schema.get("format") and "format" in taker.schema:
            yield Refusal(path, "more", f"what is no {taker.schema['format']}")
        if given.kind == taker.kind == "object":
            yield from self._fields(given, taker, path, seen)
        if "items" in taker.schema:
            yield from self.of(
                given.at(given.schema.get("items", {})), taker.at(taker.schema["items"]), f"{path}[]", seen
            )

    def _fields(self, given: Side, taker: Side, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Refusal]:
        said, known = given.schema.get("properties", {}), taker.schema.get("properties", {})
        expected = known if self.answering else said
        for name in sorted(set(expected) - set(said if self.answering else known)):
            yield from self._lost(expected[name], given, taker, f"{path}.{name}", seen)
        certain, needed = set(given.schema.get("required", ())), set(taker.schema.get("required", ()))
        there = needed & set(said) if self.answering else needed
        for name in sorted(there - certain):
            yield Refusal(f"{path}.{name}", "missing")
        for name in sorted(set(said) & set(known)):
            yield from self.of(given.at(said[name]), taker.at(known[name]), f"{path}.{name}", seen)
        more, taken = given.schema.get("additionalProperties"), taker.schema.get("additionalProperties")
        if isinstance(taken, Mapping) and not said:
            yield from self.of(
                given.at(more if isinstance(more, Mapping) else {}), taker.at(taken), f"{path}{{}}", seen
            )

    def _lost(
        self, field: Any, given: Side, taker: Side, path: str, seen: frozenset[tuple[int, int]]
    ) -> Iterator[Refusal]:
        """A named field of one side that the other has only as an entry of a map, or not at all."""
        other = given if self.answering else taker
        if isinstance(entries := other.schema.get("additionalProperties"), Mapping):
            sides = (given.at(entries), taker.at(field)) if self.answering else (given.at(field), taker.at(entries))
            yield from self.of(*sides, path, seen)
        else:
            yield Refusal(path, "gone")


def _fits(given: Side, taker: Side) -> bool:
    """Whether the two speak of one kind of value at all."""
    if taker.kind is None:
        return True
    return given.kind is not None and taker.kind in _WIDE.get(given.kind, {given.kind})


def _meant(given: Side, options: list[Side]) -> list[Side]:
    """The members of a union that the given one may be: of the same marks, and of the same name if one has it."""
    alike = [option for option in options if all(mine == theirs for mine, theirs in _marks(given, option))]
    return [option for option in alike if option.title == given.title] or alike


def _marks(given: Side, taker: Side) -> Iterator[tuple[Any, Any]]:
    """Fields with one fixed value on both sides: what tells the members of a union apart."""
    own = given.schema.get("properties", {})
    for name, part in taker.schema.get("properties", {}).items():
        mine, theirs = given.at(own.get(name, {})).schema, taker.at(part).schema
        if "const" in mine and "const" in theirs:
            yield mine["const"], theirs["const"]


def _values(given: Side, taker: Side, path: str) -> Iterator[Refusal]:
    if given.values is None:
        if given.kind not in _NO_VALUES:
            yield Refusal(path, "more", f"any {given.kind or 'value'}")
        return
    for value in sorted(given.values - (taker.values or frozenset()), key=str):
        yield Refusal(path, "more", str(value))


def _bounds(given: Side, taker: Side, path: str) -> Iterator[Refusal]:
    for name in (*_LOWER, *_UPPER):
        if (now := taker.schema.get(name)) is None or given.values is not None:
            continue
        was = given.schema.get(name)
        if was is None or (now > was if name in _LOWER else now < was):
            yield Refusal(path, "more", f"what {name} {now} forbids")
    for name in _SAME:
        if name in taker.schema and given.values is None and taker.schema[name] != given.schema.get(name):
            yield Refusal(path, "more", f"what breaks {name} {taker.schema[name]}")


def _words(given: Side) -> str:
    if given.kind == "object":
        return given.title if given.schema.get("title") else "object"
    return given.kind or "anything"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
