"""The access matrix of the journal's doors: status, and which groups of fields an answer shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import FieldGroup, Relation, Role
from intake.enquiries import api
from intake.enquiries.model.enquiry import Enquiry
from intake.testing import organisation
from intake.testing.enquiries import OMSK, Desk

GATEWAY = "/gateways/sms/{region}"
"""Open to everybody by policy, and shut by its signature."""
ALL = [
    cell for cell in matrix(doors(api.router.routes, {"public_answer": "public_answer"})) if cell.door.path != GATEWAY
]
SAMPLED = list({(cell.door, cell.outcome, cell.fields): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
SHOWN = {FieldGroup.CONTACT: "Тополева Анна", FieldGroup.SOCIAL: "Нужны ходунки"}
JOURNAL = {"/journal", "/journal/file"}
"""Name the organisation in the query: another's journal is not found, rather than empty."""
BODIES: dict[str, dict[str, Any]] = {
    "/enquiries": {"region": OMSK, "channel": "fax", "question": "Вопрос"},
    "/regions/{region}/enquiries": {"question": "Вопрос"},
    "/enquiries/status/messages": {"text": "И ещё вопрос"},
    "/enquiries/status/channel": {"channel": "window"},
    "/enquiries/own/{enquiry_id}/messages": {"text": "Ещё вопрос"},
    "/enquiries/{enquiry_id}/classify": {"theme": "law"},
    "/enquiries/{enquiry_id}/answer": {"text": "Ответ по делу"},
    "/enquiries/{enquiry_id}/told": {"outcome": "no_answer"},
    "/enquiries/{enquiry_id}/close": {"outcome": "helped_in_full", "result": "Готово"},
    "/enquiries/{enquiry_id}/amendments": {"column": "theme", "value": "devices", "why": "Проверка"},
    "/public-answers": {"enquiry_id": "01a20000-0000-7000-8000-000000000000", "question": "", "answer": ""},
}


@dataclass
class Scene:
    """A question a family's account asked, which a specialist is responsible for, and a published draft."""

    app: Running
    enquiry: Enquiry
    token: str
    file_id: str
    draft_id: str


@pytest.fixture(scope="module")
async def scene(intake: Running) -> Scene:
    desk = Desk(intake)
    coordinator, family = await desk.person("socrabota.muromtsevo"), await intake.as_role("account")
    asked = {"name": "Тополева Анна", "phone": "89050001122", "question": "Нужны ходунки", "theme": "devices"}
    filed = await desk.submitted(family, channel="window", territory=f"{OMSK}/artyn", **asked)
    await desk.serving(coordinator, filed["id"], "lfk.muromtsevo")
    files = {"file": ("a.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")}
    sent = await coordinator.post(f"/enquiries/{filed['id']}/files", files=files, data={"kind": "letter"})
    words = {"enquiry_id": filed["id"], "question": "Как получить ходунки?", "answer": "По программе реабилитации."}
    draft = await coordinator.post("/public-answers", json=words)
    async with intake.unit() as unit:
        found = await unit.session.get_one(Enquiry, filed["id"])
    return Scene(intake, found, filed["status_token"], sent.json()["id"], draft.json()["id"])


async def caller(scene: Scene, cell: Cell) -> Caller:
    """Somebody of the role who stands to the enquiry in exactly this relation."""
    found, relation = scene.enquiry, cell.relation
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [found.organisation_id]},
        Relation.SERVING: {"organisation_ids": [organisation("centre", "smolensk")]},
        Relation.TERRITORY: {"territories": [found.territory]},
        Relation.COORDINATOR: {"id": found.assigned_to},
        Relation.SELF: {"id": found.asked_by},
    }
    if cell.role is Role.PUBLIC:
        made = scene.app.client()
    else:
        made = await scene.app.as_role(cell.role, **scopes.get(relation, {}))
    if relation is Relation.TOKEN:
        made.headers["Status-Token"] = scene.token
    return made


async def ask(who: Caller, cell: Cell, scene: Scene) -> Any:
    path = cell.door.path.format(
        enquiry_id=scene.enquiry.id, file_id=scene.file_id, public_answer_id=scene.draft_id, region=OMSK
    )
    if cell.door.method == "GET":
        if path == "/enquiry-scripts":
            return await who.get(path, params=cell.door.known({"region": OMSK, "channel": "phone"}))
        query: dict[str, Any] = {"organisation_id": str(scene.enquiry.organisation_id), "year": 2026, "format": "xlsx"}
        return await who.get(path, params=cell.door.known(query if cell.door.path in JOURNAL else {"limit": 200}))
    if path.endswith("/files"):
        return await who.post(path, files={"file": ("a.txt", b"no document", "text/plain")}, data={"kind": "letter"})
    if (body := BODIES.get(cell.door.path)) is None:
        return await who.request(cell.door.method, path, json={}, headers={"If-Match": "999"})
    return await who.request(cell.door.method, path, json=body)


def check(answer: Any, cell: Cell, scene: Scene) -> None:
    registration = scene.enquiry.registration
    if cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        assert registration not in answer.text
    elif cell.door.path in JOURNAL and cell.relation is not Relation.ORGANISATION:
        assert answer.status_code == 404, f"{cell}: {answer.text}"
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, f"{cell}: {answer.text}"
        assert registration not in answer.text
    else:
        closed = cell.door.path.endswith("{file_id}") and FieldGroup.SOCIAL not in cell.fields
        assert (answer.status_code == 403) if closed else answer.status_code not in {401, 403, 404, 500}, (
            f"{cell}: {answer.text}"
        )
        if cell.door.path == "/enquiries/{enquiry_id}":
            shown = {group for group, words in SHOWN.items() if words in answer.text}
            assert shown == cell.fields & SHOWN.keys(), str(cell)


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_D1_08_each_door_of_the_journal_answers_as_the_policy_says(scene: Scene, cell: Cell) -> None:
    check(await ask(await caller(scene, cell), cell, scene), cell, scene)


@pytest.mark.slow
async def test_every_cell_of_the_journal_answers_as_the_policy_says(scene: Scene) -> None:
    for cell in ALL:
        check(await ask(await caller(scene, cell), cell, scene), cell, scene)
