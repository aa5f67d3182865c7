"""The access matrix of questionnaires, requests to change data, agreements and the resource map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import FieldGroup, Relation, Role
from contracts.identifiers import named_id
from intake.directory.model.agreements import Agreement
from intake.directory.model.resources import Resource
from intake.main import service
from intake.portal.model.changes import DataChange
from intake.testing import SMOLENSK, Route, organisation
from intake.testing.portal import ANSWERS, OBLAST, accepted

RESOURCES = {"questionnaire", "data_change", "agreement", "resource_map"}
ROUTES = [route for room in service.rooms if room.api for route in room.api.routes]
ALL = matrix(door for door in doors(ROUTES) if door.permission.partition(":")[0] in RESOURCES)
SAMPLED = list({(cell.door, cell.outcome, cell.fields): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
SHOWN = {
    FieldGroup.CONTACT: ANSWERS["child_name"],
    FieldGroup.SOCIAL: ANSWERS["note"],
    FieldGroup.HEALTH: ANSWERS["diagnosis"],
}
BODIES: dict[str, dict[str, Any]] = {
    "/questionnaires": {"region": "atlantis"},
    "/questionnaires/{questionnaire_id}": {"sex": "x"},
    "/data-changes/{data_change_id}/decide": {"accept": False, "reason_code": "moon"},
    "/questionnaires/{questionnaire_id}/changes": {"sex": "x"},
    "/questionnaires/{questionnaire_id}/send": {"consents": []},
    "/questionnaires/{questionnaire_id}/return": {"reason_code": "moon"},
    "/questionnaires/{questionnaire_id}/health-consent": {"paper_seen": False},
    "/resources/{resource_id}": {
        "kind": "leisure",
        "theme": "magic",
        "title": "Кружок",
        "territory": "gagarin",
        "address": "ул. Новая, д. 2",
    },
}


@dataclass
class Scene:
    """A questionnaire with a request to change it, an agreement and a resource of the map."""

    app: Running
    change: DataChange
    agreement: Agreement
    resource: Resource


@pytest.fixture(scope="module")
async def scene(intake: Running) -> Scene:
    family = await intake.as_role("account")
    await family.post("/accounts")
    consultant = await Route(intake, OBLAST).person("konsultant.sever")
    card = await accepted(family, consultant)
    await consultant.post(f"/questionnaires/{card['id']}/health-consent", json={"paper_seen": True})
    change = await family.post(f"/questionnaires/{card['id']}/changes", json={"note": "новое"})
    async with intake.unit() as unit:
        return Scene(
            intake,
            await unit.session.get_one(DataChange, change.json()["id"]),
            await unit.session.get_one(Agreement, named_id("agreement", f"{SMOLENSK}/centre/С-1/2026")),
            await unit.session.get_one(Resource, named_id("resource", f"{SMOLENSK}/gagarin-pool")),
        )


async def caller(scene: Scene, cell: Cell) -> Caller:
    """Somebody of the role who stands to the record in exactly this relation."""
    if cell.role is Role.PUBLIC:
        return scene.app.client()
    resource = cell.door.permission.partition(":")[0]
    owner = {"agreement": organisation("centre", SMOLENSK), "resource_map": scene.resource.organisation_id}
    place = {"agreement": SMOLENSK}
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [owner.get(resource, scene.change.organisation_id)]},
        Relation.TERRITORY: {"territories": [place.get(resource, scene.change.territory)]},
        Relation.SELF: {"id": scene.change.principal_id},
    }
    return await scene.app.as_role(cell.role, **scopes.get(cell.relation, {}))


async def ask(who: Caller, cell: Cell, scene: Scene) -> Any:
    path = cell.door.path.format(
        questionnaire_id=scene.change.questionnaire_id,
        data_change_id=scene.change.id,
        agreement_id=scene.agreement.id,
        resource_id=scene.resource.id,
        file_id=scene.change.id,
    )
    if path.endswith("/files"):
        return await who.post(
            path, files={"file": ("a.txt", b"no document", "text/plain")}, params=cell.door.known({"kind": "photo"})
        )
    if cell.door.method == "GET":
        return await who.get(path, params=cell.door.known({"limit": 200, "region": SMOLENSK}))
    # a consent of the scene stays: nobody withdraws a version that is not there yet
    headers = {"If-Match": "999"} if path.endswith("-consent/withdraw") else {}
    return await who.request(cell.door.method, path, json=BODIES.get(cell.door.path, {}), headers=headers)


def check(answer: Any, cell: Cell, scene: Scene) -> None:
    own = {str(scene.change.id), str(scene.change.questionnaire_id), scene.agreement.number}
    told = any(mark in answer.text for mark in own)
    if "{file_id}" in cell.door.path and cell.outcome not in REFUSED:
        assert answer.status_code == 404, str(cell)
    elif cell.outcome in REFUSED:
        # an account the directory has not registered is told so, whatever it asks for
        unregistered = cell.role is Role.ACCOUNT and answer.json()["slug"] == "account_missing"
        assert answer.status_code == REFUSED[cell.outcome] or unregistered, f"{cell}: {answer.text}"
        assert not told
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, f"{cell}: {answer.text}"
        assert not told
    else:
        assert answer.status_code not in {401, 403, 404, 500}, f"{cell}: {answer.text}"
        if cell.door.path == "/questionnaires/{questionnaire_id}" and cell.door.method == "GET":
            shown = {group for group, words in SHOWN.items() if words in answer.text}
            assert shown == cell.fields & SHOWN.keys(), str(cell)


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_each_door_answers_as_the_policy_says(scene: Scene, cell: Cell) -> None:
    check(await ask(await caller(scene, cell), cell, scene), cell, scene)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(scene: Scene) -> None:
    for cell in ALL:
        check(await ask(await caller(scene, cell), cell, scene), cell, scene)
