"""The five steps of an enquiry through the HTTP door, whoever takes them (D1-20)."""

from __future__ import annotations

from typing import Any

import pytest
from chassis.testing.running import Caller, Running
from contracts.identifiers import EnquiryChannel
from intake.testing import IRKUTSK, MOSCOW
from intake.testing.enquiries import CALL, LETTER, OMSK, RESULT, Desk, enquiries_pack


async def test_D1_20_five_steps_from_a_call_to_its_result(desk: Desk, coordinator: Caller, specialist: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url = f"/enquiries/{filed['id']}"
    ranked = (await coordinator.get(f"{url}/specialists")).json()["items"]
    assert ranked[0]["position"] == "инструктор по лечебной физкультуре"
    assert {reason["code"] for reason in ranked[0]["reasons"]} == {"theme", "help_kind", "territory", "load"}
    card = (await coordinator.post(f"{url}/assign")).json()
    assert (card["state"], card["assigned_to"]) == ("assigned", ranked[0]["principal_id"])
    assert (await specialist.post(f"{url}/serve")).json()["state"] == "serving"
    answered = await specialist.post(f"{url}/answer", json={"text": "По ИПРА ребёнка, поможем."})
    assert (answered.json()["state"], answered.json()["delivery"]) == ("answered", "to_be_told")
    told = await specialist.post(f"{url}/told", json={"outcome": "reached"})
    assert told.json()["due"]["given_at"]
    closed = await specialist.post(f"{url}/close", json=RESULT)
    assert closed.json()["state"] == "closed", closed.text
    assert closed.json()["social"]["result"] == RESULT["result"]


async def test_D1_20_no_step_is_skipped_or_taken_twice(desk: Desk, coordinator: Caller, specialist: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url = f"/enquiries/{filed['id']}"
    await coordinator.post(f"{url}/assign")
    for step, body in (("answer", {"text": "Рано отвечать"}), ("told", {"outcome": "reached"}), ("close", RESULT)):
        refused = await specialist.post(f"{url}/{step}", json=body)
        assert (refused.status_code, refused.json()["slug"]) == (409, "wrong_step"), step
    assert (await specialist.post(f"{url}/serve")).status_code == 200
    assert (await specialist.post(f"{url}/serve")).status_code == 409
    await specialist.post(f"{url}/answer", json={"text": "Ответ готов"})
    early = await specialist.post(f"{url}/close", json=RESULT)
    assert (early.status_code, early.json()["slug"]) == (409, "answer_not_given")


async def test_D1_20_a_specialist_without_the_theme_is_not_chosen(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    massage = (await desk.person("massazh.muromtsevo")).principal.id
    refused = await coordinator.post(f"/enquiries/{filed['id']}/assign", json={"specialist_id": str(massage)})
    assert (refused.status_code, refused.json()["slug"]) == (422, "specialist_not_competent")
    unsorted = await desk.registered(coordinator, **{**CALL, "theme": None})
    early = await coordinator.post(f"/enquiries/{unsorted['id']}/assign")
    assert (early.status_code, early.json()["slug"]) == (409, "theme_missing")
    sorted_now = await coordinator.post(f"/enquiries/{unsorted['id']}/classify", json={"theme": "law"})
    assert sorted_now.json()["theme"] == "law"
    again = await coordinator.post(f"/enquiries/{unsorted['id']}/classify", json={"theme": "devices"})
    assert (again.status_code, again.json()["slug"]) == (409, "already_classified")


async def test_D1_20_the_less_loaded_of_equals_is_chosen(desk: Desk, coordinator: Caller) -> None:
    asked = {**CALL, "territory": OMSK, "theme": "institutions"}
    chosen = []
    for _ in range(2):
        filed = await desk.registered(coordinator, **asked)
        ranked = (await coordinator.get(f"/enquiries/{filed['id']}/specialists")).json()["items"]
        best = min(ranked[:2], key=lambda one: one["under_way"])
        card = (await coordinator.post(f"/enquiries/{filed['id']}/assign")).json()
        assert card["assigned_to"] == ranked[0]["principal_id"]
        assert ranked[0]["under_way"] == best["under_way"]
        chosen.append(card["assigned_to"])
    assert len(set(chosen)) == 2


async def test_D1_25_templates_and_D1_29_scripts_fit_the_enquiry_and_are_filled_in(
    desk: Desk, coordinator: Caller
) -> None:
    url, specialist = await desk.under_way(coordinator)
    at_hand = (await specialist.get(f"{url}/aids")).json()
    assert len(at_hand["algorithm"]) == 5
    codes = [template["code"] for template in at_hand["templates"]]
    assert "devices" in codes
    assert "by_message" not in codes
    number = (await specialist.get(url)).json()["number"]
    assert all(number in template["text"] for template in at_hand["templates"])
    assert [script["code"] for script in at_hand["scripts"]] == ["call"]
    helpline = await desk.registered(coordinator, **{**CALL, "channel": "helpline"})
    scripts = (await coordinator.get(f"/enquiries/{helpline['id']}/aids")).json()["scripts"]
    assert {script["code"] for script in scripts} == {"call", "danger"}


@pytest.mark.parametrize("channel", EnquiryChannel)
async def test_D1_29_there_is_a_script_for_each_kind_of_enquiry(
    desk: Desk, coordinator: Caller, channel: EnquiryChannel
) -> None:
    asked = {**LETTER, "channel": channel, "theme": "law"}
    if channel in {EnquiryChannel.FORM, EnquiryChannel.WINDOW}:
        said: dict[str, Any] = {name: value for name, value in asked.items() if name != "status"}
        filed = await desk.submitted(**said)
    else:
        filed = await desk.registered(coordinator, **asked)
    scripts = (await coordinator.get(f"/enquiries/{filed['id']}/aids")).json()["scripts"]
    assert scripts
    # the same is at the hand of whoever picks up the telephone, before anything is entered
    specialist = await desk.person("psiholog.muromtsevo")
    question = {"region": OMSK, "channel": channel, "theme": "law"}
    before = await specialist.get("/enquiry-scripts", params=question)
    assert before.json()["scripts"] == scripts
    assert len(before.json()["algorithm"]) == 5


async def test_D1_10_the_kind_of_help_is_one_of_the_packs_four(coordinator: Caller) -> None:
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **CALL, "help_kind": "magic"})
    assert (refused.status_code, refused.json()["slug"]) == (422, "code_unknown")
    assert len(refused.json()["known"]) == 4
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **CALL, "theme": "weather"})
    assert len(refused.json()["known"]) == 6


