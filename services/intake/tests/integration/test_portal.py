"""The portal: a questionnaire sent with consent, a consultant who decides, changes only by request (D0-13…D0-22)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from chassis.canary import Canary
from chassis.clock import new_id
from chassis.running import Caller, Running
from contracts.intake import (
    DataChangeDecided,
    DataChangeRequested,
    QuestionnaireAccepted,
    QuestionnaireSent,
    StatusDocumentExpiring,
)
from contracts.personal import FileOpening
from contracts.sealed import place, unseal
from intake.accounts.questionnaire import Questionnaire
from intake.accounts.testing import ANSWERS, OBLAST, accepted, consents, sent, written
from intake.testing import Route, organisation
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "0500017a5eab3f0000000049454e44ae426082"
)
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
async def family(intake: Running) -> Caller:
    account = await intake.as_role("account")
    assert (await account.post("/accounts")).status_code in {200, 201}
    return account


@pytest.fixture
async def consultant(intake: Running) -> Caller:
    return await Route(intake, OBLAST).person("konsultant.sever")


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


async def test_D0_13_whoever_registers_has_an_account_and_nothing_more(intake: Running) -> None:
    account = intake.client(intake.issuer.token(f"parent-{uuid4()}"))
    early = await account.post("/questionnaires", json={"region": OBLAST})
    assert (early.status_code, early.json()["slug"]) == (409, "account_missing")
    assert (await account.post("/accounts")).json()["roles"] == ["account"]
    # at once, before the directory's event has come round
    card = await account.post("/questionnaires", json={"region": OBLAST, "child_name": "Ивин Ян"})
    assert card.status_code == 201, card.text
    assert (await account.get(f"/questionnaires/{card.json()['id']}")).json()["answers"]["child_name"] == "Ивин Ян"
    assert len((await account.get("/questionnaires")).json()["items"]) == 1


async def test_D0_15_an_expired_or_foreign_token_opens_nothing(intake: Running) -> None:
    assert (await intake.client().get("/questionnaires")).status_code == 401
    assert (await intake.client("forged").get("/accounts/me/export")).status_code == 401


async def test_D0_18_the_form_tells_its_dictionaries_and_what_is_required(intake: Running) -> None:
    form = (await intake.client().get(f"/regions/{OBLAST}/questionnaire-form")).json()
    assert {"child_name", "birth_date", "address", "status_document", "parents"} <= set(form["required"])
    assert {sex["code"] for sex in form["sexes"]} == {"female", "male"}
    assert len(form["districts"]) == 63
    assert {text["purpose"] for text in form["consents"]} == {"contact", "health"}
    assert (await intake.client().get("/regions/smolensk/questionnaire-form")).status_code == 404


async def test_D0_18_all_fields_of_the_child_are_kept_with_photo(family: Caller) -> None:
    card = await written(family)
    files = {"file": ("foto.png", PNG, "image/png")}
    url = f"/questionnaires/{card['id']}/files"
    photo = await family.post(url, files=files, params={"kind": "photo"})
    assert photo.status_code == 201, photo.text
    wrong = await family.post(url, files={"file": ("a.pdf", PDF, "application/pdf")}, params={"kind": "photo"})
    assert wrong.json()["slug"] == "photo_is_no_picture"
    shown = (await family.get(f"/questionnaires/{card['id']}")).json()
    assert {name: shown["answers"][name] for name in ("child_name", "sex", "birth_date", "district", "address")} == {
        name: ANSWERS[name] for name in ("child_name", "sex", "birth_date", "district", "address")
    }
    assert shown["answers"]["diagnosis"] == ANSWERS["diagnosis"]
    assert [file["kind"] for file in shown["files"]] == ["photo"]
    assert (await family.get(f"{url}/{photo.json()['id']}")).content == PNG


async def test_D0_19_the_status_document_has_four_attributes_and_a_scan(family: Caller) -> None:
    card = await written(family)
    url = f"/questionnaires/{card['id']}/files"
    scan = await family.post(url, files={"file": ("a.pdf", PDF, "application/pdf")}, params={"kind": "status_document"})
    assert scan.status_code == 201
    assert card["answers"]["status_document"] == ANSWERS["status_document"]
    assert (await family.get(f"{url}/{scan.json()['id']}")).content == PDF


async def test_D0_19_the_end_of_the_status_document_is_work_in_time(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    card = await accepted(family, consultant)
    intake.clock.set(datetime(2026, 5, 3, 12, 0, tzinfo=UTC))
    await intake.fire_timers()
    facts = await intake.published(StatusDocumentExpiring)
    assert str(getattr(facts[-1], "questionnaire_id", "")) == card["id"]
    work = (await consultant.get("/worklist")).json()
    (item,) = [one for one in work if one["kind"] == "status_document" and one["subject_id"] == card["id"]]
    assert item["due_at"] == "2026-06-01T21:00:00Z"


async def test_D0_20_parents_and_their_identity_documents_are_kept(family: Caller) -> None:
    assert (await written(family))["answers"]["parents"] == ANSWERS["parents"]


async def test_D0_21_four_contacts_and_free_text_are_kept(family: Caller) -> None:
    answers = (await written(family))["answers"]
    assert [answers[name] for name in ("home_phone", "work_phone", "mobile_phone")] == [
        "+74962400001",
        "+74950000002",
        "+79050001122",
    ]
    assert (answers["email"], answers["note"]) == (ANSWERS["email"], ANSWERS["note"])


async def test_D0_22_without_consent_nothing_is_sent(intake: Running, family: Caller) -> None:
    card = await written(family)
    url = f"/questionnaires/{card['id']}/send"
    for given in ([], consents()[:1], consents(text_hash="0" * 64), consents(given_at="2027-01-01T00:00:00Z")):
        answer = await family.post(url, json={"consents": given})
        assert answer.status_code == 422
        assert answer.json()["slug"] in {"consent_missing", "consent_text_changed", "consent_in_future"}
    assert (await family.get(f"/questionnaires/{card['id']}")).json()["state"] == "draft"
    shown = (await family.post(url, json={"consents": consents()})).json()
    assert (shown["state"], {one["purpose"] for one in shown["consents"]}) == ("sent", {"contact", "health"})
    assert shown["explanation"]
    facts = await intake.published(QuestionnaireSent)
    assert str(getattr(facts[-1], "questionnaire_id", "")) == card["id"]


@pytest.mark.parametrize("field", ["child_name", "birth_date", "district", "address", "status_document", "parents"])
async def test_D0_18_a_questionnaire_that_lacks_something_names_it(family: Caller, field: str) -> None:
    card = await written(family, **{field: None})
    answer = await family.post(f"/questionnaires/{card['id']}/send", json={"consents": consents()})
    assert (answer.status_code, answer.json()["slug"]) == (422, "questionnaire_incomplete")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"sex": "third"}, "sex_unknown", "sex"),
        ({"district": f"{OBLAST}/atlantis"}, "district_unknown", "district"),
        ({"district": OBLAST}, "district_unknown", "district"),
        ({"birth_date": "2027-01-01"}, "birth_date_in_future", "birth_date"),
        ({"mobile_phone": "12345"}, "phone_invalid", "mobile_phone"),
        ({"email": "не почта"}, "invalid", "email"),
        ({"child_name": "12"}, "name_invalid", "child_name"),
        (
            {"status_document": {"number": "1", "issued_on": "2024-01-01", "valid_until": "2023-01-01"}},
            "term_backwards",
            "status_document.valid_until",
        ),
        (
            {"status_document": {"number": "1", "issued_on": "2026-12-01"}},
            "issued_in_future",
            "status_document.issued_on",
        ),
        ({"unheard_of": 1}, "invalid", "unheard_of"),
        ({"region": "smolensk"}, "region_unknown", "region"),
    ],
)
async def test_a_wrong_answer_is_named(family: Caller, changes: dict[str, Any], slug: str, field: str) -> None:
    answer = await family.post("/questionnaires", json={"region": OBLAST, **ANSWERS, **changes})
    assert answer.status_code == 422
    assert (answer.json()["slug"], answer.json()["errors"][0]["field"]) == (slug, field)
    assert answer.json()["detail_ru"]
    assert answer.json()["detail_en"]


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
    assert "diagnosis" not in seen["answers"]
    assert seen["withheld"] == ["health"]
    file = f"{url}/files/{scan.json()['id']}"
    assert (await consultant.get(file)).json()["slug"] == "consent_missing"
    assert (await consultant.post(f"{url}/health-consent", json={"paper_seen": False})).status_code == 422
    opened = (await consultant.post(f"{url}/health-consent", json={"paper_seen": True})).json()
    assert opened["answers"]["diagnosis"] == ANSWERS["diagnosis"]
    assert (await consultant.get(file)).content == PDF


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
    assert seen["answers"] == {"district": f"{OBLAST}/klin"}


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
    work = [i for i in (await consultant.get("/worklist")).json() if i["subject_id"] == change["id"]]
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


async def test_the_family_takes_all_its_data_with_it(family: Caller, consultant: Caller) -> None:
    await accepted(family, consultant)
    told = await family.get("/accounts/me/export")
    assert told.headers["content-disposition"].startswith("attachment")
    body = told.json()
    assert body["questionnaires"][0]["answers"]["diagnosis"] == ANSWERS["diagnosis"]
    assert body["account"]["roles"] == ["account"]
    page = (await family.get("/accounts/me/export", params={"format": "html"})).text
    assert '<html lang="ru">' in page
    assert "Берёзкин Тимур" in page
    assert "01.05.2019" in page
    kept = await family.get("/accounts/me/export", params={"format": "pdf"})
    assert (kept.headers["content-type"], kept.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'filename="export.pdf"' in kept.headers["content-disposition"]
    assert (await family.get("/accounts/me/export", params={"format": "exe"})).status_code == 422


async def test_the_kept_document_holds_what_the_family_wrote(family: Caller) -> None:
    """A PDF has no text to look for; what is printed makes it longer."""
    card = await written(family)
    before = len((await family.get("/accounts/me/export", params={"format": "pdf"})).content)
    told = {**ANSWERS, "note": " ".join(f"#strong[{n * 7919}]" for n in range(100))}
    assert (await family.put(f"/questionnaires/{card['id']}", json=told)).status_code == 200
    after = await family.get("/accounts/me/export", params={"format": "pdf"})
    assert len(after.content) > before + 500


async def test_what_a_family_wrote_runs_nowhere_in_its_export(family: Caller) -> None:
    await written(family, note="<script>alert(1)</script>")
    answer = await family.get("/accounts/me/export", params={"format": "html"})
    assert "<script>" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_D0_16_large_letters_are_kept_per_user_and_honoured(intake: Running, family: Caller) -> None:
    route = Route(intake)
    filed = await route.submitted()
    coordinator = await route.person("koordinator.moskva")
    child = (await coordinator.get(f"/applications/{filed['id']}")).json()["child_id"]
    parent = await intake.as_role("account", "family", child_ids=[child])
    await parent.post("/accounts")
    async with intake.unit() as unit:
        await unit.session.execute(
            text("UPDATE principals SET child_ids = ARRAY[CAST(:child AS uuid)] WHERE id = :id"),
            {"child": child, "id": parent.principal.id},
        )
    assert (await parent.put("/accounts/me/preferences", json={"low_vision": True})).json()["low_vision"] is True
    assert (await parent.get("/accounts/me")).json()["low_vision"] is True
    assert "font:1.6rem" in (await parent.get("/accounts/me/export", params={"format": "html"})).text
    page = (await intake.client(status_token=filed["status_token"]).get("/applications/status")).json()
    assert page["low_vision"] is True
    assert (await family.get("/accounts/me")).json()["low_vision"] is False
    assert (await parent.put("/accounts/me/preferences", json={"low_vision": "maybe"})).status_code == 422


async def test_the_same_key_writes_one_questionnaire(family: Caller) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    body = {"region": OBLAST, **ANSWERS}
    first, second = [await family.post("/questionnaires", json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await family.get("/questionnaires")).json()["items"]) == 1
    chosen = str(new_id())
    assert (await family.post("/questionnaires", json={**body, "id": chosen})).json()["id"] == chosen
    assert (await family.post("/questionnaires", json={**body, "id": chosen})).status_code == 409


async def test_an_older_version_is_refused(family: Caller) -> None:
    card = await written(family)
    url = f"/questionnaires/{card['id']}"
    assert (await family.put(url, json={**ANSWERS, "version": card["version"]})).status_code == 200
    assert (await family.put(url, json={**ANSWERS, "version": card["version"]})).json()["slug"] == "stale_version"


async def test_what_the_family_wrote_stands_nowhere_open(
    intake: Running, family: Caller, consultant: Caller, canary: Canary
) -> None:
    told = {
        "child_name": canary.name,
        "address": canary.text,
        "diagnosis": canary.text,
        "note": canary.text,
        "email": canary.email,
        "parents": [{"name": canary.name, "identity_document": canary.text}],
        "status_document": {"number": canary.mark, "issued_on": "2024-06-01"},
    }
    card = await accepted(family, consultant, **told)
    changed = {"address": f"другой {canary.text}"}
    change = await family.post(f"/questionnaires/{card['id']}/changes", json=changed)
    await consultant.post(f"/data-changes/{change.json()['id']}/decide", json={"accept": True})
    assert canary.name in (await family.get("/accounts/me/export", params={"format": "html"})).text
    engine = create_async_engine(intake.urls.owner)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT set_config('app.roles', '{system}', true)"))
        nobody = "00000000-0000-0000-0000-000000000000"
        await connection.execute(text("SELECT set_config('app.principal', :nobody, true)"), {"nobody": nobody})
        stored: list[str] = []
        for table in ("questionnaires", "questionnaire_files", "data_changes", "outbox", "timers", "blobs"):
            stored += (await connection.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t"))).all()
    await engine.dispose()
    assert len(stored) > 5
    canary.check(*stored)


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
