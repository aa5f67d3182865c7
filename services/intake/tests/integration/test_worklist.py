"""What has to be done, by whom, until when (D2-17, D0-38, T3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chassis.running import Caller
from chassis.testing import START
from intake.testing import Route, organisation


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


async def items(caller: Caller, application_id: str) -> list[tuple[str, str]]:
    found = (await caller.get("/worklist")).json()
    return [(item["kind"], item["standing"]) for item in found if item["subject_id"] == application_id]


async def test_D2_17_a_new_application_shows_up_with_its_deadline_and_the_explanation(
    moscow: Route, coordinator: Caller
) -> None:
    filed = await moscow.submitted()
    found = (await coordinator.get("/worklist")).json()
    (item,) = [item for item in found if item["subject_id"] == filed["id"]]
    assert item["kind"] == "call_back"
    assert item["number"] == filed["number"]
    assert item["due_at"] == filed["call_back"]["due_at"]
    assert item["explanation"] == filed["call_back"]["explanation"]
    assert item["url"] == f"/intake/applications/{filed['id']}"
    assert item["assigned_to"] is None
    assert "Тополев" not in str(item)


async def test_the_item_follows_the_application_from_desk_to_desk(moscow: Route, coordinator: Caller) -> None:
    head = await moscow.person("head.sever")
    card = await moscow.reached(coordinator)
    assert await items(coordinator, card["id"]) == [("hand_over", "open")]
    body = {"serving_organisation_id": str(organisation("early-help-north"))}
    await coordinator.post(f"/applications/{card['id']}/hand-over", json=body)
    assert await items(coordinator, card["id"]) == []
    assert await items(head, card["id"]) == [("acceptance", "open")]
    await head.post(f"/applications/{card['id']}/return", json={"reason_code": "too_far"})
    await moscow.app.fire_timers()
    assert await items(head, card["id"]) == []
    assert await items(coordinator, card["id"]) == [("returned", "open")]


async def test_T3_the_standing_is_the_same_on_list_and_worklist(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    for hours, standing in ((0, "open"), (5, "soon"), (8, "soon"), (9, "overdue")):
        moscow.app.clock.set(START + timedelta(hours=hours))
        assert await items(coordinator, filed["id"]) == [("call_back", standing)]
        listed = await coordinator.get("/applications", params={"number": filed["number"]})
        assert listed.json()["items"][0]["standing"] == standing


async def test_a_withdrawn_application_is_nobodys_work(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    await moscow.app.client(status_token=filed["status_token"]).post("/applications/status/withdraw")
    assert await items(coordinator, filed["id"]) == []


async def test_mine_is_what_i_have_taken(moscow: Route, coordinator: Caller) -> None:
    mine, free = await moscow.submitted(), await moscow.submitted()
    await coordinator.post(f"/applications/{mine['id']}/take")
    found = (await coordinator.get("/worklist", params={"mine": True})).json()
    subjects = [item["subject_id"] for item in found]
    assert mine["id"] in subjects
    assert free["id"] not in subjects
