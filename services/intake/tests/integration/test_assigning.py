"""Bulk assignment of worklist items: each by its own rules, each with its own result (issue 4, worklists)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing.running import Caller, Running
from contracts.identifiers import named_id
from contracts.intake import ApplicationTaken, EnquiryAssigned, OutreachAssigned
from intake.testing import IRKUTSK, Route, organisation, signal
from intake.testing.enquiries import OMSK, Desk

DEVICES = {
    "channel": "in_person",
    "name": "Тополева Анна",
    "phone": "89050001122",
    "territory": f"{OMSK}/artyn",
    "theme": "devices",
    "question": "Как получить ходунки?",
}


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


@pytest.fixture
async def leader(intake: Running) -> Caller:
    return await Desk(intake).person("socrabota.muromtsevo")


async def assign(who: Caller, assignee: UUID | None, *items: Any, **headers: str) -> dict[str, Any]:
    chosen = [{"id": item} if isinstance(item, str) else item for item in items]
    body = {"items": chosen, "assignee_id": str(assignee)}
    answer = await who.post("/assignments", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["assigned"] + found["refused"] == len(items) == len(found["items"])
    return found


def said(found: dict[str, Any]) -> list[str]:
    """``assigned`` or the name of the problem, item by item."""
    return [item["problem"]["slug"] if item["problem"] else item["outcome"] for item in found["items"]]


def call_back(filed: dict[str, Any]) -> str:
    return f"intake:call_back:{filed['id']}"


async def test_families_are_given_to_a_coordinator_and_each_refusal_says_why(
    moscow: Route, coordinator: Caller
) -> None:
    filed = [await moscow.submitted() for _ in range(3)]
    gone = await moscow.submitted()
    await moscow.app.client(status_token=gone["status_token"]).post("/applications/status/withdraw")
    stale = {"id": call_back(filed[2]), "version": 0}
    found = await assign(
        coordinator,
        coordinator.principal.id,
        *map(call_back, filed[:2]),
        call_back(gone),
        stale,
        call_back({"id": "x"}),
    )
    assert said(found) == ["assigned", "assigned", "wrong_state", "stale_version", "not_found"]
    problem = found["items"][3]["problem"]
    assert problem["status"] == 409
    assert "изменены другим" in problem["detail_ru"]
    assert "Somebody else" in problem["detail_en"]
    cards = [(await coordinator.get(f"/applications/{one['id']}")).json() for one in filed]
    assert [card["coordinator_id"] for card in cards] == [str(coordinator.principal.id)] * 2 + [None]
    assert [item["version"] for item in found["items"][:2]] == [card["version"] for card in cards[:2]]
    taken = [str(event.aggregate_id) for event in await moscow.app.published(ApplicationTaken)]
    assert [taken.count(one["id"]) for one in filed] == [1, 1, 0]


async def test_a_repeated_request_gives_its_first_answer_and_assigns_once(moscow: Route, coordinator: Caller) -> None:
    filed, key = await moscow.submitted(), str(uuid4())
    first, second = [
        await assign(coordinator, coordinator.principal.id, call_back(filed), **{"Idempotency-Key": key})
        for _ in range(2)
    ]
    assert first == second
    again = await assign(coordinator, coordinator.principal.id, call_back(filed))
    assert again == first
    taken = [str(event.aggregate_id) for event in await moscow.app.published(ApplicationTaken)]
    assert taken.count(filed["id"]) == 1


async def test_two_items_of_one_record_are_one_assignment(moscow: Route, coordinator: Caller) -> None:
    doctor = await moscow.app.as_role("doctor")
    filed = await moscow.submitted(doctor, source="health_agency", protocol_follows=True)
    listed = [
        item for item in (await coordinator.get("/worklist")).json()["items"] if item["subject_id"] == filed["id"]
    ]
    chosen = [{"id": item["id"], "version": item["version"]} for item in listed]
    assert sorted(item["kind"] for item in listed) == ["call_back", "protocol"]
    assert said(await assign(coordinator, coordinator.principal.id, *chosen)) == ["assigned", "assigned"]


async def test_a_version_of_one_record_does_not_speak_of_many(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    body = {"items": [{"id": call_back(filed)}], "assignee_id": str(coordinator.principal.id)}
    answer = await coordinator.post("/assignments", json=body, headers={"If-Match": "1"})
    assert (answer.status_code, answer.json()["slug"]) == (422, "without_versions")
    assert (await coordinator.get(f"/applications/{filed['id']}")).json()["coordinator_id"] is None


async def test_a_family_is_taken_from_a_colleague_only_by_naming_her(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    await assign(coordinator, coordinator.principal.id, call_back(filed))
    head = await moscow.app.as_role("head", organisation_ids=[organisation("coordination-centre")])
    stranger = await assign(head, (await moscow.person("head.sever")).principal.id, call_back(filed))
    assert said(stranger) == ["no_coordinator"]
    same = {"id": call_back(filed), "instead_of": str(coordinator.principal.id)}
    assert said(await assign(head, coordinator.principal.id, same)) == ["assigned"]


async def test_T9_another_organisations_items_are_not_found(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    stranger = await moscow.app.as_role("coordinator", organisation_ids=[uuid4()])
    assert said(await assign(stranger, coordinator.principal.id, call_back(filed))) == ["not_found"]
    specialist = await moscow.app.as_role("specialist", organisation_ids=[uuid4()])
    body = {"items": [{"id": call_back(filed)}], "assignee_id": str(uuid4())}
    assert (await specialist.post("/assignments", json=body)).status_code == 403


async def test_D1_20_enquiries_go_to_the_competent_specialist_only(intake: Running, leader: Caller) -> None:
    desk = Desk(intake)
    fits, unsorted = [await desk.registered(leader, **{**DEVICES, "theme": theme}) for theme in ("devices", None)]
    items = [f"intake:enquiry_assign:{one['id']}" for one in (fits, unsorted)]
    lfk, massage = [named_id("principal", f"{OMSK}/{login}.muromtsevo") for login in ("lfk", "massazh")]
    assert said(await assign(leader, massage, *items)) == ["specialist_not_competent", "theme_missing"]
    assert said(await assign(leader, lfk, *items)) == ["assigned", "theme_missing"]
    assert (await leader.get(f"/enquiries/{fits['id']}")).json()["state"] == "assigned"
    other = named_id("principal", f"{OMSK}/reabilitolog.muromtsevo")
    serve = f"intake:enquiry_serve:{fits['id']}"
    assert said(await assign(leader, other, serve)) == ["other_specialist"]
    assert said(await assign(leader, other, {"id": serve, "instead_of": str(lfk)})) == ["assigned"]
    told = [e for e in await intake.published(EnquiryAssigned) if str(e.aggregate_id) == fits["id"]]
    assert [getattr(event, "specialist_id", None) for event in told] == [lfk, other]


async def test_D3_13_outreach_goes_to_a_named_finder_and_referrals_to_nobody(irkutsk: Route) -> None:
    curator = await irkutsk.person("koordinator.angarsk")
    told = signal(sender_organisation_id=str(organisation("polyclinic", IRKUTSK)))
    filed = [(await curator.post("/referrals", json=told)).json() for _ in range(2)]
    accepted = (await curator.post(f"/referrals/{filed[0]['id']}/accept")).json()
    items = [f"intake:outreach_phone:{accepted['outreach_id']}", f"intake:referral:{filed[1]['id']}"]
    doctor = named_id("principal", f"{IRKUTSK}/koordinator.bratsk")
    assert said(await assign(curator, doctor, *items)) == ["not_a_finder", "not_assignable"]
    held = UUID((await curator.get(f"/outreaches/{accepted['outreach_id']}")).json()["responsible_id"])
    (other,) = {named_id("principal", f"{IRKUTSK}/{login}.angarsk") for login in ("kurator", "koordinator")} - {held}
    late = {"id": items[0], "instead_of": str(other)}
    assert said(await assign(curator, other, late)) == ["other_responsible"]
    assert said(await assign(curator, other, {"id": items[0], "instead_of": str(held)})) == ["assigned"]
    moved = [e for e in await irkutsk.app.published(OutreachAssigned) if str(e.aggregate_id) == accepted["outreach_id"]]
    assert len(moved) == 1


@pytest.mark.parametrize(
    "body", [{"items": []}, {"items": [{"id": "x"}] * 101}, {"items": [{"id": "x", "state": "taken"}]}]
)
async def test_a_request_that_makes_no_sense_changes_nothing(coordinator: Caller, body: dict[str, Any]) -> None:
    assert (await coordinator.post("/assignments", json={"assignee_id": str(uuid4()), **body})).status_code == 422
