"""The doors every service has from the chassis, and proof that no route of any service stands outside a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from chassis.bus import dead_letters
from chassis.bus.dead_letters import LetterState
from chassis.bus.incoming import read
from chassis.http.openapi import api_routes
from chassis.run import Service
from chassis.testing.matrix import Cell, Door, Outcome, doors, matrix, sample
from chassis.testing.plugin import Runner
from chassis.testing.running import Message, Running
from contracts.access import Role
from fastapi import APIRouter
from fastapi.routing import APIRoute
from local_deploy.system import SERVICES

ROOT = Path(__file__).parents[2]
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
OF_THE_CHASSIS = ("/worklist", "/operations/")


def service_of(name: str) -> Service:
    service: Service = import_module(f"{name}.main").service
    return service


def common(service: Service) -> list[Door]:
    """The worklist and whatever operators have."""
    return [door for door in doors(api_routes(service.app())) if door.path.startswith(OF_THE_CHASSIS)]


def in_rooms(service: Service) -> list[Door]:
    """What the service's own matrix takes: the routes of its rooms."""
    routers: Sequence[APIRouter] = [room.api for room in service.rooms if room.api]
    return doors(route for router in routers for route in router.routes)


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_of_a_service_stands_in_its_matrix_or_in_this_one(name: str) -> None:
    service = service_of(name)
    routes = api_routes(service.app())
    everything = {(method, route.path) for route in routes for method in route.methods or ()}
    taken = {(door.method, door.path) for door in (*in_rooms(service), *common(service))}
    assert everything == taken
    own = ROOT / "services" / name / "tests" / "integration" / "test_matrix.py"
    assert own.exists()
    assert "doors(ROUTES" in own.read_text("utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_but_governed_routes_is_mounted(name: str) -> None:
    """FastAPI serves its own description unless told otherwise; nothing may answer outside of the policy."""
    app = service_of(name).app()
    ungoverned = {getattr(route, "path", "") for route in app.routes if not _governed(route)}
    assert ungoverned <= {"/openapi.json"}


def _governed(route: Any) -> bool:
    return isinstance(route, APIRoute) or hasattr(route, "original_router") or not getattr(route, "path", "")


@pytest.mark.parametrize("name", SERVICES)
async def test_the_common_doors_answer_as_the_policy_says(module_running: Runner, name: str) -> None:
    await _through(module_running, name, sample(matrix(common(service_of(name)))))


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
async def test_every_cell_of_the_common_doors_answers_as_the_policy_says(module_running: Runner, name: str) -> None:
    await _through(module_running, name, matrix(common(service_of(name))))


async def _through(running: Runner, name: str, cells: Sequence[Cell]) -> None:
    app = await running(service_of(name))
    letter_id = await _letter(app)
    for cell in cells:
        caller = app.client() if cell.role is Role.PUBLIC else await app.as_role(cell.role)
        answer = await caller.request(cell.door.method, cell.door.path.format(letter_id=letter_id))
        expected = {REFUSED[cell.outcome]} if cell.outcome in REFUSED else {200, 202}
        assert answer.status_code in expected, f"{cell}: {answer.text}"
        shows = cell.outcome is Outcome.ALLOWED and "/dead-letters" in cell.door.path
        assert (str(letter_id) in answer.text) == shows, str(cell)
        assert "payload" not in answer.text, f"{cell}: a dead letter is shown without what it says"
        assert cell.door.path != "/worklist" or answer.json().get("items") == [] or answer.is_error, str(cell)


async def _letter(app: Running) -> UUID:
    """A message nobody could read."""
    subscription = app.service.subscriptions[0]
    poison = read(Message("evt.poison", b"{", {"ce-id": "no id"}), subscription, 1)
    async with app.worker.transaction() as unit:
        await dead_letters.put(unit.session, "poisoned", poison, LetterState.OPEN, error="UnreadableError")
        (letter,) = await dead_letters.listed(unit.session)
    return letter.id
