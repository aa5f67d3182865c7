"""The consultant of the sector: what he sees, accepts, returns, and changes by request only (D0-02, D0-17)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from chassis.testing.running import Caller, Running
from contracts.intake import (
    DataChangeDecided,
    DataChangeRequested,
    HealthConsentWithdrawn,
    QuestionnaireAccepted,
    StatusDocumentExpiring,
)
from contracts.personal import FileOpening
from contracts.sealed import place, unseal
from intake.portal.model.questionnaire import Questionnaire
from intake.testing import Route, organisation
from intake.testing.portal import ANSWERS, OBLAST, accepted, consents, sent, written
from sqlalchemy import text

PDF = b"%PDF-1.7\n%%EOF\n"


async def test_D0_02_every_municipality_belongs_to_exactly_one_of_four_sectors(intake: Running) -> None:
    found = (await intake.client().get(f"/regions/{OBLAST}/sectors")).json()
    assert [(s["code"], len(s["territories"]), s["registered"]) for s in found["sectors"]] == [
        ("north", 15, 8179),
        ("south", 18, 4437),
        ("west", 15, 2863),
        ("east", 15, 9748),
    ]
    assert found["registered"] == 25227
    together = [code for sector in found["sectors"] for code in sector["territories"]]
    assert len(together) == len(set(together)) == 63


async def test_D0_03_each_sector_has_its_consultant_and_seven_spheres_to_bring_in(intake: Running) -> None:
    found = (await intake.client().get(f"/regions/{OBLAST}/sectors")).json()
    assert len({sector["consultant"]["id"] for sector in found["sectors"]}) == 4
    spheres = {sphere["code"]: sphere["organisations"] for sphere in found["spheres"]}
    assert len(spheres) == 7
    assert all(spheres.values())
    administrator = await intake.as_role("administrator")
    staff = (await administrator.get("/staff", params={"region": OBLAST, "limit": 50})).json()["items"]
    north = next(one for one in staff if one["id"] == found["sectors"][0]["consultant"]["id"])
    assert north["territories"] == sorted(found["sectors"][0]["territories"])


async def test_D0_19_the_end_of_the_status_document_is_work_in_time(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    intake.clock.set(datetime(2026, 5, 3, 12, 0, tzinfo=UTC))
    await intake.fire_timers()
    facts = await intake.published(StatusDocumentExpiring)
    assert str(getattr(facts[-1], "questionnaire_id", "")) == card["id"]
    work = (await consultant.get("/worklist")).json()["items"]
    (item,) = [one for one in work if one["kind"] == "status_document" and one["subject_id"] == card["id"]]
    assert item["due_at"] == "2026-06-01T21:00:00Z"


async def test_the_consultant_of_the_sector_sees_it_only_when_sent_and_health_only_with_a_paper(
    family: Caller, consultant: Caller
) -> None:
    card = await written(family)
    url = f"/questionnaires/{card['id']}"
    scan = await family.post(
        f"{url}/files", files={"file": ("a.pdf", PDF, "application/pdf")}, params={"kind": "status_document"}
    )
    assert (await consultant.get(url)).status_code == 404
    await family.post(f"{url}/send", json={"consents": consents()})
    seen = (await consultant.get(url)).json()
    assert seen["answers"]["child_name"] == ANSWERS["child_name"]
    assert seen["answers"]["diagnosis"] is None
    assert seen["withheld"] == ["health"]
    file = f"{url}/files/{scan.json()['id']}"
    assert (await consultant.get(file)).json()["slug"] == "consent_missing"
    assert (await consultant.post(f"{url}/health-consent", json={"paper_seen": False})).status_code == 422
    opened = (await consultant.post(f"{url}/health-consent", json={"paper_seen": True})).json()
    assert opened["answers"]["diagnosis"] == ANSWERS["diagnosis"]
    assert (await consultant.get(file)).content == PDF


async def test_D0_22_a_withdrawn_health_consent_closes_the_diagnosis_at_once(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    url = f"/questionnaires/{card['id']}"
    for who in (family, consultant):
        opened = (await consultant.post(f"{url}/health-consent", json={"paper_seen": True})).json()
        assert opened["answers"]["diagnosis"] == ANSWERS["diagnosis"]
        for _ in range(2):
            told = await who.post(f"{url}/health-consent/withdraw")
            assert (told.status_code, told.json()["health_consent_at"]) == (200, None), told.text
        seen = (await consultant.get(url)).json()
        assert (seen["withheld"], seen["answers"]["diagnosis"]) == (["health"], None)
    assert (await family.get(url)).json()["answers"]["diagnosis"] == ANSWERS["diagnosis"]
    facts = [e for e in await intake.published(HealthConsentWithdrawn) if str(e.aggregate_id) == card["id"]]
    assert len(facts) == 2
    stranger = await intake.as_role("account")
    await stranger.post("/accounts")
    assert (await stranger.post(f"{url}/health-consent/withdraw")).status_code == 404


async def test_another_family_and_another_region_see_nothing(intake: Running, family: Caller) -> None:
    card = await sent(family)
    stranger, moscow = await intake.as_role("account"), await Route(intake).person("koordinator.moskva")
    await stranger.post("/accounts")
    for other in (stranger, moscow):
        assert (await other.get(f"/questionnaires/{card['id']}")).status_code == 404
        assert (await other.get("/questionnaires")).json()["items"] == []
    assert (await stranger.put(f"/questionnaires/{card['id']}", json={})).status_code == 404
    manager = await Route(intake, OBLAST).person("manager.oblast")
    seen = (await manager.get(f"/questionnaires/{card['id']}")).json()
    assert {name: answer for name, answer in seen["answers"].items() if answer} == {"district": f"{OBLAST}/klin"}


async def test_a_returned_questionnaire_is_corrected_and_sent_again(family: Caller, consultant: Caller) -> None:
    card = await sent(family)
    url = f"/questionnaires/{card['id']}"
    assert (await family.put(url, json=ANSWERS)).json()["slug"] == "wrong_state"
    wrong = await consultant.post(f"{url}/return", json={"reason_code": "moon"})
    assert (wrong.status_code, wrong.json()["slug"]) == (422, "reason_unknown")
    back = (await consultant.post(f"{url}/return", json={"reason_code": "data_differ"})).json()
    assert (back["state"], back["return_reason"]["code"], back["due_at"]) == ("returned", "data_differ", None)
    assert (await family.put(url, json={**ANSWERS, "child_name": "Берёзкин Тимур Ильич"})).status_code == 200
    again = (await family.post(f"{url}/send", json={"consents": consents()})).json()
    assert (again["state"], again["answers"]["child_name"]) == ("sent", "Берёзкин Тимур Ильич")


async def test_accepting_tells_the_file_what_it_starts_with_sealed(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    fact = (await intake.published(QuestionnaireAccepted))[-1]
    assert isinstance(fact, QuestionnaireAccepted)
    async with intake.unit() as unit:
        key = await unit.keys.get(fact.child_id)
    at = place(QuestionnaireAccepted.fact_name(), "opening", fact.questionnaire_id)
    assert unseal(fact.opening, FileOpening, key, at).child.name == ANSWERS["child_name"]
    assert (await consultant.post(f"/questionnaires/{card['id']}/accept", json={})).status_code == 409


async def test_D0_17_a_change_is_a_request_the_consultant_decides_on(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    url = f"/questionnaires/{card['id']}"
    assert (await family.put(url, json=ANSWERS)).status_code == 409
    asked = await family.post(
        f"{url}/changes", json={"address": "г. Клин, ул. Новая, д. 7", "email": "new@example.org"}
    )
    assert asked.status_code == 201, asked.text
    change = asked.json()
    assert change["fields"] == ["address", "email"]
    assert (await family.get(url)).json()["answers"]["address"] == ANSWERS["address"]
    second = await family.post(f"{url}/changes", json={"note": "и ещё"})
    assert second.status_code == 409
    seen = (await consultant.get(f"/data-changes/{change['id']}")).json()
    assert {one["field"]: (one["before"], one["after"]) for one in seen["changes"]} == {
        "address": (ANSWERS["address"], "г. Клин, ул. Новая, д. 7"),
        "email": (ANSWERS["email"], "new@example.org"),
    }
    work = [i for i in (await consultant.get("/worklist")).json()["items"] if i["subject_id"] == change["id"]]
    assert [item["kind"] for item in work] == ["data_change"]
    decided = await consultant.post(f"/data-changes/{change['id']}/decide", json={"accept": True})
    assert decided.json()["state"] == "accepted", decided.text
    answers = (await family.get(url)).json()["answers"]
    assert (answers["address"], answers["email"]) == ("г. Клин, ул. Новая, д. 7", "new@example.org")
    assert answers["child_name"] == ANSWERS["child_name"]
    again = await consultant.post(f"/data-changes/{change['id']}/decide", json={"accept": True})
    assert again.json()["slug"] == "already_decided"
    assert await intake.published(DataChangeRequested)
    fact = (await intake.published(DataChangeDecided))[-1]
    assert getattr(fact, "decision", "") == "accepted"


async def test_D0_17_a_declined_change_has_a_reason_and_a_withdrawn_one_changes_nothing(
    family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    url = f"/questionnaires/{card['id']}"
    first = (await family.post(f"{url}/changes", json={"diagnosis": "другое"})).json()
    seen = (await consultant.get(f"/data-changes/{first['id']}")).json()
    assert (seen["fields"], seen["changes"]) == (["diagnosis"], [])
    bare = await consultant.post(f"/data-changes/{first['id']}/decide", json={"accept": False})
    assert bare.json()["slug"] == "reason_missing"
    body = {"accept": False, "reason_code": "document_needed"}
    declined = (await consultant.post(f"/data-changes/{first['id']}/decide", json=body)).json()
    assert (declined["state"], declined["reason"]["title"]) == ("declined", "Нужен подтверждающий документ")
    second = (await family.post(f"{url}/changes", json={"note": "Уже нашли"})).json()
    assert (await family.post(f"/data-changes/{second['id']}/withdraw")).json()["state"] == "withdrawn"
    nothing = await family.post(f"{url}/changes", json={"note": ANSWERS["note"]})
    assert (nothing.status_code, nothing.json()["slug"]) == (422, "nothing_changes")
    answers = (await family.get(url)).json()["answers"]
    assert (answers["diagnosis"], answers["note"]) == (ANSWERS["diagnosis"], ANSWERS["note"])


async def test_D0_18_a_change_leaves_nothing_out_that_a_questionnaire_must_tell(
    family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    url = f"/questionnaires/{card['id']}/changes"
    for field, empty in (("child_name", None), ("birth_date", None), ("status_document", None), ("parents", [])):
        answer = await family.post(url, json={field: empty})
        assert (answer.status_code, answer.json()["slug"]) == (422, "questionnaire_incomplete")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    phones = {"home_phone": None, "work_phone": None, "mobile_phone": None}
    assert (await family.post(url, json=phones)).json()["errors"][0]["field"] == "mobile_phone"
    assert (await family.post(url, json={"work_phone": None, "diagnosis": None})).status_code == 201


async def test_D0_32_exactly_one_consultant_answers_for_the_family_at_any_time(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    url = f"/questionnaires/{card['id']}"
    assert (await family.get(url)).json()["consultant_id"] == str(consultant.principal.id)
    # what changes hands goes to the new consultant whole: the questionnaire and what waits to be decided on
    change = (await family.post(f"{url}/changes", json={"district": f"{OBLAST}/kolomna"})).json()
    await consultant.post(f"/data-changes/{change['id']}/decide", json={"accept": True})
    waiting = (await family.post(f"{url}/changes", json={"note": "Переехали"})).json()
    await intake.fire_timers()
    south = await Route(intake, OBLAST).person("konsultant.yug")
    assert (await family.get(url)).json()["consultant_id"] == str(south.principal.id)
    items = (await south.get("/worklist")).json()["items"]
    (item,) = [one for one in items if one["subject_id"] == waiting["id"]]
    assert item["assigned_to"] == str(south.principal.id)


async def test_T15_a_family_that_moves_gets_the_consultant_of_the_new_sector(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    change = (await family.post(f"/questionnaires/{card['id']}/changes", json={"district": f"{OBLAST}/kolomna"})).json()
    await consultant.post(f"/data-changes/{change['id']}/decide", json={"accept": True})
    assert await intake.fire_timers() == 1
    south = await Route(intake, OBLAST).person("konsultant.yug")
    moved = (await south.get(f"/questionnaires/{card['id']}")).json()
    assert (moved["district"], moved["territory"]) == (f"{OBLAST}/kolomna", f"{OBLAST}/kolomna")
    assert moved["consultant_id"] == str(south.principal.id)


async def test_T15_a_move_to_the_district_of_another_organisation_is_decided_here_and_then_is_theirs(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    async with intake.unit() as unit:
        moved_here = await unit.session.get_one(Questionnaire, card["id"])
        moved_here.organisation_id = uuid4()
    here = await intake.as_role("coordinator", organisation_ids=[moved_here.organisation_id])
    change = (await family.post(f"/questionnaires/{card['id']}/changes", json={"district": f"{OBLAST}/kolomna"})).json()
    decided = await here.post(f"/data-changes/{change['id']}/decide", json={"accept": True})
    assert (decided.status_code, decided.json()["state"]) == (200, "accepted")
    waiting = (await family.post(f"/questionnaires/{card['id']}/changes", json={"note": "Переехали"})).json()
    assert await intake.fire_timers() == 1
    south = await Route(intake, OBLAST).person("konsultant.yug")
    theirs = await south.post(f"/data-changes/{waiting['id']}/decide", json={"accept": True})
    assert (theirs.status_code, theirs.json()["state"]) == (200, "accepted")
    assert (await here.get(f"/questionnaires/{card['id']}")).status_code == 404


async def test_every_reading_of_a_questionnaire_is_recorded(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await sent(family)
    before = await read_count(intake, card["child_id"])
    await consultant.get(f"/questionnaires/{card['id']}")
    assert await read_count(intake, card["child_id"]) == before + 1
    async with intake.unit() as unit:
        found = await unit.session.get_one(Questionnaire, card["id"])
    assert found.organisation_id == organisation("service", OBLAST)


async def read_count(intake: Running, child_id: str) -> int:
    async with intake.unit() as unit:
        counted = text("SELECT count(*) FROM read_audit WHERE child_id = :child")
        return int(await unit.session.scalar(counted, {"child": child_id}) or 0)
