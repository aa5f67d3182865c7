"""A pytest plugin that breaks the protection on purpose before a service's matrix runs (``PLANTED=<name>``).

What the matrix expects stays as the policy says: `chassis.testing.matrix` keeps the lines it has read before the fault.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from contracts import access
from contracts.access import Relation, Role


def _policy(change: Callable[[access.Grant], access.Grant]) -> None:
    """Run-time check and row security see other lines than the matrix."""
    import_module("chassis.testing.matrix")
    rls: Any = import_module("chassis.access.rls")
    access.POLICY = rls.POLICY = tuple(map(change, access.POLICY))


def _line(of: Role, resource: str, **changes: Any) -> Callable[[access.Grant], access.Grant]:
    def change(line: access.Grant) -> access.Grant:
        return replace(line, **changes) if (line.role, line.resource) == (of, resource) else line

    return change


def line_without_relation() -> None:
    """Any family reads any visit."""
    _policy(_line(Role.FAMILY, "visit", relation=Relation.ANY))


def line_for_another_role() -> None:
    """What the head may do with a message, a host may do instead."""
    _policy(_line(Role.HEAD, "message", role=Role.HOST))


def line_with_one_action_more() -> None:
    """Specialists decide what became of a message."""
    _policy(_line(Role.SPECIALIST, "message", actions=frozenset({"read", "confirm"})))


def row_policy_open() -> None:
    """Rows of messages are shown to everybody with a role that reads messages at all."""
    _row_policy("messages", "(true)")


def row_policy_dropped() -> None:
    """No row of a message is shown to anybody."""
    _row_policy("messages", None)


def _row_policy(table: str, condition: str | None) -> None:
    rls: Any = import_module("chassis.access.rls")
    made = rls._policy

    def planted(on: str, roles: str, command: str, found: str, who: str = "api") -> str:
        if on != table or who != "api" or command != "SELECT":
            return str(made(on, roles, command, found, who))
        return str(made(on, roles, command, condition, who)) if condition else "SELECT 1"

    rls._policy = planted


def mapping_without_a_relation() -> None:
    """Reports lose the column that says whose organisation a row belongs to."""
    _mapping("reporting.projections", {Relation.TERRITORY: ("territory", "region")})


def mapping_to_a_wrong_column() -> None:
    """A report is taken to belong to whoever may see any of the region's children."""
    _mapping("reporting.projections", {Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: "region"})


def _mapping(room: str, columns: dict[Relation, Any]) -> None:
    module: Any = import_module(f"{room}.access")
    module.GUARDED = tuple(replace(entry, columns=columns) for entry in module.GUARDED)


def pytest_configure() -> None:
    globals()[os.environ["PLANTED"]]()
