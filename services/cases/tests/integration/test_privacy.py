"""Who sees what: consents at read time, other families, readers, the canary."""

from datetime import timedelta
from typing import Any

import pytest
from cases.testing import DOCUMENTS, LINE, MOSCOW, SMOLENSK, Family, facts
from chassis.clock import new_id
from chassis.testing.canary import Canary
from chassis.testing.running import Running
from contracts.access import FieldGroup
from contracts.cases import ConsentWithdrawn
from contracts.identifiers import ConsentForm, Purpose
from contracts.intake import ConsentTicked
from sqlalchemy import text


async def test_health_data_stay_sealed_without_a_written_consent(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    card = await family.card()
    assert card["sections"]["questionnaire"]["diagnosis"] is None
    assert card["withheld"] == ["health"]
    assert card["sections"]["questionnaire"]["need"] == "Нужны занятия дома"


async def test_a_tick_is_in_the_register_but_opens_nothing(app: Running, nats_client: Any) -> None:
    family = await Family.accepted(app, MOSCOW)
    await family.give_key(nats_client)
    tick = ConsentTicked(
        application_id=family.event.application_id,
        consent_id=new_id(),
        child_id=family.event.child_id,
        representative_id=family.event.representative_id,
        purpose=Purpose.HEALTH,
        form=ConsentForm.TICK,
        text_version="2026-1",
        text_hash="ab" * 32,
        given_at=app.clock.now(),
    )
    await app.deliver(tick)
    await app.deliver(family.event)
    await family.sign_in()
    section = (await family.card())["sections"]["questionnaire"]
    assert [(c["purpose"], c["form"], c["standing"]) for c in section["consents"]] == [("health", "tick", True)]
    assert section["diagnosis"] is None


async def test_a_written_consent_opens_and_its_withdrawal_closes_at_once(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    consent = await family.consents()
    await family.is_assessed()
    await family.post("eligibility", {"eligible": True})
    await family.post("team", {"specialist_ids": [str(family.specialist_id)]})
    draft = await family.iprp()
    card = await family.card()
    assert card["sections"]["questionnaire"]["diagnosis"] == "Задержка моторного развития"
    assert (await family.specialist.get(f"/programmes/{draft['id']}")).json()["versions"][0]["goals"]
    withdrawn = await family.representative.post(f"/consents/{consent}/withdraw")
    assert withdrawn.status_code == 200, withdrawn.text
    assert [e.consent_id for e in await facts(app, ConsentWithdrawn) if e.case_id == family.case_id] == [consent]
    card = await family.card()
    assert card["sections"]["questionnaire"]["diagnosis"] is None
    assert card["first_appointment"]["assessments"][0]["findings"] is None
    assert (await family.specialist.get(f"/programmes/{draft['id']}")).json()["versions"][0]["goals"] is None
    again = await family.representative.post(f"/consents/{consent}/withdraw")
    assert again.json()["slug"] == "consent_already_withdrawn"


async def test_after_a_withdrawal_no_assessment_is_recorded(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    consent = await family.consents()
    await family.representative.post(f"/consents/{consent}/withdraw")
    body = {"tool": "observation", "assessors": [str(new_id())], "findings": [{"category": "d450", "qualifier": 2}]}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/assessments", json=body)
    assert (answer.status_code, answer.json()["missing_steps"]) == (409, ["consents"])


async def test_an_ippsu_in_force_is_the_ground_for_social_services(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    draft = await family.iksra()
    assert (await family.approved(draft))["state"] == "approved"


@pytest.mark.parametrize(
    "path", ["", "/readers", "/quota", "/deliveries", "/assessments", "/documents-seen", "/consents", "/programmes"]
)
async def test_another_family_gets_404_for_everything(app: Running, arrival: Any, path: str) -> None:
    mine, other = await arrival(MOSCOW), await arrival(MOSCOW)
    answer = await other.representative.get(f"/case-files/{mine.case_id}{path}")
    assert answer.status_code in {404, 405}
    assert str(mine.event.child_id) not in (await other.representative.get("/case-files")).text


async def test_another_family_cannot_withdraw_a_consent_or_open_a_programme(arrival: Any) -> None:
    mine, other = await arrival(SMOLENSK), await arrival(SMOLENSK)
    draft = await mine.iksra()
    consents = (await mine.card())["sections"]["questionnaire"]["consents"]
    stranger = other.representative
    assert (await stranger.post(f"/consents/{consents[0]['id']}/withdraw")).status_code == 404
    assert (await stranger.get(f"/programmes/{draft['id']}")).status_code == 404


async def test_a_service_that_does_not_serve_the_family_gets_404(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    elsewhere = await app.as_role("specialist", organisation_ids=[new_id()])
    assert (await elsewhere.get(f"/case-files/{family.case_id}")).status_code == 404
    answer = await elsewhere.post(f"/case-files/{family.case_id}/documents-seen", json=DOCUMENTS)
    assert answer.status_code == 404


async def test_a_manager_sees_the_file_without_people(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.consents()
    manager = await app.as_role("manager", territories=[MOSCOW])
    card = await family.card(by=manager)
    section = card["sections"]["questionnaire"]
    assert (section["child"], section["representative"], section["address"], section["need"]) == (None,) * 4
    assert card["withheld"] == []


async def test_the_family_sees_who_read_its_file_and_protected_readers_stay_hidden(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.card(by=family.coordinator)
    app.clock.advance(timedelta(seconds=1))
    await family.card(by=family.specialist)
    async with app.unit() as unit:
        await unit.audit.read("case_file", family.event.child_id, [FieldGroup.CORE], Purpose.HEALTH)
    shown = (await family.representative.get(f"/case-files/{family.case_id}/readers")).json()["items"]
    assert [reader["role"] for reader in shown[:2]] == ["Специалист", "Координатор семьи"]
    assert "Система" not in {reader["role"] for reader in shown}
    by_head = await family.head.get(f"/case-files/{family.case_id}/readers")
    assert by_head.status_code == 200
    by_coordinator = await family.coordinator.get(f"/case-files/{family.case_id}/readers")
    assert by_coordinator.status_code == 403


async def test_every_read_of_a_childs_data_is_audited(app: Running, arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    draft = await family.iksra()
    count = text("SELECT count(*) FROM read_audit WHERE child_id = :child")

    async def reads() -> int:
        async with app.unit() as unit:
            return await unit.session.scalar(count, {"child": family.event.child_id}) or 0

    here = f"/case-files/{family.case_id}"
    for path in (here, f"{here}/assessments", f"{here}/quota", f"{here}/deliveries", f"/programmes/{draft['id']}"):
        before = await reads()
        assert (await family.specialist.get(path)).status_code == 200
        assert await reads() == before + 1, path
    before = await reads()
    await family.specialist.get("/case-files", params={"child_id": str(family.event.child_id)})
    assert await reads() == before + 1


async def test_no_personal_data_in_logs_spans_or_events(app: Running, nats_client: Any, canary: Canary) -> None:
    family = await Family.arrives(
        app,
        nats_client,
        MOSCOW,
        child_name=canary.name,
        name=canary.name,
        email=canary.email,
        diagnosis=canary.text,
        need=canary.text,
        address=canary.text,
    )
    await family.first_appointment()
    goal = {"words": canary.text, "routine": "play", "icf_category": "d880", "criterion": canary.text}
    line = {**LINE, "content": canary.text, "result": canary.text}
    draft = await family.iprp(goals=[{**goal, "due_on": "2026-06-01"}], lines=[line])
    await family.approved(draft)
    (version,) = (await family.specialist.get(f"/programmes/{draft['id']}")).json()["versions"]
    assert [version["goals"][0]["words"], version["lines"][0]["content"]] == [canary.text] * 2
    async with app.unit() as unit:
        stored = "SELECT string_agg(t::text, '') FROM programme_versions t"
        canary.check(await unit.session.scalar(text(stored)))
    refused = await family.specialist.post(f"/case-files/{family.case_id}/consents", json={"purpose": canary.text})
    assert refused.status_code == 422
    card = await family.card()
    assert canary.name in str(card)
    events = [event.model_dump_json() for event in await app.published()]
    canary.check(*events, refused.text)
