"""Names that stand in databases, on the bus or with callers stay when the code that uses them moves.

``stored_names.json`` is as of commit f20283f, before the rooms were divided. A name that is given up is struck out
there together with the upgrade that takes its rows along; new names are added with the feature.
"""

from __future__ import annotations

import ast
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from chassis.run import Service

ROOT = Path(__file__).parents[2]
STORED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "stored_names.json").read_text("utf-8"))
SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")


def service_of(name: str) -> Service:
    """The declared service."""
    found = importlib.import_module(f"{name}.main").service
    assert isinstance(found, Service)
    return found


def stored_names(name: str) -> dict[str, Any]:
    """Timers, durables (dead letters are kept under the same names), permissions, tags, routes and tables."""
    service = service_of(name)
    document = service.app().openapi()
    operations = [
        (f"{verb.upper()} {path}", operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    return {
        "timers": sorted(kind for router in service.timer_routers for kind in router.handlers),
        "durables": sorted(subscription.durable(name) for subscription in service.subscriptions),
        "permissions": sorted({operation["x-permission"] for _, operation in operations}),
        "tags": sorted({tag for _, operation in operations for tag in operation.get("tags", ())}),
        "routes": sorted(route for route, _ in operations),
        "tables": sorted(service.base.metadata.tables),
        "guarded": sorted(entry.table for entry in service.guarded),
    }


def literals(name: str) -> set[str]:
    """Every string written out in a service's code."""
    return {
        node.value
        for path in (ROOT / "services" / name / "src" / name).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("service", SERVICES)
def test_no_stored_name_is_lost(service: str) -> None:
    today = stored_names(service)
    wanted = {group: names for group, names in STORED[service].items() if group in today}
    lost = {group: sorted(set(names) - set(today[group])) for group, names in wanted.items()}
    assert {group: names for group, names in lost.items() if names} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_no_new_name_comes_without_being_listed(service: str) -> None:
    today, listed = stored_names(service), STORED[service]
    new = {group: sorted(set(names) - set(listed[group])) for group, names in today.items()}
    assert {group: names for group, names in new.items() if names} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_every_kind_of_work_keeps_its_name(service: str) -> None:
    assert set(STORED[service]["work"]) <= literals(service)