async def test_a_specialist_works_on_his_own_list_and_leaders_on_all(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await desk.under_way(coordinator)
    id = url.rpartition("/")[2]

    async def kinds(who: Caller) -> list[str]:
        return [item["kind"] for item in (await who.get("/worklist")).json()["items"] if item["subject_id"] == id]

    assert await kinds(specialist) == ["enquiry_answer"]
    assert await kinds(coordinator) == ["enquiry_answer"]
    assert await kinds(await desk.person("psiholog.muromtsevo")) == []


async def test_a_stale_version_and_a_repeated_key_change_nothing(desk: Desk, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "7f6b0f2a-9f7e-4b52-8b1c-6c9f5f0e7a11"}
    first, second = [
        await coordinator.post("/enquiries", json={"region": OMSK, **CALL}, headers=headers) for _ in range(2)
    ]
    assert first.json() == second.json()
    url = f"/enquiries/{first.json()['id']}"
    await coordinator.post(f"{url}/assign")
    stale = await coordinator.post(f"{url}/assign", headers={"If-Match": "1"})
    assert (stale.status_code, stale.json()["slug"]) == (409, "stale_version")


async def test_another_specialist_neither_answers_nor_takes_over_unasked(desk: Desk, coordinator: Caller) -> None:
    url, _ = await desk.under_way(coordinator)
    head = await desk.person("kurator.muromtsevo")
    refused = await head.post(f"{url}/answer", json={"text": "Отвечу за другого"})
    assert (refused.status_code, refused.json()["slug"]) == (409, "other_specialist")
    other = str((await desk.person("reabilitolog.muromtsevo")).principal.id)
    unasked = await coordinator.post(f"{url}/assign", json={"specialist_id": other})
    assert (unasked.status_code, unasked.json()["slug"]) == (409, "other_specialist")
    me = (await coordinator.get(url)).json()["assigned_to"]
    handed = await coordinator.post(f"{url}/assign", json={"specialist_id": other, "instead_of": me})
    assert (handed.json()["state"], handed.json()["assigned_to"]) == ("assigned", other)


@pytest.mark.parametrize(
    ("region", "territory", "login", "prefix"),
    [
        (IRKUTSK, "angarsk", "koordinator.angarsk", "ОБА"),
        (IRKUTSK, "bratsk", "koordinator.rost", "ОБР"),
        (MOSCOW, "severny", "koordinator.moskva", "ОРП"),
    ],
)
async def test_D3_46_a_question_stands_in_the_journal_of_its_territory_and_is_answered_there(
    intake: Running, region: str, territory: str, login: str, prefix: str
) -> None:
    person = {"name": "Вязова Дарья Ильинична", "email": "vyazova@example.org"}
    asked: dict[str, Any] = {**person, "territory": f"{region}/{territory}"}
    desk = Desk(intake, region)
    filed = await desk.submitted(**asked)
    coordinator = await desk.person(login)
    card = (await coordinator.get(f"/enquiries/{filed['id']}")).json()
    assert card["number"].startswith(prefix)
    pack = enquiries_pack(region)
    words = {"theme": pack.themes[0].code, "help_kind": pack.help_kinds[0].code}
    await coordinator.post(f"/enquiries/{filed['id']}/classify", json=words)
    specialist = await desk.serving(coordinator, filed["id"], login)
    answered = await specialist.post(f"/enquiries/{filed['id']}/answer", json={"text": "Приходите в понедельник."})
    assert (answered.status_code, answered.json()["state"]) == (200, "answered"), answered.text
