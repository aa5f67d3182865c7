"""What coordinators and services may do with an application, and what they are refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from chassis.testing.plugin import START
from chassis.testing.running import Caller
from contracts.identifiers import CallOutcome
from contracts.intake import ApplicationReturned, CallRecorded
from intake.testing import Route, organisation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

REACHED = {"outcome": "reached", "need": "Помощь логопеда", "explanation_given": True}


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


@pytest.fixture
async def head(moscow: Route) -> Caller:
    return await moscow.person("head.sever")


async def test_an_unreached_family_keeps_its_deadline_and_every_attempt_is_recorded(
    moscow: Route, coordinator: Caller
) -> None:
    filed = await moscow.submitted()
    url = f"/applications/{filed['id']}"
    await coordinator.post(f"{url}/take")
    for outcome in ("no_answer", "wrong_number"):
        card = (await coordinator.post(f"{url}/calls", json={"outcome": outcome})).json()
    assert card["state"] == "taken"
    assert card["deadlines"][0]["done_at"] is None
    assert [call["outcome"] for call in card["calls"]] == ["no_answer", "wrong_number"]
    facts = [e for e in await moscow.app.published(CallRecorded) if isinstance(e, CallRecorded)]
    assert [f.outcome for f in facts if str(f.application_id) == filed["id"]] == [
        CallOutcome.NO_ANSWER,
        CallOutcome.WRONG_NUMBER,
    ]


@pytest.mark.parametrize("missing", ["need", "explanation_given"])
async def test_D2_18_a_reached_family_was_heard_and_told(moscow: Route, coordinator: Caller, missing: str) -> None:
    filed = await moscow.submitted()
    await coordinator.post(f"/applications/{filed['id']}/take")
    call = {name: value for name, value in REACHED.items() if name != missing}
    answer = await coordinator.post(f"/applications/{filed['id']}/calls", json=call)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, missing)


@pytest.mark.parametrize("hours", [-24, 24])
async def test_a_call_cannot_be_made_before_the_application_or_in_the_future(
    moscow: Route, coordinator: Caller, hours: int
) -> None:
    filed = await moscow.submitted()
    await coordinator.post(f"/applications/{filed['id']}/take")
    at = (START + timedelta(hours=hours)).isoformat()
    answer = await coordinator.post(f"/applications/{filed['id']}/calls", json={**REACHED, "called_at": at})
    assert answer.json()["slug"] == "call_time_impossible"


@pytest.mark.parametrize("body", [{"outcome": "shouted"}, {"outcome": "reached", "gestation_weeks": 5}, {}])
async def test_an_unknown_outcome_is_refused(moscow: Route, coordinator: Caller, body: dict[str, object]) -> None:
    filed = await moscow.submitted()
    await coordinator.post(f"/applications/{filed['id']}/take")
    assert (await coordinator.post(f"/applications/{filed['id']}/calls", json=body)).status_code == 422


async def test_steps_are_not_skipped(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    url = f"/applications/{filed['id']}"
    body = {"serving_organisation_id": str(organisation("early-help-north"))}
    for path, sent in (("calls", REACHED), ("hand-over", body)):
        answer = await coordinator.post(f"{url}/{path}", json=sent)
        assert (answer.status_code, answer.json()["slug"]) == (409, "wrong_state"), path


async def test_a_decision_on_a_stale_version_is_refused(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    taken = (await coordinator.post(f"/applications/{filed['id']}/take")).json()
    url, stale = f"/applications/{filed['id']}/calls", {"If-Match": f'"{taken["version"] - 1}"'}
    answer = await coordinator.post(url, json=REACHED, headers=stale)
    assert (answer.status_code, answer.json()["slug"]) == (409, "stale_version")
    in_the_body = await coordinator.post(url, json={**REACHED, "version": taken["version"]})
    assert in_the_body.status_code == 422, "one way to say it only"


async def test_of_two_coordinators_who_take_at_once_one_is_refused(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    colleague = await moscow.app.as_role("coordinator", organisation_ids=[organisation("coordination-centre")])
    url = f"/applications/{filed['id']}/take"
    answers = await asyncio.gather(coordinator.post(url), colleague.post(url))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_D2_23_a_colleague_takes_over_by_naming_the_coordinator(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    await coordinator.post(f"/applications/{filed['id']}/take")
    colleague = await moscow.app.as_role("coordinator", organisation_ids=[organisation("coordination-centre")])
    body = {"instead_of": str(coordinator.principal.id)}
    card = (await colleague.post(f"/applications/{filed['id']}/take", json=body)).json()
    assert card["coordinator_id"] == str(colleague.principal.id)
    answer = await coordinator.post(f"/applications/{filed['id']}/calls", json=REACHED)
    assert (answer.status_code, answer.json()["slug"]) == (409, "other_coordinator")


@pytest.mark.parametrize("service", ["coordination-centre", "nowhere"])
async def test_an_application_is_handed_over_only_to_a_service_that_suits(
    moscow: Route, coordinator: Caller, service: str
) -> None:
    card = await moscow.reached(coordinator)
    body = {"serving_organisation_id": str(organisation(service))}
    answer = await coordinator.post(f"/applications/{card['id']}/hand-over", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "service_unsuitable")


async def test_D2_18_the_ranking_shows_every_service_and_what_speaks_against_it(
    moscow: Route, coordinator: Caller
) -> None:
    card = await moscow.reached(coordinator, territory="moscow-early-help/yuzhny")
    near = (await coordinator.get(f"/applications/{card['id']}/nearest-services")).json()["items"]
    assert [service["suitable"] for service in near] == [True, True, False, False]
    assert near[0]["organisation_id"] == str(organisation("early-help-south"))
    assert near[0]["distance_km"] < 1
    assert all("not_serving" in [reason["code"] for reason in service["reasons"]] for service in near[2:])


async def test_D2_18_the_familys_own_place_counts_more_than_its_district(moscow: Route, coordinator: Caller) -> None:
    by_the_north_service = {"latitude": 55.869, "longitude": 37.561}
    card = await moscow.reached(coordinator, territory="moscow-early-help/yuzhny", actual_location=by_the_north_service)
    near = (await coordinator.get(f"/applications/{card['id']}/nearest-services")).json()["items"]
    assert near[0]["organisation_id"] == str(organisation("early-help-north"))


async def test_D2_23_a_returned_family_leaves_the_services_sight_and_returns_to_the_coordinator(
    moscow: Route, coordinator: Caller, head: Caller
) -> None:
    card = await moscow.handed_over(coordinator, "early-help-north")
    url = f"/applications/{card['id']}"
    unknown = await head.post(f"{url}/return", json={"reason_code": "moon_phase"})
    assert unknown.json()["slug"] == "return_reason_unknown"
    form = (await head.get("/regions/moscow-early-help/application-form")).json()
    assert "no_capacity" in [reason["code"] for reason in form["return_reasons"]]
    returned = await head.post(f"{url}/return", json={"reason_code": "no_capacity"})
    assert returned.json()["state"] == "returned"
    await moscow.app.fire_timers()
    assert (await head.get(url)).status_code == 404
    seen = (await coordinator.get(url)).json()
    assert seen["return_reason"] == "no_capacity"
    facts = [e for e in await moscow.app.published(ApplicationReturned) if isinstance(e, ApplicationReturned)]
    assert facts[-1].serving_organisation_id == organisation("early-help-north")
    body = {"serving_organisation_id": str(organisation("early-help-south"))}
    assert (await coordinator.post(f"{url}/hand-over", json=body)).json()["state"] == "handed_over"


async def test_handing_over_to_the_same_service_again_is_not_undone_by_the_release(
    moscow: Route, coordinator: Caller, head: Caller
) -> None:
    card = await moscow.handed_over(coordinator, "early-help-north")
    url = f"/applications/{card['id']}"
    await head.post(f"{url}/return", json={"reason_code": "family_asked"})
    body = {"serving_organisation_id": str(organisation("early-help-north"))}
    await coordinator.post(f"{url}/hand-over", json=body)
    await moscow.app.fire_timers()
    assert (await head.post(f"{url}/accept")).json()["state"] == "accepted"


async def test_another_organisations_coordinator_does_not_learn_that_the_application_exists(
    moscow: Route, smolensk: Route
) -> None:
    filed = await moscow.submitted()
    stranger = await smolensk.person("koordinator.smolensk")
    url = f"/applications/{filed['id']}"
    assert (await stranger.get(url)).status_code == 404
    assert (await stranger.post(f"{url}/take")).status_code == 404
    listed = (await stranger.get("/applications", params={"limit": 200})).json()
    assert filed["id"] not in [item["id"] for item in listed["items"]]


async def test_another_service_neither_sees_nor_accepts_what_was_handed_over(
    moscow: Route, coordinator: Caller
) -> None:
    card = await moscow.handed_over(coordinator, "early-help-north")
    south = await moscow.person("head.yug")
    assert (await south.get(f"/applications/{card['id']}")).status_code == 404
    assert (await south.post(f"/applications/{card['id']}/accept")).status_code == 404


async def test_a_reader_who_may_not_act_is_told_so(moscow: Route, coordinator: Caller) -> None:
    card = await moscow.handed_over(coordinator, "early-help-north")
    assert (await coordinator.post(f"/applications/{card['id']}/accept")).status_code == 403
    manager = await moscow.person("manager.moskva")
    assert (await manager.post(f"/applications/{card['id']}/take")).status_code == 403


async def test_a_manager_sees_no_personal_data(moscow: Route) -> None:
    filed = await moscow.submitted()
    manager = await moscow.person("manager.moskva")
    card = await manager.get(f"/applications/{filed['id']}")
    assert card.status_code == 200
    assert card.json()["contact"] is None
    for secret in ("Тополев", "+7905", "перинатальное", "Тверская"):
        assert secret not in card.text


async def test_an_unknown_application_is_not_found(coordinator: Caller) -> None:
    assert (await coordinator.get(f"/applications/{uuid4()}")).status_code == 404


@pytest.mark.parametrize("token", ["expired", "foreign", "garbage"])
async def test_an_expired_or_foreign_token_opens_nothing(moscow: Route, token: str) -> None:
    issuer = moscow.app.issuer
    tokens = {
        "expired": issuer.token("somebody", exp=1),
        "foreign": issuer.token("somebody", key=issuer.new_key()),
        "garbage": "not.a.token",
    }
    assert (await moscow.app.client(tokens[token]).get("/applications")).status_code == 401


async def test_lists_are_filtered_sorted_and_paged(moscow: Route, coordinator: Caller) -> None:
    filed = [await moscow.submitted(territory="moscow-early-help/yuzhny") for _ in range(3)]
    wanted: dict[str, str | int] = {
        "territory": "moscow-early-help/yuzhny",
        "state": "submitted",
        "sort": "-number",
        "limit": 2,
    }
    first = (await coordinator.get("/applications", params=wanted)).json()
    assert [item["number"] for item in first["items"]] == [filed[2]["number"], filed[1]["number"]]
    second = await coordinator.get("/applications", params={**wanted, "cursor": first["next_cursor"]})
    assert second.json()["items"][0]["number"] == filed[0]["number"]
    one = await coordinator.get("/applications", params={"number": filed[0]["number"]})
    assert [item["id"] for item in one.json()["items"]] == [filed[0]["id"]]
    assert "Тополев" not in one.text
    assert (await coordinator.get("/applications", params={"sort": "colour"})).status_code == 422
    assert (await coordinator.get("/applications", params={"state": "lost"})).status_code == 422
    assert (await coordinator.get("/applications", params={"limit": 100000})).status_code == 422


async def test_a_card_opened_is_a_reading_recorded(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    await coordinator.get(f"/applications/{filed['id']}")
    async with moscow.app.unit() as unit:
        found = text("SELECT principal_id, role, field_groups, resource FROM read_audit WHERE subject_id = :id")
        (row,) = (await unit.session.execute(found, {"id": filed["id"]})).all()
    assert row.principal_id == coordinator.principal.id
    assert (row.role, row.resource) == ("coordinator", "application")
    assert row.field_groups == ["contact", "core", "social"]


async def test_the_database_refuses_a_service_without_a_coordinator(moscow: Route) -> None:
    filed = await moscow.submitted()
    served = text("UPDATE applications SET state = 'handed_over' WHERE id = :id")
    async with moscow.app.unit() as unit:
        with pytest.raises(IntegrityError, match="served_by_somebody"):
            await unit.session.execute(served, {"id": filed["id"]})
        await unit.session.rollback()
