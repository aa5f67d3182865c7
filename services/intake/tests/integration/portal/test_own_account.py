"""The family's own account: registration, its data to take along, large letters (D0-13…D0-16)."""

from __future__ import annotations

from uuid import uuid4

from chassis.testing.canary import Canary
from chassis.testing.running import Caller, Running
from intake.testing import Route, everything_stored
from intake.testing.portal import ANSWERS, OBLAST, accepted, written
from sqlalchemy import text


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
    stored = await everything_stored(intake)
    assert len(stored) > 5
    canary.check(*stored)
