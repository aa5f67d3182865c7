"""The first appointment over HTTP, in its order and out of it (D2-20, D2-21, D2-24)."""

from typing import Any

import pytest
from cases.assessments.icf import CHAPTERS
from cases.pack import title_of
from cases.testing import DOCUMENTS, GOAL, LINE, MOSCOW, SMOLENSK, facts, pack
from chassis.clock import new_id
from chassis.testing.running import Running
from contracts.cases import (
    AssessmentCompleted,
    ConsentRecorded,
    DocumentsSeen,
    EligibilityRecognised,
    ProgrammeApproved,
    TeamFixed,
)
from contracts.personal import Address, Contact
from contracts.sealed import place, unseal


async def test_D2_21_the_first_appointment_leads_to_an_approved_iprp(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.first_appointment()
    approved = await family.approved(await family.iprp())
    assert approved["state"] == "approved"
    assert (approved["starts_on"], approved["ends_on"]) == ("2026-03-02", "2026-09-01")
    card = await family.card()
    assert card["first_appointment"]["done"] == card["first_appointment"]["steps"]
    assert card["first_appointment"]["assessments"][0]["findings"][0]["code"] == "d450.23"
    found = [e for e in await app.published() if getattr(e, "case_id", None) == family.case_id]
    order = [DocumentsSeen, ConsentRecorded, AssessmentCompleted, EligibilityRecognised, TeamFixed, ProgrammeApproved]
    assert [type(e) for e in found if type(e) in order] == order


async def test_codes_of_the_region_stand_beside_their_titles(arrival: Any) -> None:
    family = await arrival(MOSCOW, territory=f"{MOSCOW}/severny")
    await family.first_appointment()
    programme = await family.iprp()
    card = await family.card()
    listed = (await family.specialist.get("/case-files", params={"child_id": str(family.event.child_id)})).json()
    assert card["territory_title"] == listed["items"][0]["territory_title"] == "Северный район"
    first = card["first_appointment"]
    assert len(first["documents"]["kind_titles"]) == len(first["documents"]["kinds"])
    assert first["documents"]["authority_title"] == title_of("parent", pack(MOSCOW).authorities)
    assert first["assessments"][0]["tool_title"] == title_of("observation", pack(MOSCOW).tools)
    (goal,) = (await family.specialist.get(f"/programmes/{programme['id']}")).json()["versions"][0]["goals"]
    assert (goal["routine_title"], goal["icf_chapter"]) == ("Кормление", CHAPTERS["d5"])


async def test_the_approval_carries_lines_and_the_reach_of_the_family_sealed(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.first_appointment()
    approved = await family.approved(await family.iprp())
    (fact,) = [e for e in await facts(app, ProgrammeApproved) if str(e.programme_id) == approved["id"]]
    assert fact.address is not None
    assert fact.contact is not None
    at = {name: place(ProgrammeApproved.fact_name(), name, fact.programme_id) for name in ("address", "contact")}
    assert unseal(fact.address, Address, family.key, at["address"]).latitude == 55.0
    assert unseal(fact.contact, Contact, family.key, at["contact"]).phone == "+79990000001"
    assert (fact.lines[0].service_code, fact.lines[0].count, fact.lines[0].skill) == (
        LINE["service"],
        12,
        "psychologist",
    )
    assert fact.specialist_ids == (family.specialist_id,)
    assert fact.goals == 1


@pytest.mark.parametrize(
    ("path", "body", "missing"),
    [
        ("consents", {"purpose": "health", "form": "paper"}, ["documents"]),
        ("eligibility", {"eligible": True}, ["documents", "consents", "assessment"]),
        ("team", {"specialist_ids": [str(new_id())]}, ["documents", "consents", "assessment", "eligibility"]),
        (
            "programmes",
            {"kind": "iprp", "starts_on": "2026-03-02", "goals": [GOAL], "lines": [LINE]},
            ["documents", "consents", "assessment", "eligibility", "team"],
        ),
    ],
)
async def test_D2_20_a_step_out_of_order_names_what_comes_first(
    arrival: Any, path: str, body: dict[str, Any], missing: list[str]
) -> None:
    family = await arrival(MOSCOW)
    await family.knows_specialist()
    if path == "team":
        body = {"specialist_ids": [str(family.specialist_id)]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/{path}", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (409, "step_out_of_order")
    assert answer.json()["missing_steps"] == missing


async def test_D2_20_the_minimal_set_is_passport_and_birth_certificate(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    body = {**DOCUMENTS, "kinds": ["passport"]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/documents-seen", json=body)
    assert answer.status_code == 422
    assert answer.json()["missing_documents"] == ["birth_certificate"]
    assert "свидетельство о рождении" in answer.json()["detail_ru"].lower()
    body = {**DOCUMENTS, "kinds": [*DOCUMENTS["kinds"], "income_statement"]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/documents-seen", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "kinds")


async def test_D2_20_need_is_recognised_by_the_assessment_and_not_before_it(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.consents()
    await family.is_assessed()
    url = f"/case-files/{family.case_id}/eligibility"
    for day, slug in (("2026-03-01", "decided_before_assessed"), ("2026-03-03", "date_in_future")):
        answer = await family.specialist.post(url, json={"eligible": True, "decided_on": day})
        assert (answer.status_code, answer.json()["slug"]) == (422, slug)
        assert answer.json()["errors"][0]["field"] == "decided_on"
    assert "eligibility" in (await family.post("eligibility", {"eligible": True}))["done"]


async def test_D2_24_an_iprp_without_goals_is_not_approved(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.first_appointment()
    draft = await family.iprp(goals=[])
    await family.specialist.post(f"/programmes/{draft['id']}/sign", json={})
    answer = await family.head.post(f"/programmes/{draft['id']}/approve")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "goals")


async def test_the_authority_of_the_signer_is_a_code_of_the_region(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    body = {**DOCUMENTS, "authority": "neighbour"}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/documents-seen", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "authority")


@pytest.mark.parametrize("form", ["tick", "simple_signature"])
async def test_a_consent_at_the_first_appointment_is_written(arrival: Any, form: str) -> None:
    family = await arrival(MOSCOW)
    await family.post("documents-seen", DOCUMENTS)
    body = {"purpose": "health", "form": form}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/consents", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "consent_not_written")


async def test_whoever_is_not_recognised_gets_no_team(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.consents()
    await family.is_assessed()
    await family.post("eligibility", {"eligible": False})
    body = {"specialist_ids": [str(family.specialist_id)]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/team", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (409, "not_eligible")


async def test_D2_21_the_team_works_for_the_serving_organisation(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.consents()
    await family.is_assessed()
    await family.post("eligibility", {"eligible": True})
    body = {"specialist_ids": [str(family.specialist_id), str(new_id())]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/team", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "unknown_specialist")


async def test_a_region_without_the_step_says_so(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    answer = await family.specialist.post(f"/case-files/{family.case_id}/eligibility", json={"eligible": True})
    assert (answer.status_code, answer.json()["slug"]) == (409, "step_not_in_region")


@pytest.mark.parametrize(
    ("finding", "field"),
    [
        ({"category": "d45", "qualifier": 2}, "findings.0.category"),
        ({"category": "z450", "qualifier": 2}, "findings.0.category"),
        ({"category": "d450", "qualifier": 5}, "findings.0.qualifier"),
    ],
)
async def test_a_malformed_finding_is_named_by_its_field(arrival: Any, finding: dict[str, Any], field: str) -> None:
    family = await arrival(MOSCOW)
    body = {"tool": "observation", "assessors": [str(new_id())], "findings": [finding]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/assessments", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
