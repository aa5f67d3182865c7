"""Whoever files for a family: a doctor, the parents, twice; through which door; where the family lives."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing.plugin import START
from chassis.testing.running import Caller
from contracts.cases import ConsentRecorded
from contracts.identifiers import ConsentForm, Purpose
from contracts.intake import ApplicationDuplicateLinked, ApplicationTerritoriesSet, DiagnosisProtocolAttached
from intake.applications.model.search import SearchToken
from intake.applications.queries import search
from intake.testing import MOSCOW, SMOLENSK, Route, filled_form
from sqlalchemy import select

PDF = b"%PDF-1.7\n%%EOF\n"
CHILD: dict[str, Any] = {"child_name": "Ракитин Лука Олегович", "phone": "8 905 777-00-11", "birth_date": "2025-01-20"}


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


@pytest.fixture
async def doctor(moscow: Route) -> Caller:
    return await moscow.app.as_role("doctor")


async def filed_by_doctor(moscow: Route, doctor: Caller, **changes: Any) -> dict[str, Any]:
    return await moscow.submitted(
        doctor, source="health_agency", entry_point="hospital", triggers=["delayed_development"], **changes
    )


async def card_of(coordinator: Caller, id: str) -> dict[str, Any]:
    return dict((await coordinator.get(f"/applications/{id}")).json())


async def test_D2_07_a_doctor_files_and_sees_what_he_or_she_filed_and_nothing_else(
    moscow: Route, doctor: Caller
) -> None:
    filed, other = await filed_by_doctor(moscow, doctor), await moscow.submitted()
    card = await card_of(doctor, filed["id"])
    assert card["contact"]["child_name"] == "Тополев Мирон"
    assert (card["source"], card["entry_point"], card["health"]) == ("health_agency", "hospital", None)
    assert (await doctor.get(f"/applications/{other['id']}")).status_code == 404
    assert [line["id"] for line in (await doctor.get("/applications")).json()["items"]] == [filed["id"]]
    assert (await doctor.post(f"/applications/{filed['id']}/take")).status_code == 403


async def test_D2_07_a_doctor_speaks_for_the_health_agency_only(moscow: Route, doctor: Caller) -> None:
    answer = await doctor.post("/applications", json=filled_form(source="organisation"))
    assert (answer.status_code, answer.json()["slug"]) == (403, "source_not_allowed")


async def test_D2_35_delayed_development_is_a_trigger_of_its_own_and_stays_sealed(
    moscow: Route, doctor: Caller, coordinator: Caller
) -> None:
    filed = await filed_by_doctor(moscow, doctor, diagnosis=None)
    assert (await card_of(coordinator, filed["id"]))["withheld"] == ["health"]
    card = await with_consent(moscow, coordinator, filed["id"])
    assert card["health"]["triggers"] == ["delayed_development"]


async def with_consent(moscow: Route, coordinator: Caller, id: str) -> dict[str, Any]:
    card = await card_of(coordinator, id)
    fact = ConsentRecorded(
        case_id=uuid4(),
        consent_id=uuid4(),
        application_id=UUID(id),
        child_id=UUID(card["child_id"]),
        representative_id=UUID(card["representative_id"]),
        purpose=Purpose.HEALTH,
        form=ConsentForm.PAPER,
        given_on=START.date(),
    )
    assert await moscow.app.deliver(fact) is None
    return await card_of(coordinator, id)


async def test_D2_14_the_public_form_tells_three_triggers_by_code(moscow: Route) -> None:
    form = (await moscow.app.client().get(f"/regions/{MOSCOW}/application-form")).json()
    told = [trigger["code"] for trigger in form["triggers"]]
    assert told == ["development_worry", "premature_or_intensive_care", "diagnosis_after_birth"]
    assert (await moscow.submitted(triggers=told))["outcome"] == "submitted"
    answer = await moscow.app.client().post("/applications", json=filled_form(triggers=["boredom"]))
    assert answer.status_code == 422
    assert (answer.json()["slug"], answer.json()["errors"][0]["field"]) == ("trigger_unknown", "triggers.0")
    assert "delayed_development" in answer.json()["known"]


@pytest.mark.parametrize("name", ["email", "diagnosis", "actual_address", "comment", "entry_point"])
async def test_D2_15_nothing_beyond_the_form_is_required(moscow: Route, name: str) -> None:
    assert (await moscow.submitted(**{name: None}))["outcome"] == "submitted"


async def test_D2_08_the_protocol_follows_later_and_stays_closed_until_a_written_consent(
    moscow: Route, doctor: Caller, coordinator: Caller
) -> None:
    filed = await filed_by_doctor(moscow, doctor, protocol_follows=True)
    assert (await card_of(coordinator, filed["id"]))["protocol_due_at"].startswith("2026-03-10T")
    url = f"/applications/{filed['id']}/protocol"
    files = {"file": ("p.pdf", PDF, "application/pdf")}
    early = await doctor.post(url, files=files, data={"announced_on": "2026-04-01"})
    assert (early.status_code, early.json()["slug"]) == (422, "announced_in_future")
    answer = await doctor.post(url, files=files, data={"announced_on": "2026-02-27"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["kind"] == "diagnosis_protocol"
    assert (await card_of(coordinator, filed["id"]))["protocol_due_at"] is None
    file = f"/applications/{filed['id']}/files/{answer.json()['id']}"
    assert (await coordinator.get(file)).status_code == 403
    card = await with_consent(moscow, coordinator, filed["id"])
    assert card["health"]["announced_on"] == "2026-02-27"
    assert (await coordinator.get(file)).content == PDF
    facts = await moscow.app.published(DiagnosisProtocolAttached)
    assert [str(getattr(fact, "file_id", "")) for fact in facts] == [answer.json()["id"]]


async def test_D2_08_parents_are_not_asked_for_a_protocol(moscow: Route) -> None:
    answer = await moscow.app.client().post("/applications", json=filled_form(protocol_follows=True))
    assert (answer.status_code, answer.json()["slug"]) == (422, "protocol_not_expected")


async def test_D2_08_a_missing_protocol_is_work_with_a_due_time(
    moscow: Route, doctor: Caller, coordinator: Caller
) -> None:
    filed = await filed_by_doctor(moscow, doctor, protocol_follows=True)
    found = [i for i in (await coordinator.get("/worklist")).json()["items"] if i["subject_id"] == filed["id"]]
    (item,) = [item for item in found if item["kind"] == "protocol"]
    assert item["due_at"].startswith("2026-03-10T")
    assert item["explanation"]


async def test_D2_13_an_earlier_application_of_the_child_is_linked_and_never_refused(
    moscow: Route, coordinator: Caller
) -> None:
    first = await moscow.submitted(**CHILD)
    second = await moscow.submitted(**{**CHILD, "child_name": "Rakitin Luka"})
    assert second["outcome"] == "submitted"
    await moscow.app.fire_timers()
    (linked,) = (await card_of(coordinator, second["id"]))["duplicates"]
    assert (linked["earlier_id"], linked["number"], linked["state"]) == (first["id"], first["number"], "found")
    assert linked["reasons"] == ["birth_date", "name", "phone"]
    assert (await card_of(coordinator, first["id"]))["duplicates"] == []
    url = f"/applications/{second['id']}/duplicates/{linked['id']}"
    judged = await coordinator.post(url, json={"same": True})
    assert judged.json()["duplicates"][0]["state"] == "confirmed"
    assert (await coordinator.post(url, json={"same": False})).json()["slug"] == "already_judged"
    facts = await moscow.app.published(ApplicationDuplicateLinked)
    assert [getattr(fact, "state", "") for fact in facts][-2:] == ["found", "confirmed"]


async def test_T9_an_earlier_application_elsewhere_is_told_as_a_fact_only(moscow: Route, smolensk: Route) -> None:
    other = {"child_name": "Вербин Прохор", "phone": "8 905 777-00-12", "birth_date": "2025-02-21"}
    await moscow.submitted(None, **other)
    second = await smolensk.submitted(None, **other)
    await moscow.app.fire_timers()
    coordinator = await smolensk.person("koordinator.smolensk")
    (linked,) = (await card_of(coordinator, second["id"]))["duplicates"]
    assert (linked["earlier_id"], linked["number"]) == (None, None)
    assert linked["reasons"] == ["birth_date", "name", "phone"]


async def test_a_family_is_found_by_name_in_any_spelling_by_whoever_works_with_it(
    moscow: Route, coordinator: Caller
) -> None:
    told = {"child_name": "Ясновская Ефросинья", "representative_name": "Лепёшкин Фёдор"}
    card = await moscow.handed_over(coordinator, "early-help-north", **told)
    for name in ("ясновская", "Yasnovskaya", "ефросинья ЯСНОВСКАЯ", "лепешкин фёдор", "Есновская"):
        found = (await coordinator.get("/applications", params={"name": name})).json()["items"]
        assert [line["id"] for line in found] == [card["id"]], name
    north, south = await moscow.person("head.sever"), await moscow.person("head.yug")
    assert (await north.get("/applications", params={"name": "Ясновская"})).json()["items"]
    assert (await south.get("/applications", params={"name": "Ясновская"})).json()["items"] == []
    async with moscow.app.unit(south.principal) as unit:
        assert (await unit.session.scalars(select(SearchToken).limit(1))).all() == []
    assert (await coordinator.get("/applications", params={"name": "Нетаких"})).json()["items"] == []


async def test_a_misspelt_name_is_found_even_where_all_its_letters_are_common(
    moscow: Route, coordinator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RARE", 0)
    filed = await moscow.submitted(None, child_name="Жаворонкова Аглая")
    found = (await coordinator.get("/applications", params={"name": "Жаваранкова Аглая"})).json()["items"]
    assert [line["id"] for line in found] == [filed["id"]]


@pytest.mark.parametrize("what", ["submitted", "due"])
async def test_a_list_is_narrowed_to_a_span_whose_end_is_not_included(
    moscow: Route, coordinator: Caller, what: str
) -> None:
    filed = await moscow.submitted()

    async def listed(**span: str) -> bool:
        found = await coordinator.get("/applications", params={"number": filed["number"], **span})
        return bool(found.json()["items"])

    (line,) = (await coordinator.get("/applications", params={"number": filed["number"]})).json()["items"]
    moment = line[f"{what}_at"]
    assert await listed(**{f"{what}_since": moment})
    assert not await listed(**{f"{what}_until": moment})
    without_zone = {f"{what}_since": "2026-03-02T10:00:00"}
    assert (await coordinator.get("/applications", params=without_zone)).status_code == 422


async def test_D2_12_each_entry_point_is_counted(moscow: Route, coordinator: Caller) -> None:
    async def counted(point: str) -> int:
        rows = (await coordinator.get("/applications/entry-points", params={"region": MOSCOW})).json()["items"]
        return sum(row["applications"] for row in rows if row["entry_point"] == point)

    before = [await counted(point) for point in ("polyclinic", "hospital")]
    for point in ("polyclinic", "hospital", "hospital"):
        await moscow.submitted(entry_point=point)
    assert [await counted(point) for point in ("polyclinic", "hospital")] == [before[0] + 1, before[1] + 2]


async def test_D3_12_the_code_of_a_stand_is_kept_as_entry_point(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted(entry_point="stand")
    assert (await card_of(coordinator, filed["id"]))["entry_point"] == "stand"
    rows = (await coordinator.get("/applications/entry-points")).json()["items"]
    assert {row["title"] for row in rows if row["entry_point"] == "stand"} == {"Стенд"}
    stranger = await moscow.app.as_role("coordinator", organisation_ids=[uuid4()])
    assert (await stranger.get("/applications/entry-points")).json()["items"] == []


async def test_the_bound_account_withdraws_as_the_token_does(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    card = await card_of(coordinator, filed["id"])
    family = await moscow.app.as_role("account", "family", child_ids=[card["child_id"]])
    answer = await family.post(f"/applications/{filed['id']}/withdraw")
    assert answer.json()["state"] == "withdrawn", answer.text
    assert (await family.post(f"/applications/{filed['id']}/withdraw")).status_code == 409
    other = await moscow.submitted()
    assert (await family.post(f"/applications/{other['id']}/withdraw")).status_code == 404


async def test_D1_09_the_kind_of_family_is_kept_and_filtered_by(smolensk: Route) -> None:
    coordinator = await smolensk.person("koordinator.smolensk")
    form = (await coordinator.get(f"/regions/{SMOLENSK}/application-form")).json()
    assert [kind["code"] for kind in form["client_types"]] == ["rural", "town"]
    filed = await smolensk.submitted()
    await coordinator.post(f"/applications/{filed['id']}/take")
    call = {"outcome": "no_answer", "client_type": "moon"}
    answer = await coordinator.post(f"/applications/{filed['id']}/calls", json=call)
    assert (answer.status_code, answer.json()["slug"]) == (422, "client_type_unknown")
    answer = await coordinator.post(f"/applications/{filed['id']}/calls", json={**call, "client_type": "rural"})
    assert answer.json()["client_type"] == "rural"
    found = (await coordinator.get("/applications", params={"client_type": "rural"})).json()["items"]
    assert [line["id"] for line in found] == [filed["id"]]


async def test_T15_a_family_lives_here_and_is_answered_for_there(smolensk: Route) -> None:
    coordinator = await smolensk.person("koordinator.smolensk")
    filed = await smolensk.submitted(territory=f"{SMOLENSK}/gagarin")
    url = f"/applications/{filed['id']}/territories"
    body = {"residence": f"{SMOLENSK}/gagarin", "responsible": f"{SMOLENSK}/smolensk-city"}
    card = (await coordinator.put(url, json=body)).json()
    assert (card["residence_territory"], card["territory"]) == (body["residence"], body["responsible"])
    assert await smolensk.app.published(ApplicationTerritoriesSet)
    manager = await smolensk.app.as_role("manager", territories=[f"{SMOLENSK}/smolensk-city"])
    assert filed["id"] in [line["id"] for line in (await manager.get("/applications")).json()["items"]]
    wrong = await coordinator.put(url, json={**body, "responsible": "smolensk/atlantis"})
    assert (wrong.status_code, wrong.json()["slug"]) == (422, "territory_unknown")


async def test_D2_20_the_status_page_names_the_minimal_documents(moscow: Route, coordinator: Caller) -> None:
    head = await moscow.person("head.sever")
    card = await moscow.handed_over(coordinator, "early-help-north")
    await head.post(f"/applications/{card['id']}/accept")
    page = (await moscow.app.client(status_token=card["status_token"]).get("/applications/status")).json()
    assert page["next_step"].endswith("Нужны: паспорт, свидетельство о рождении.")


async def test_D0_16_the_status_page_opens_in_large_letters_once_chosen(moscow: Route) -> None:
    filed = await moscow.submitted()
    family = moscow.app.client(status_token=filed["status_token"])
    assert (await family.get("/applications/status")).json()["low_vision"] is False
    assert (await family.put("/applications/status/low-vision", json={"low_vision": True})).json()["low_vision"]
    assert (await family.get("/applications/status")).json()["low_vision"] is True


async def test_D0_16_every_page_begins_with_large_letters_and_keeps_the_choice(moscow: Route) -> None:
    for path in ("/status", "/question"):
        page = (await moscow.app.client().get(path)).text
        header, _, _ = page.partition("<h1")
        assert '<button type="button" id="size" aria-pressed="false">Крупный шрифт</button>' in header
        assert 'localStorage.setItem("large"' in page
