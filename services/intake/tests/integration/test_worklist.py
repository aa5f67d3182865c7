"""What has to be done, by whom, until when (D2-17, D0-38, T3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chassis.testing.plugin import START
from chassis.testing.running import Caller
from intake.testing import Route, organisation


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


async def items(caller: Caller, application_id: str) -> list[tuple[str, str]]:
    found = (await caller.get("/worklist")).json()["items"]
    return [(item["kind"], item["standing"]) for item in found if item["subject_id"] == application_id]


async def test_D2_17_a_new_application_shows_up_with_its_deadline_and_the_explanation(
    moscow: Route, coordinator: Caller
) -> None:
    filed = await moscow.submitted()
    found = (await coordinator.get("/worklist")).json()["items"]
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
    found = (await coordinator.get("/worklist", params={"mine": True})).json()["items"]
    subjects = [item["subject_id"] for item in found]
    assert mine["id"] in subjects
    assert free["id"] not in subjects


async def counts(caller: Caller) -> dict[str, Any]:
    answer = await caller.get("/worklist/counts")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_T14_the_counters_are_exact_right_after_each_action(moscow: Route, coordinator: Caller) -> None:
    before = await counts(coordinator)
    filed = await moscow.submitted()
    new = await counts(coordinator)
    assert (new["all"], new["unassigned"]) == (before["all"] + 1, before["unassigned"] + 1)
    assert new["kinds"]["call_back"] == before["kinds"].get("call_back", 0) + 1
    await coordinator.post(f"/applications/{filed['id']}/take")
    taken = await counts(coordinator)
    assert (taken["mine"], taken["unassigned"]) == (new["mine"] + 1, before["unassigned"])
    moscow.app.clock.set(START + timedelta(hours=9))
    late = await counts(coordinator)
    listed = (await coordinator.get("/worklist", params={"which": "overdue"})).json()["items"]
    assert late["overdue"] == len(listed) > 0
    await moscow.app.client(status_token=filed["status_token"]).post("/applications/status/withdraw")
    assert (await counts(coordinator))["all"] == late["all"] - 1


@pytest.mark.parametrize("which", ["all", "mine", "organisation", "overdue", "soon", "unassigned"])
async def test_T3_every_counter_equals_its_list_in_every_state(moscow: Route, which: str) -> None:
    coordinator, head = await moscow.person("koordinator.moskva"), await moscow.person("head.sever")
    doctor = await moscow.app.as_role("doctor")
    await moscow.submitted(doctor, source="health_agency", protocol_follows=True)
    await moscow.handed_over(coordinator, "early-help-north")
    card = await moscow.handed_over(coordinator, "early-help-north")
    await head.post(f"/applications/{card['id']}/accept")
    for hours in (0, 5, 9, 200):
        moscow.app.clock.set(START + timedelta(hours=hours))
        for person in (coordinator, head):
            listed = (await person.get("/worklist", params={"which": which})).json()["items"]
            assert (await counts(person))[which] == len(listed), (which, hours)


async def test_the_list_is_searched_and_narrowed(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted(territory="moscow-early-help/severny")
    by_number = (await coordinator.get("/worklist", params={"text": filed["number"]})).json()["items"]
    assert [item["subject_id"] for item in by_number] == [filed["id"]]
    query = {"kind": "call_back", "territory": "moscow-early-help/severny"}
    narrowed = (await coordinator.get("/worklist", params=query)).json()["items"]
    assert {(item["kind"], item["territory"]) for item in narrowed} == {tuple(query.values())}
    due = [item["due_at"] for item in (await coordinator.get("/worklist")).json()["items"]]
    assert due == sorted(due)
    assert (await coordinator.get("/worklist", params={"which": "someday"})).status_code == 422
