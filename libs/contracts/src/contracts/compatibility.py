"""What of a changed OpenAPI document breaks a client that was generated from the old one. Pure.

A request breaks where the service no longer takes what the old client says; an answer breaks where the service says
what the old client does not take. Both are one question, asked with the roles exchanged: `contracts.acceptance`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from contracts.acceptance import Side, refusals

Document = Mapping[str, Any]


class Version(NamedTuple):
    """A description of an API as it once stood, with the change log of that moment."""

    document: Document
    changelog: str


def unannounced(versions: Sequence[Version]) -> Iterator[tuple[str, str]]:
    """Breaking differences between following versions that no change log names.

    A break is announced by its operation id in the change log it came with, or in the newest one.

    Args:
        versions: the oldest first, the newest being what the code says now.
    """
    told_now = announced(versions[-1].changelog)
    for old, new in pairwise(versions):
        told = told_now | announced(new.changelog)
        yield from (one for one in breaking_operations(old.document, new.document) if one[0] not in told)


def announced(changelog: str) -> frozenset[str]:
    """The operation ids in backticks under ``### Breaking …`` of the section Unreleased."""
    unreleased = changelog.partition("## [Unreleased]")[2].partition("\n## ")[0]
    parts = re.split(r"^### ", unreleased, flags=re.MULTILINE)
    return frozenset(name for part in parts if part.startswith("Breaking") for name in re.findall(r"`(\w+)`", part))


def breaking_operations(old: Document, new: Document) -> Iterator[tuple[str, str]]:
    """Every breaking difference as the operation id of the old document and what breaks.

    Breaking are: an operation that is gone, named otherwise or behind another sign-in; a parameter or a field of a
    request that is gone, newly required, or takes less; a field of an answer that is gone, no longer certain, or says
    something new: another kind of value, or one more value of a closed list, which a generated client may refuse.
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
        for difference in dict.fromkeys(_differences(operation, now, old, new)):
            yield name, difference


def _operations(document: Document) -> dict[str, Any]:
    return {
        f"{verb.upper()} {path}": operation
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    }


def _differences(before: Any, after: Any, old: Document, new: Document) -> Iterator[str]:
    yield from _doors(before, after)
    yield from _parameters(before, after, old, new)
    yield from _requests(before.get("requestBody"), after.get("requestBody"), old, new)
    for status, answer in before["responses"].items():
        if status.startswith("2"):
            yield from _answers(f"answer {status}", answer, after["responses"].get(status), old, new)


def _doors(before: Any, after: Any) -> Iterator[str]:
    """Ways to be let in: each alternative a name, or nothing at all."""
    now = [sorted(way) for way in after.get("security", ())]
    for way in before.get("security", ()):
        if now and sorted(way) not in now:
            yield f"no longer open by {', '.join(sorted(way)) or 'nothing at all'}"


def _parameters(before: Any, after: Any, old: Document, new: Document) -> Iterator[str]:
    was, now = _named(before), _named(after)
    for (place, name), parameter in was.items():
        if (place, name) not in now:
            yield f"parameter {name} is gone"
        else:
            given, taker = Side(parameter["schema"], old), Side(now[place, name]["schema"], new)
            yield from (told.of_request(f"parameter {name}") for told in refusals(given, taker))
    for key, parameter in now.items():
        if parameter.get("required") and not was.get(key, {}).get("required"):
            yield f"parameter {key[1]} is newly required"


def _named(operation: Any) -> dict[tuple[str, str], Any]:
    return {(str(one.get("in")), one["name"]): one for one in operation.get("parameters", ())}


def _requests(before: Any, after: Any, old: Document, new: Document) -> Iterator[str]:
    was, now = _bodies(before), _bodies(after)
    if after and after.get("required") and not (before and before.get("required")):
        yield "request is newly required"
    for media, schema in was.items():
        if media not in now:
            yield f"request no longer takes {media}"
        else:
            yield from (told.of_request("request") for told in refusals(Side(schema, old), Side(now[media], new)))


def _answers(where: str, before: Any, after: Any, old: Document, new: Document) -> Iterator[str]:
    was, now = _bodies(before), _bodies(after)
    if after is None:
        yield f"{where} is gone"
        return
    for media, schema in was.items():
        if media not in now:
            yield f"{where} is gone as {media}"
        else:
            given, taker = Side(now[media], new), Side(schema, old)
            yield from (told.of_answer(where) for told in refusals(given, taker, answering=True))


def _bodies(part: Any) -> dict[str, Any]:
    return {media: content.get("schema", {}) for media, content in ((part or {}).get("content") or {}).items()}
