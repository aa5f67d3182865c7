"""Two edits of one report, made without knowing of each other: nothing that was written vanishes (trap T1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Clash(NamedTuple):
    """One field with two values: what stands now, and what another device brought."""

    field: str
    kept: Any
    offered: Any


class Merged(NamedTuple):
    """``applied``: fields to change and their new values; ``clashes``: fields a person has to decide."""

    applied: dict[str, Any]
    clashes: tuple[Clash, ...]


def merge(
    current: Mapping[str, Any], changed_at: Mapping[str, int], base_version: int, offered: Mapping[str, Any]
) -> Merged:
    """Lay what a device offers over what stands.

    Args:
        current: the report as it stands.
        changed_at: the version in which each field was last changed; a field that is not there never was.
        base_version: the version the device had seen.
        offered: the fields the device brings; a field it does not bring is not touched.
    """
    applied: dict[str, Any] = {}
    clashes: list[Clash] = []
    for field, value in offered.items():
        if current.get(field) == value:
            continue
        if changed_at.get(field, 0) > base_version:
            clashes.append(Clash(field, current.get(field), value))
        else:
            applied[field] = value
    return Merged(applied, tuple(clashes))
