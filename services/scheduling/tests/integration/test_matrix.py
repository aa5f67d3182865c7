"""The access matrix of this service's doors: status, and whose records an answer shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from chassis.http.openapi import api_routes
from chassis.testing.matrix import Cell, Door, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import Relation, Role
from scheduling.main import service
from scheduling.testing import (
    BRIGADE,
    CENTRE,
    COORDINATION,
    CREW,
    HOST,
    MOTHER,
    NORTH,
    POINT,
    SMOLENSK,
    STREET,
    VEHICLE,
    Family,
    World,
    person,
)

TRIP_DAY = "2026-03-12"
SHEET = f"/day-sheets/{BRIGADE}/{TRIP_DAY}"
AIMED = {
    # the record is named by the query, by the body, or only by what the answer shows
    ("GET", "/first-appointment-slots"): "/first-appointment-slots?application_id={application_id}",
    ("POST", "/appointments"): "/appointments#{application_id}",
    ("GET", "/day-sheets/{brigade_id}/{day}"): SHEET,
}
# the operators' doors are the same in every service: tests/access
ROUTES = [route for route in api_routes(service.app()) if not route.path.startswith("/operations")]
DOORS = [replace(door, path=AIMED.get((door.method, door.path), door.path)) for door in doors(ROUTES)]
ALL = matrix(DOORS)
SAMPLED = list({(cell.door, cell.outcome, cell.fields): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
IN_MOSCOW = {"appointment", "readers"}
BODIES: dict[str, dict[str, Any]] = {
    "/specialists/{specialist_id}/absences": {"first_day": "2026-02-01", "last_day": "2026-02-01"},
    "/appointments/{appointment_id}/held": {"held_at": "2030-01-01T00:00:00Z"},
    "/appointments/{appointment_id}/cancel": {"reason_code": "moon_phase"},
    "/trips/{trip_id}/cancel": {"reason_code": "moon_phase"},
    "/sync-conflicts/{conflict_id}/resolve": {"choice": "kept"},
}


@dataclass
class Scene:
    """A booked first appointment in Moscow; a published month and trip in Smolensk with a conflict and an offer."""

    app: Running
    moscow: Family
    smolensk: Family
    ids: dict[str, Any] = field(default_factory=dict)

    def shown(self, door: Door) -> str:
        """What the answer of a list that shows the record contains."""
        listed = {"/specialists": "specialist_id", "/appointments": "appointment_id", "/visits": "visit_id"}
        listed |= {
            "/plans": "plan_id",
            "/trips": "trip_id",
            "/invitations": "trip_id",
            "/sync-conflicts": "conflict_id",
        }
        return str(self.ids[listed[door.path]]) if door.method == "GET" and door.path in listed else ""


@pytest.fixture(scope="module")
async def scene(scheduling: Running) -> Scene:
    world = World(scheduling)
    scene = Scene(scheduling, await world.moscow_family(), await world.with_programme())
    scene.ids |= {"application_id": scene.moscow.application_id, "specialist_id": CREW[0], "absence_id": uuid4()}
    away = {"id": str(scene.ids["absence_id"]), "first_day": "2026-12-01", "last_day": "2026-12-01"}
    assert (await (await world.head()).post(f"/specialists/{CREW[0]}/absences", json=away)).status_code == 201
    assert await scheduling.deliver(scene.moscow.opened(scheduling.clock.now())) is None
    await _book(world, scene)
    await _trip(world, scene)
    await _month(world, scene)
    return scene


async def _book(world: World, scene: Scene) -> None:
    coordinator, query = await world.coordinator(), {"application_id": str(scene.moscow.application_id)}
    slots = (await coordinator.get("/first-appointment-slots", params=query)).json()["in_time"]
    booked = await coordinator.post("/appointments", json=query | {"starts_at": slots[0]["starts_at"]})
    scene.ids["appointment_id"] = booked.json()["id"]


async def _trip(world: World, scene: Scene) -> None:
    head, host = await world.head(), await world.host()
    invited = [{"child_id": str(scene.smolensk.child_id), "services": ["psychologist_session"]}]
    people = [str(one) for one in CREW]
    wanted = {"point_id": str(POINT), "vehicle_id": str(VEHICLE), "specialist_ids": people, "invited": invited}
    trip = (await head.post("/trips", json=wanted | {"day": TRIP_DAY})).json()["id"]
    assert (await host.post(f"/trips/{trip}/confirm")).status_code == 200
    assert (await head.post(f"/trips/{trip}/publish")).status_code == 200
    scene.ids["trip_id"] = trip


async def _month(world: World, scene: Scene) -> None:
    head = await world.head()
    wanted = {"organisation_id": str(CENTRE), "region": SMOLENSK, "month": "2026-03"}
    plan = (await head.post("/plans", json=wanted)).json()
    for step in ("accept", "publish"):
        assert (await head.post(f"/plans/{plan['id']}/{step}")).status_code == 200
    first, second, *_ = [one["visit_id"] for one in plan["visits"] if one["mode"] == "home"]
    await _report(world, first, "nobody_home")
    await _report(world, first, "family_declined")
    await _report(world, second, "child_ill")
    await world.app.fire_timers()
    (conflict,) = (await head.get("/sync-conflicts")).json()["items"]
    waiting = (await head.get(f"/children/{scene.smolensk.child_id}/offers")).json()["items"]
    offer = next(one["offers"][0]["id"] for one in waiting if one["visit_id"] == second)
    scene.ids |= {"plan_id": plan["id"], "visit_id": first, "conflict_id": conflict["id"], "offer_id": offer}


async def _report(world: World, visit: str, outcome: str) -> None:
    said = {"client_id": str(uuid4()), "visit_id": visit, "base_version": 1, "outcome": outcome}
    item = said | {"reported_at": world.app.clock.now().isoformat()}
    answer = await (await world.specialist()).post("/day-sheets/sync", json={"device_id": "t", "items": [item]})
    assert answer.json()["items"][0]["status"] in {"applied", "conflict"}, answer.text


async def caller(scene: Scene, cell: Cell) -> Caller:
    """Somebody of the role who stands to the door's record in exactly this relation."""
    if cell.role is Role.PUBLIC:
        return scene.app.client()
    in_moscow = cell.door.permission.partition(":")[0] in IN_MOSCOW
    family = scene.moscow if in_moscow else scene.smolensk
    return await scene.app.as_role(cell.role, **_scope(family, cell.relation, in_moscow))


