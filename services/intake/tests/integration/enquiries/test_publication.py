"""A depersonalised question with its answer, published by an editor."""

from __future__ import annotations

from typing import Any

import pytest
from chassis.testing.running import Caller
from intake.testing.enquiries import OMSK, Desk

QUESTION, ANSWER = "Как получить ходунки для ребёнка?", "Ходунки выдают по ИПРА. Обратитесь в Социальный фонд России."


@pytest.fixture
async def editor(desk: Desk) -> Caller:
    return await desk.person("redaktor.muromtsevo")


@pytest.fixture
async def enquiry_id(desk: Desk, coordinator: Caller) -> str:
    filed = await desk.registered(
        coordinator,
        channel="phone",
        name="Журавль Аглая Кимовна",
        phone="89050002233",
        theme="devices",
        question="Мне нужны ходунки",
    )
    return str(filed["id"])


async def test_D0_11_an_editor_publishes_what_staff_proposed_and_everybody_reads_it(
    desk: Desk, coordinator: Caller, editor: Caller, enquiry_id: str
) -> None:
    body = {"enquiry_id": enquiry_id, "question": QUESTION, "answer": ANSWER}
    draft = await coordinator.post("/public-answers", json=body)
    assert (draft.status_code, draft.json()["state"]) == (201, "draft")
    public = desk.app.client()
    listing: dict[str, Any] = {"region": OMSK, "limit": 200}
    id = draft.json()["id"]
    assert id not in (await public.get("/public-answers", params=listing)).text
    assert id in [one["id"] for one in (await editor.get("/public-answers/drafts")).json()["items"]]
    assert (await coordinator.post(f"/public-answers/{id}/publish")).status_code == 403
    assert (await editor.get(f"/enquiries/{enquiry_id}")).status_code == 403
    published = await editor.post(f"/public-answers/{id}/publish", json={"answer": f"{ANSWER} Мы поможем."})
    assert published.json()["state"] == "published", published.text
    shown = (await public.get("/public-answers", params={**listing, "theme": "devices"})).json()["items"]
    assert [one["answer"] for one in shown if one["id"] == id] == [f"{ANSWER} Мы поможем."]
    assert enquiry_id not in str(shown)
    assert (await editor.post(f"/public-answers/{id}/publish")).status_code == 409
    assert (await editor.post(f"/public-answers/{id}/withdraw")).json()["state"] == "withdrawn"
    assert id not in (await public.get("/public-answers", params=listing)).text


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Спросила Мария Ивановна.", "name"),
        ("Звоните 8 905 000-22-33.", "phone"),
        ("Пишите на anna@example.org.", "email"),
        ("Ребёнок родился 12 марта 2019 года.", "date"),
        ("Справка 1234-567890.", "number"),
        ("Как сказала журавль, это трудно.", "name"),
    ],
)
async def test_D0_11_what_tells_who_asked_is_neither_proposed_nor_published(
    coordinator: Caller, editor: Caller, enquiry_id: str, words: str, rule: str
) -> None:
    body: dict[str, Any] = {"enquiry_id": enquiry_id, "question": QUESTION, "answer": f"{ANSWER} {words}"}
    refused = await coordinator.post("/public-answers", json=body)
    assert (refused.status_code, refused.json()["slug"]) == (422, "not_depersonalised")
    assert ("answer", rule) in [(error["field"], error["rule"]) for error in refused.json()["errors"]]
    assert words not in refused.text
    draft = await coordinator.post("/public-answers", json={**body, "answer": ANSWER})
    edited = await editor.post(f"/public-answers/{draft.json()['id']}/publish", json={"answer": body["answer"]})
    assert (edited.status_code, edited.json()["slug"]) == (422, "not_depersonalised")


async def test_D0_11_the_region_of_the_window_has_an_editor_of_its_own(desk: Desk) -> None:
    portal = Desk(desk.app, "moscow-oblast")
    consultant, editor = await portal.person("konsultant.sever"), await portal.person("redaktor.oblast")
    filed = await portal.submitted(name="Рябов Пётр", channel="window", territory="moscow-oblast/klin", theme="devices")
    body = {"enquiry_id": filed["id"], "question": QUESTION, "answer": ANSWER}
    draft = (await consultant.post("/public-answers", json=body)).json()
    assert (await editor.post(f"/public-answers/{draft['id']}/publish")).json()["state"] == "published"
    shown = await desk.app.client().get("/public-answers", params={"region": "moscow-oblast"})
    assert draft["id"] in [one["id"] for one in shown.json()["items"]]


async def test_D0_11_a_public_answer_stands_under_a_theme_of_the_dictionary(
    coordinator: Caller, enquiry_id: str
) -> None:
    body = {"enquiry_id": enquiry_id, "question": QUESTION, "answer": ANSWER}
    refused = await coordinator.post("/public-answers", json={**body, "theme": "weather"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "theme")
    assert len(refused.json()["known"]) == 6
    assert (await coordinator.post("/public-answers", json={**body, "theme": "law"})).status_code == 201


async def test_an_editor_of_another_organisation_publishes_nothing(
    desk: Desk, coordinator: Caller, enquiry_id: str
) -> None:
    body = {"enquiry_id": enquiry_id, "question": QUESTION, "answer": ANSWER}
    draft = await coordinator.post("/public-answers", json=body)
    stranger = await Desk(desk.app, "smolensk").person("redaktor.smolensk")
    assert (await stranger.post(f"/public-answers/{draft.json()['id']}/publish")).status_code in {403, 404}
    assert (await stranger.get("/public-answers/drafts")).json()["items"] == []
