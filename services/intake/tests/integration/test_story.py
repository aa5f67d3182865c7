"""Steps 1 to 3 of the foundation's story, through the HTTP doors."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.intake import ApplicationAccepted, ApplicationSubmitted
from contracts.personal import Contact, FileOpening
from contracts.sealed import place, unseal
from intake.testing import Route, organisation


async def test_an_application_goes_from_the_public_form_to_the_service_that_accepts_it(moscow: Route) -> None:
    filed = await moscow.submitted(territory="moscow-early-help/severny")
    assert filed["outcome"] == "submitted"
    assert filed["number"].startswith("РП-2026-")
    assert filed["status_url"] == f"https://early.example/intake/status#{filed['status_token']}"
    assert datetime.fromisoformat(filed["call_back"]["due_at"]) == datetime(2026, 3, 2, 15, tzinfo=UTC)
    coordinator = await moscow.person("koordinator.moskva")

    listed = (await coordinator.get("/applications", params={"state": "submitted"})).json()
    assert filed["id"] in [item["id"] for item in listed["items"]]
    url = f"/applications/{filed['id']}"
    assert (await coordinator.post(f"{url}/take")).json()["state"] == "taken"
    call = {"outcome": "reached", "need": "Помощь логопеда", "explanation_given": True, "gestation_weeks": 31}
    card = (await coordinator.post(f"{url}/calls", json=call)).json()
    assert card["state"] == "reached"
    assert card["contact"]["phone"] == "+79050001122"
    assert card["social"]["need"] == "Помощь логопеда"
    near = (await coordinator.get(f"{url}/nearest-services")).json()["items"]
    assert near[0]["organisation_id"] == str(organisation("early-help-north"))
    assert near[0]["reasons"]
    handed = await coordinator.post(f"{url}/hand-over", json={"serving_organisation_id": near[0]["organisation_id"]})
    assert handed.json()["state"] == "handed_over", handed.text
    head = await moscow.person("head.sever")
    accepted = await head.post(f"{url}/accept")
    assert accepted.json()["state"] == "accepted", accepted.text


async def test_the_accepted_application_carries_the_opening_of_the_file_sealed(moscow: Route) -> None:
    coordinator, head = await moscow.person("koordinator.moskva"), await moscow.person("head.sever")
    card = await moscow.handed_over(coordinator, "early-help-north")
    assert (await head.post(f"/applications/{card['id']}/accept")).status_code == 200

    facts = [e for e in await moscow.app.published() if isinstance(e, ApplicationAccepted)]
    (fact,) = [fact for fact in facts if str(fact.application_id) == card["id"]]
    async with moscow.app.unit() as unit:
        key = await unit.keys.get(fact.child_id)
    opening = unseal(fact.opening, FileOpening, key, place(fact.fact_name(), "opening", fact.application_id))
    assert opening.child.name == "Тополев Мирон"
    assert opening.need == "Помощь логопеда"
    assert opening.diagnosis == "перинатальное поражение нервной системы"


async def test_the_contact_of_a_submitted_application_opens_with_the_representatives_key(moscow: Route) -> None:
    filed = await moscow.submitted()
    facts = [e for e in await moscow.app.published() if isinstance(e, ApplicationSubmitted)]
    (fact,) = [fact for fact in facts if str(fact.application_id) == filed["id"]]
    async with moscow.app.unit() as unit:
        key = await unit.keys.get(fact.representative_id)
    contact = unseal(fact.contact, Contact, key, place(fact.fact_name(), "contact", fact.application_id))
    assert contact == Contact(name="Тополева Анна Сергеевна", phone="+79050001122", email="topoleva@example.org")
