"""The public form: what it asks, what it refuses and how it says so (issue 2 §4)."""

from __future__ import annotations

from typing import Any

import pytest
from chassis.access.limits import PostgresStorage
from contracts.identifiers import Purpose
from contracts.intake import ApplicationRedirected, ApplicationSubmitted, ConsentTicked
from intake.applications.model.application import Application
from intake.testing import MOSCOW, SMOLENSK, Route, consent, filled_form
from sqlalchemy import func, select

REQUIRED = ["representative_name", "child_name", "phone", "birth_date", "registered_in_region", "consents"]


async def count(route: Route) -> int:
    async with route.app.unit() as unit:
        return await unit.session.scalar(select(func.count()).select_from(Application)) or 0


async def refused(route: Route, form: dict[str, Any], **headers: str) -> dict[str, Any]:
    before = await count(route)
    answer = await route.app.client().post("/applications", json=form, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert await count(route) == before
    return {**answer.json(), "http": answer.status_code}


async def test_D2_13_anybody_reads_the_form_without_login(moscow: Route) -> None:
    form = (await moscow.app.client().get(f"/regions/{MOSCOW}/application-form")).json()
    assert sorted(field["name"] for field in form["fields"] if field["required"]) == sorted(REQUIRED)
    assert len(form["fields"]) == 11
    assert {text["purpose"] for text in form["consents"]} == {"contact", "health"}
    assert all(len(text["text_hash"]) == 64 and text["text"] for text in form["consents"])
    assert f"{MOSCOW}/severny" in [territory["code"] for territory in form["territories"]]
    assert len(form["triggers"]) == 3


async def test_an_unknown_region_has_no_form(moscow: Route) -> None:
    assert (await moscow.app.client().get("/regions/atlantis/application-form")).status_code == 404


async def test_D2_16_the_six_required_fields_are_enough(moscow: Route) -> None:
    form = filled_form()
    minimal = {name: form[name] for name in [*REQUIRED, "region"]} | {"consents": [consent()]}
    assert (await moscow.app.client().post("/applications", json=minimal)).status_code == 201


@pytest.mark.parametrize("name", REQUIRED)
async def test_D2_16_each_required_field_is_named_when_missing(moscow: Route, name: str) -> None:
    form = filled_form()
    del form[name]
    problem = await refused(moscow, form)
    assert problem["http"] == 422
    assert {"field": name, "rule": "missing"}.items() <= problem["errors"][0].items()
    assert problem["errors"][0]["detail_ru"]


MALFORMED: list[tuple[str, Any, str]] = [
    ("child_name", "", "child_name"),
    ("child_name", "12345", "child_name"),
    ("child_name", "А" * 201, "child_name"),
    ("representative_name", {"a": 1}, "representative_name"),
    ("phone", "12345", "phone"),
    ("phone", "8 000 000 00 00", "phone"),
    ("birth_date", "14.09.2025", "birth_date"),
    ("birth_date", "2025-02-30", "birth_date"),
    ("birth_date", "2026-03-03", "birth_date"),
    ("birth_date", "1801-01-01", "birth_date"),
    ("email", "не почта", "email"),
    ("registered_in_region", "может быть", "registered_in_region"),
    ("comment", "я" * 4001, "comment"),
    ("territory", "moscow-early-help/atlantis", "territory"),
    ("territory", "smolensk/gagarin", "territory"),
    ("region", "atlantis", "region"),
    ("source", "newspaper", "source"),
    ("entry_point", "telepathy", "entry_point"),
    ("unknown_field", "x", "unknown_field"),
    ("actual_location", {"latitude": 91, "longitude": 0}, "actual_location.latitude"),
    ("consents", "yes", "consents"),
    ("id", "not-a-uuid", "id"),
]


@pytest.mark.parametrize(("name", "value", "field"), MALFORMED, ids=lambda value: str(value)[:30])
async def test_a_malformed_field_is_named_and_its_value_is_not_echoed(
    moscow: Route, name: str, value: Any, field: str
) -> None:
    problem = await refused(moscow, filled_form(**{name: value}))
    assert problem["http"] == 422
    assert field in [error["field"] for error in problem["errors"]], problem
    if isinstance(value, str) and len(value) > 4 and not value.startswith(("moscow", "smolensk")):
        assert value not in str(problem)


async def test_D0_22_each_purpose_needs_its_own_consent(moscow: Route) -> None:
    problem = await refused(moscow, filled_form(consents=[]))
    assert (problem["slug"], problem["purpose"]) == ("consent_missing", "contact")
    problem = await refused(moscow, filled_form(consents=[consent(Purpose.CONTACT)]))
    assert (problem["slug"], problem["purpose"]) == ("consent_missing", "health")
    assert (await moscow.submitted(consents=[consent()], diagnosis=None))["outcome"] == "submitted"


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"text_hash": "0" * 64}, "consent_text_changed"),
        ({"text_version": "2020-1"}, "consent_text_changed"),
        ({"form": "paper"}, "consent_form_not_allowed"),
        ({"given_at": "2026-03-03T07:00:00Z"}, "consent_in_future"),
        ({"purpose": "publication"}, "consent_unknown"),
    ],
)
async def test_D0_22_a_consent_counts_only_in_the_words_of_the_pack(
    moscow: Route, changes: dict[str, str], slug: str
) -> None:
    given = [consent(Purpose.CONTACT), consent(Purpose.HEALTH, **changes)]
    assert (await refused(moscow, filled_form(consents=given, diagnosis=None)))["slug"] == slug