def _scope(family: Family, relation: Relation | None, in_moscow: bool) -> dict[str, Any]:
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [COORDINATION if in_moscow else CENTRE]},
        Relation.SERVING: {"organisation_ids": [NORTH if in_moscow else HOST]},
        Relation.TERRITORY: {"territories": [family.territory, family.region]},
        Relation.COORDINATOR: {"id": family.coordinator},
        Relation.TEAM: {"id": person(SMOLENSK, "specialist.smolensk1")},
        Relation.CHILD: {"child_ids": [family.child_id]},
    }
    return scopes.get(relation, {})


async def ask(who: Caller, cell: Cell, scene: Scene) -> Any:
    family = scene.moscow if cell.door.permission.startswith("readers:") else scene.smolensk
    path = cell.door.path.format(**scene.ids, child_id=family.child_id)
    if cell.door.method == "GET":
        return await who.get(path, params=cell.door.known({"limit": 200}) or None)
    past = {"application_id": str(scene.moscow.application_id), "starts_at": "2026-01-01T09:00:00Z"}
    body = past if path.startswith("/appointments#") else BODIES.get(cell.door.path, {})
    return await who.request(cell.door.method, path, json=body)


def check(answer: Any, cell: Cell, scene: Scene) -> None:
    mine = {str(id) for id in (*scene.ids.values(), scene.moscow.child_id, scene.smolensk.child_id)}
    leaked = {word for word in (*mine, MOTHER, STREET) if word in answer.text}
    if cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        assert not leaked, str(cell)
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, f"{cell}: {answer.text}"
        # a colleague reads the trip itself; whom it visits stands on the crew's sheet alone
        assert not leaked - ({str(scene.ids["trip_id"])} if cell.door.path == SHEET else set()), str(cell)
    else:
        assert answer.status_code not in {401, 403, 404, 500}, f"{cell}: {answer.text}"
        assert scene.shown(cell.door) in answer.text, str(cell)
        _check_special(answer, cell, leaked, scene)


def _check_special(answer: Any, cell: Cell, leaked: set[str], scene: Scene) -> None:
    if cell.door.path == "/worklist":
        entitled = cell.role in {Role.HEAD, Role.SPECIALIST} and cell.relation is not None
        assert entitled or not leaked - {str(scene.ids["trip_id"])}, str(cell)
        decides = (cell.role, cell.relation) == (Role.HEAD, Relation.ORGANISATION)
        assert not decides or scene.ids["conflict_id"] in leaked, str(cell)
    if cell.door.path == SHEET:
        assert str(scene.smolensk.child_id) in leaked, str(cell)
    if cell.door.path == "/trips/{trip_id}":
        named = cell.role is Role.HEAD or cell.relation is Relation.TEAM
        assert (str(scene.smolensk.child_id) in leaked) == named, f"{cell}: a host and a manager see counts"


def test_every_route_is_in_the_matrix() -> None:
    assert {cell.door for cell in ALL} == set(DOORS)
    assert len(DOORS) == len(ROUTES)
    assert all(isinstance(door, Door) and door.permission for door in DOORS)


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_each_door_answers_as_the_policy_says(scene: Scene, cell: Cell) -> None:
    check(await ask(await caller(scene, cell), cell, scene), cell, scene)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(scene: Scene) -> None:
    wrong: list[str] = []
    for cell in ALL:
        answer = await ask(await caller(scene, cell), cell, scene)
        try:
            check(answer, cell, scene)
        except AssertionError as error:
            wrong.append(str(error).partition("\n")[0][:300])
    assert not wrong


async def test_a_team_member_of_another_organisation_gets_the_times_without_the_address(scene: Scene) -> None:
    family = scene.smolensk
    outsider = await scene.app.as_role(Role.SPECIALIST, id=person(SMOLENSK, "specialist.smolensk1"))
    days = {one["starts_at"][:10] for one in (await outsider.get("/visits", params={"limit": 200})).json()["items"]}
    sheets = [await outsider.get(f"/day-sheets/{BRIGADE}/{day}") for day in sorted(days)]
    assert {answer.status_code for answer in sheets} == {200}
    assert str(family.child_id) in "".join(answer.text for answer in sheets)
    assert STREET not in "".join(answer.text for answer in sheets)
