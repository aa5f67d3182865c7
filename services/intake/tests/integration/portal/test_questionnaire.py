"""The questionnaire a family fills in and sends with consent (D0-18…D0-22)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from chassis.clock import new_id
from chassis.testing.running import Caller, Running
from contracts.intake import (
    QuestionnaireSent,
)
from intake.testing.portal import ANSWERS, OBLAST, consents, written

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "0500017a5eab3f0000000049454e44ae426082"
)
PDF = b"%PDF-1.7\n%%EOF\n"


async def test_D0_18_the_form_tells_its_dictionaries_and_what_is_required(intake: Running) -> None:
    form = (await intake.client().get(f"/regions/{OBLAST}/questionnaire-form")).json()
    assert {"child_name", "birth_date", "address", "status_document", "parents"} <= set(form["required"])
    assert {sex["code"] for sex in form["sexes"]} == {"female", "male"}
    assert len(form["districts"]) == 63
    assert {text["purpose"] for text in form["consents"]} == {"contact", "health"}
    for choices in ("return_reasons", "decline_reasons"):
        assert all(reason["code"] and reason["title"] for reason in form[choices])
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
    wrong: tuple[tuple[list[dict[str, Any]], str], ...] = (
        ([], "consent_missing"),
        (consents()[:1], "consent_missing"),
        (consents(text_hash="0" * 64), "consent_text_changed"),
        (consents(given_at="2027-01-01T00:00:00Z"), "consent_in_future"),
        ([*consents(), *consents()], "consent_twice"),
    )
    for given, slug in wrong:
        answer = await family.post(url, json={"consents": given})
        assert (answer.status_code, answer.json()["slug"]) == (422, slug)
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
        ({"region": "smolensk"}, "unknown_region", "region"),
    ],
)
async def test_a_wrong_answer_is_named(family: Caller, changes: dict[str, Any], slug: str, field: str) -> None:
    answer = await family.post("/questionnaires", json={"region": OBLAST, **ANSWERS, **changes})
    assert answer.status_code == 422
    assert (answer.json()["slug"], answer.json()["errors"][0]["field"]) == (slug, field)
    assert answer.json()["detail_ru"]
    assert answer.json()["detail_en"]


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
    seen = {"If-Match": f'"{card["version"]}"'}
    assert (await family.put(url, json=ANSWERS, headers=seen)).status_code == 200
    assert (await family.put(url, json=ANSWERS, headers=seen)).json()["slug"] == "stale_version"