async def test_D0_22_a_consent_given_twice_is_refused(moscow: Route) -> None:
    given = [consent(), consent(), consent(Purpose.HEALTH)]
    assert (await refused(moscow, filled_form(consents=given)))["slug"] == "consent_twice"


async def test_every_consent_becomes_a_fact_of_its_own(moscow: Route) -> None:
    filed = await moscow.submitted()
    facts = [
        e for e in await moscow.app.published(ConsentTicked) if str(getattr(e, "application_id", "")) == filed["id"]
    ]
    assert {getattr(fact, "purpose", None) for fact in facts} == {Purpose.CONTACT, Purpose.HEALTH}


async def test_D2_03_an_older_child_is_shown_the_right_service_and_not_refused(moscow: Route) -> None:
    filed = await moscow.submitted(birth_date="2020-01-01")
    assert filed["outcome"] == "redirected"
    assert filed["call_back"] is None
    assert filed["redirected_to"]["title"] == "Городской психолого-педагогический центр"
    assert filed["redirected_to"]["phone"]
    facts = await moscow.app.published(ApplicationRedirected, ApplicationSubmitted)
    mine = [type(e) for e in facts if str(getattr(e, "application_id", "")) == filed["id"]]
    assert mine == [ApplicationRedirected]
    page = (await moscow.app.client(status_token=filed["status_token"]).get("/applications/status")).json()
    assert page["state"] == "redirected"


async def test_a_child_of_four_is_served_where_the_pack_serves_that_age(smolensk: Route) -> None:
    filed = await smolensk.submitted(birth_date="2022-01-01", territory=f"{SMOLENSK}/gagarin")
    assert filed["outcome"] == "submitted"
    assert filed["number"].startswith("МРЦ-2026-")


async def test_D2_22_the_public_files_from_the_site_only_and_staff_for_an_agency(smolensk: Route) -> None:
    assert (await refused(smolensk, filled_form(SMOLENSK, source="organisation")))["http"] == 403
    coordinator = await smolensk.person("koordinator.smolensk")
    answer = await coordinator.post("/applications", json=filled_form(SMOLENSK, source="organisation"))
    assert answer.status_code == 201, answer.text
    facts = [e for e in await smolensk.app.published(ApplicationSubmitted) if isinstance(e, ApplicationSubmitted)]
    assert str(facts[-1].application_id) == answer.json()["id"]
    assert facts[-1].source == "organisation"


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'{"region": "\xff"}'])
async def test_broken_json_is_refused(moscow: Route, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await moscow.app.client().post("/applications", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_refusal_is_told_in_english_when_asked(moscow: Route) -> None:
    problem = await refused(moscow, filled_form(territory="nowhere"), **{"Accept-Language": "en"})
    assert problem["detail"] == "The region has no such territory. Choose one of the list or leave it empty."
    assert problem["detail_ru"].startswith("Такой территории")


async def test_the_answer_explains_the_deadline_in_both_languages(moscow: Route) -> None:
    filed = await moscow.submitted()
    assert "рабочего дня" in filed["call_back"]["explanation"]
    assert "working day" in filed["call_back"]["explanation_en"]


async def test_the_form_is_limited_per_address(running: Any) -> None:
    from intake.main import service

    app = await running(service, form_rate="2/minute")
    answers = [await app.client().post("/applications", json=filled_form()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].headers["Retry-After"]


async def test_a_limit_that_cannot_be_counted_is_an_outage_not_a_fault(
    moscow: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(PostgresStorage, "incr", away)
    answer = await moscow.app.client().post("/applications", json=filled_form())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert {"detail_ru", "detail_en"} <= answer.json().keys()
