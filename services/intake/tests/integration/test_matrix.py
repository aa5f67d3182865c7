"""The access matrix of intake's doors: status, and which groups of fields an answer shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import FieldGroup, Relation, Role
from contracts.cases import ConsentRecorded
from contracts.identifiers import ConsentForm, Purpose, named_id
from intake.applications.model.application import Application
from intake.applications.model.duplicates import Duplicate
from intake.main import service
from intake.testing import MOSCOW, Route, filled_form, organisation

OTHERS = {"referrals", "extracts", "agencies", "outreach", "enquiries"}
"""Rooms whose records are another family's; their matrices are `test_outreach_matrix` and
`test_enquiries_matrix`."""
ROUTES = [route for room in service.rooms if room.api and room.name not in OTHERS for route in room.api.routes]
ELSEWHERE = {"questionnaire", "data_change", "agreement", "resource_map"}
"""Resources with a scene of their own: `test_portal_matrix`."""
ALL = matrix(door for door in doors(ROUTES) if door.permission.partition(":")[0] not in ELSEWHERE)
# one cell for each door and each answer it can give; the slow test below goes through all of them
SAMPLED = list({(cell.door, cell.outcome, cell.fields): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
OWN = {"/accounts/me", "/accounts/me/preferences", "/accounts/me/export"}
"""One's own account and nobody else's, whatever one's relation to the application."""

PDF = b"%PDF-1.7\n%%EOF\n"
SHOWN = {
    FieldGroup.CONTACT: "Тополев Мирон",
    FieldGroup.SOCIAL: "Родился раньше срока",
    FieldGroup.HEALTH: "перинатальное",
}
STAFF = named_id("principal", f"{MOSCOW}/head.yug")
BODIES: dict[str, dict[str, Any]] = {
    "/applications": filled_form(),
    "/applications/{application_id}/calls": {"outcome": "no_answer"},
    "/applications/{application_id}/hand-over": {"serving_organisation_id": str(organisation("early-help-south"))},
    "/applications/{application_id}/return": {"reason_code": "moon_phase"},
    "/applications/{application_id}/binding-code": {"documents_seen": False},
    "/applications/{application_id}/territories": {"residence": MOSCOW, "responsible": MOSCOW},
    "/applications/{application_id}/duplicates/{duplicate_id}": {"same": True},
    "/accounts/me/bindings": {"code": "no code"},
    "/staff/{principal_id}": {"roles": ["family"]},
}


@dataclass
class Scene:
    """An accepted application whose every group has a ground, and the people around it."""

    app: Running
    application: Application
    token: str
    file_id: str
    duplicate_id: UUID


@pytest.fixture(scope="module")
async def scene(intake: Running) -> Scene:
    route = Route(intake)
    coordinator, head = await route.person("koordinator.moskva"), await route.person("head.sever")
    doctor = await intake.as_role("doctor")
    card = await route.handed_over(coordinator, "early-help-north", by=doctor, territory=f"{MOSCOW}/severny")
    await head.post(f"/applications/{card['id']}/accept")
    family = intake.client(status_token=card["status_token"])
    sent = await family.post("/applications/status/files", files={"file": ("a.pdf", PDF, "application/pdf")})
    consent = ConsentRecorded(
        case_id=uuid4(),
        consent_id=uuid4(),
        application_id=UUID(card["id"]),
        child_id=UUID(card["child_id"]),
        representative_id=UUID(card["representative_id"]),
        purpose=Purpose.HEALTH,
        form=ConsentForm.PAPER,
        given_on="2026-03-02",
    )
    assert await intake.deliver(consent, subject=consent.case_id) is None
    async with intake.unit() as unit:
        duplicate = Duplicate(
            id=uuid4(),
            application_id=UUID(card["id"]),
            earlier_id=uuid4(),
            state="found",
            reasons=["name", "phone"],
            found_at=unit.now,
        )
        unit.session.add(duplicate)
        found = await unit.session.get_one(Application, card["id"])
        return Scene(intake, found, card["status_token"], sent.json()["id"], duplicate.id)


async def caller(scene: Scene, cell: Cell) -> Caller:
    """Somebody of the role who stands to the record in exactly this relation."""
    found, relation = scene.application, cell.relation
    staff = cell.door.permission.startswith("staff:")
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {
            "organisation_ids": [organisation("early-help-south") if staff else found.organisation_id]
        },
        Relation.SERVING: {"organisation_ids": [found.serving_organisation_id]},
        Relation.TERRITORY: {"territories": [MOSCOW if staff else found.territory]},
        Relation.CHILD: {"child_ids": [found.child_id]},
        Relation.COORDINATOR: {"id": found.coordinator_id},
        Relation.SELF: {"id": found.filed_by},
    }
    made = (
        scene.app.client()
        if cell.role is Role.PUBLIC
        else await scene.app.as_role(cell.role, **scopes.get(relation, {}))
    )
    if relation is Relation.TOKEN:
        made.headers["Status-Token"] = scene.token
    return made


async def ask(who: Caller, cell: Cell, scene: Scene) -> Any:
    path = cell.door.path.format(
        application_id=scene.application.id,
        file_id=scene.file_id,
        principal_id=STAFF,
        region="moscow-oblast" if "questionnaire" in cell.door.path else MOSCOW,
        duplicate_id=scene.duplicate_id,
    )
    if path.endswith(("/files", "/protocol", "/import")):
        document = {"file": ("a.txt", b"not a document", "text/plain")}
        return await who.post(path, files=document, params=cell.door.known({"region": MOSCOW}))
    body = None if cell.door.method == "GET" else BODIES.get(cell.door.path, {})
    return await who.request(
        cell.door.method, path, json=body, params=cell.door.known({"limit": 200}) if body is None else None
    )


def check(answer: Any, cell: Cell, scene: Scene) -> None:
    number = scene.application.number
    if cell.door.path in OWN and cell.outcome not in REFUSED:
        assert answer.status_code in {200, 404, 409, 422}, f"{cell}: {answer.text}"
        assert number not in answer.text
    elif cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        assert number not in answer.text
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, f"{cell}: {answer.text}"
        assert number not in answer.text
    else:
        closed = cell.door.path.endswith("{file_id}") and FieldGroup.HEALTH not in cell.fields
        assert (answer.status_code == 403) if closed else answer.status_code not in {401, 403, 404, 500}, str(cell)
        if cell.door.path == "/applications/{application_id}":
            shown = {group for group, words in SHOWN.items() if words in answer.text}
            assert shown == cell.fields & SHOWN.keys(), str(cell)


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_each_door_answers_as_the_policy_says(scene: Scene, cell: Cell) -> None:
    check(await ask(await caller(scene, cell), cell, scene), cell, scene)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(scene: Scene) -> None:
    for cell in ALL:
        check(await ask(await caller(scene, cell), cell, scene), cell, scene)
