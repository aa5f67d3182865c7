"""The access matrix for tests: every route × role × relation with the expected outcome.

Expectations are worked out here straight from the lines of `contracts.access`, on purpose without
`chassis.access.policy` and `chassis.access.rls`: a fault there must show as a difference. A hand-written truth table
guards this module in turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contracts.access import GROUND, POLICY, READ_ACTIONS, FieldGroup, Grant, Relation, Role
from starlette.routing import BaseRoute


class Outcome(StrEnum):
    """The expected answer of a cell; the value is the class of the HTTP status."""

    ALLOWED = "allowed"
    """Passes the access check: 2xx, or a refusal that has nothing to do with access (409, 422)."""
    EMPTY = "empty"
    """A list answers 200 and does not contain the record."""
    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"


@dataclass(frozen=True, slots=True, order=True)
class Door:
    """One route with its permission."""

    method: str
    path: str
    permission: str
    record: str = ""
    """The resource of the record in the path, where the permission is about a part of it (a consent of a file)."""
    parameters: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """The query parameters the route knows."""

    def known(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a query that the route knows; every door refuses an unknown parameter."""
        return {name: value for name, value in query.items() if name in self.parameters}

    @property
    def names_record(self) -> bool:
        """Whether the path carries the id of a record, so that its relation to the caller counts."""
        return "{" in self.path


@dataclass(frozen=True, slots=True)
class Cell:
    """A caller of one role standing in one relation (None: a stranger) to the record behind the door.

    ``fields`` are the groups a full answer shows when every consent stands, ``sealed`` those that vanish without it.
    """

    door: Door
    role: Role
    relation: Relation | None
    outcome: Outcome
    fields: frozenset[FieldGroup] = frozenset()
    sealed: frozenset[FieldGroup] = frozenset()

    def __str__(self) -> str:
        relation = self.relation or "stranger"
        return f"{self.door.method} {self.door.path} as {self.role}, {relation}: {self.outcome}"


_PERSONAL = frozenset({Relation.SELF, Relation.TOKEN})
# What a role can be at all: the rest of the axis would only repeat the stranger.
_POSSIBLE = {
    Role.PUBLIC: frozenset({Relation.TOKEN}),
    Role.ACCOUNT: _PERSONAL,
    Role.FAMILY: _PERSONAL | {Relation.CHILD},
    Role.HOST: _PERSONAL | {Relation.ORGANISATION, Relation.SERVING},
}
_STAFF = _PERSONAL | {
    Relation.ORGANISATION, Relation.SERVING, Relation.TERRITORY, Relation.COORDINATOR, Relation.TEAM,
}  # fmt: skip


def doors(routes: Iterable[BaseRoute], part_of: Mapping[str, str] | None = None) -> list[Door]:
    """The doors behind a service's routes (``openapi.api_routes(app)``); ``LookupError`` for one without permission.

    ``part_of``: resources that are parts of another record, such as ``{"consent": "case_file"}``.
    """
    found = []
    for route in routes:
        declared = getattr(route, "door", None)
        if declared is None:
            continue
        path = str(getattr(route, "path", ""))
        if not declared.permission:
            raise LookupError(f"{path} names no permission")
        permission = str(declared.permission)
        record = (part_of or {}).get(permission.partition(":")[0], "")
        asked: frozenset[str] = getattr(route, "query_names", frozenset())
        found += [Door(method, path, permission, record, asked) for method in sorted(getattr(route, "methods", ()))]
    return sorted(found)


def matrix(through: Iterable[Door]) -> list[Cell]:
    """Every cell, in a stable order."""
    callers = [role for role in Role if role is not Role.SYSTEM]
    return [cell for door in through for role in callers for cell in _cells(door, role)]


def _cells(door: Door, role: Role) -> Iterator[Cell]:
    listing = door.method == "GET" and not door.names_record
    # Creating something names no record yet: the relation of what is created is the command's business.
    axis = [None, Relation.TOKEN] if _by_token(door) else _axis(role) if door.names_record or listing else [None]
    for relation in axis:
        yield _expected(door, role, relation, listing)


def _axis(role: Role) -> list[Relation | None]:
    possible = _POSSIBLE.get(role, _STAFF)
    return [None, *(relation for relation in Relation if relation in possible)]


def _expected(door: Door, role: Role, relation: Relation | None, listing: bool) -> Cell:
    resource, _, action = door.permission.partition(":")
    held = [line for line in POLICY if line.role in (role, Role.PUBLIC)]
    mine = [line for line in held if line.resource == (door.record or resource)]
    may = [line for line in held if line.resource == resource and action in line.actions]
    if not may:
        return Cell(door, role, relation, Outcome.UNAUTHENTICATED if role is Role.PUBLIC else Outcome.FORBIDDEN)
    if _by_token(door) and relation is not Relation.TOKEN:
        return Cell(door, role, relation, Outcome.NOT_FOUND)
    if any(_applies(line, relation) for line in may) or not (door.names_record or listing):
        shown = _shown(mine, relation)
        return Cell(door, role, relation, Outcome.ALLOWED, shown, shown & set(GROUND))
    if listing:
        return Cell(door, role, relation, Outcome.EMPTY)
    return Cell(door, role, relation, Outcome.FORBIDDEN if _shown(mine, relation) else Outcome.NOT_FOUND)


def _applies(line: Grant, relation: Relation | None) -> bool:
    return line.relation is Relation.ANY or line.relation is relation


def _shown(mine: Sequence[Grant], relation: Relation | None) -> frozenset[FieldGroup]:
    groups: set[FieldGroup] = set()
    for line in mine:
        if _applies(line, relation) and not line.actions.isdisjoint(READ_ACTIONS):
            groups |= line.fields
    return frozenset(groups)


def _by_token(door: Door) -> bool:
    """Whether the record is named by the status token alone (``/applications/status``)."""
    resource, _, action = door.permission.partition(":")
    granted = [line for line in POLICY if line.resource == resource and action in line.actions]
    return any(line.relation is Relation.TOKEN for line in granted) and "/status" in door.path and not door.names_record


def sample(cells: Sequence[Cell]) -> list[Cell]:
    """A pairwise sample: every (door, role), (door, relation) and (role, relation) that occurs is in it. Stable."""
    chosen: list[Cell] = []
    covered: set[tuple[int, object, object]] = set()
    for cell in sorted(cells, key=_shuffled):
        # Tagged, because Role.COORDINATOR equals Relation.COORDINATOR: both are the same text.
        pairs = {(1, cell.door, cell.role), (2, cell.door, cell.relation), (3, cell.role, cell.relation)}
        if not pairs <= covered:
            covered |= pairs
            chosen.append(cell)
    return chosen


def _shuffled(cell: Cell) -> bytes:
    return hashlib.sha256(f"{cell} {cell.door.permission}".encode()).digest()
