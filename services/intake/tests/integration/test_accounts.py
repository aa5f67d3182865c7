"""Portal accounts: known by their token, bound by a one-time code and by nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.access.tokens import subject_digest
from chassis.testing.plugin import START
from chassis.testing.running import Caller
from contracts.intake import AccountBound, PrincipalChanged
from intake.accounts.model import MAX_ATTEMPTS, BindingCode
from intake.testing import Route
from sqlalchemy import select, text

EMAIL = "topoleva@example.org"


@pytest.fixture
def account(moscow: Route) -> Caller:
    """Somebody who has just signed up at the identity provider."""
    return moscow.app.client(moscow.app.issuer.token(f"parent-{uuid4()}", email=EMAIL))


@pytest.fixture
async def accepted(moscow: Route) -> dict[str, Any]:
    coordinator, head = await moscow.person("koordinator.moskva"), await moscow.person("head.sever")
    card = await moscow.handed_over(coordinator, "early-help-north")
    return dict((await head.post(f"/applications/{card['id']}/accept")).json())


async def issued(moscow: Route, application: dict[str, Any]) -> str:
    specialist = await moscow.person("specialist.sever1")
    answer = await specialist.post(f"/applications/{application['id']}/binding-code", json={"documents_seen": True})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


async def test_an_unknown_token_becomes_an_account_that_may_nothing(moscow: Route, account: Caller) -> None:
    assert (await account.get("/accounts/me")).status_code == 404
    registered = await account.post("/accounts")
    assert registered.status_code == 201, registered.text
    assert registered.json()["roles"] == ["account"]
    assert registered.json()["children"] == []
    assert (await account.post("/accounts")).status_code == 200
    assert (await account.get("/accounts/me")).json()["id"] == registered.json()["id"]
    assert (await account.get("/applications")).status_code == 403


async def test_the_subject_of_the_token_is_stored_nowhere(moscow: Route) -> None:
    subject = f"parent-{uuid4()}"
    account = moscow.app.client(moscow.app.issuer.token(subject))
    await account.post("/accounts")
    async with moscow.app.unit() as unit:
        for table in ("principals", "outbox", "idempotency_keys", "read_audit"):
            found = text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :subject")
            assert await unit.session.scalar(found, {"subject": f"%{subject}%"}) == 0, table
    facts = [e for e in await moscow.app.published(PrincipalChanged) if isinstance(e, PrincipalChanged)]
    assert facts[-1].subject_digest == subject_digest(moscow.app.issuer.issuer, subject)


async def test_two_sign_ups_at_once_are_one_account(moscow: Route, account: Caller) -> None:
    answers = await asyncio.gather(*(account.post("/accounts") for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    me = (await account.get("/accounts/me")).json()
    assert {answer.json()["id"] for answer in answers if answer.status_code < 400} == {me["id"]}


async def test_an_equal_email_and_name_bind_nothing(moscow: Route, accepted: dict[str, Any], account: Caller) -> None:
    registered = (await account.post("/accounts")).json()
    assert registered["children"] == []
    assert (await account.get(f"/applications/{accepted['id']}")).status_code == 403


async def test_a_code_binds_the_account_to_the_child_once(
    moscow: Route, accepted: dict[str, Any], account: Caller
) -> None:
    code = await issued(moscow, accepted)
    bound = await account.post("/accounts/me/bindings", json={"code": code.lower().replace("-", " ")})
    assert bound.status_code == 201, bound.text
    assert [child["child_id"] for child in bound.json()["children"]] == [accepted["child_id"]]
    assert bound.json()["roles"] == ["account", "family"]
    facts = [e for e in await moscow.app.published(PrincipalChanged) if isinstance(e, PrincipalChanged)]
    assert {str(child) for child in facts[-1].child_ids} == {accepted["child_id"]}
    assert [
        e for e in await moscow.app.published(AccountBound) if str(getattr(e, "child_id", "")) == accepted["child_id"]
    ]
    other = moscow.app.client(moscow.app.issuer.token(f"other-{uuid4()}"))
    again = await other.post("/accounts/me/bindings", json={"code": code})
    assert (again.status_code, again.json()["slug"]) == (422, "code_refused")


async def test_of_many_who_use_one_code_at_once_one_is_bound(moscow: Route, accepted: dict[str, Any]) -> None:
    code = await issued(moscow, accepted)
    accounts = [moscow.app.client(moscow.app.issuer.token(f"twin-{n}-{uuid4()}")) for n in range(4)]
    answers = await asyncio.gather(*(one.post("/accounts/me/bindings", json={"code": code}) for one in accounts))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_a_bound_family_reads_its_own_application_and_no_other(moscow: Route, accepted: dict[str, Any]) -> None:
    family = await moscow.app.as_role("account", "family", child_ids=[accepted["child_id"]])
    assert (await family.get(f"/applications/{accepted['id']}")).json()["contact"]["child_name"] == "Тополев Мирон"
    other = await moscow.submitted()
    assert (await family.get(f"/applications/{other['id']}")).status_code == 404


async def test_D2_20_no_code_without_seen_documents(moscow: Route, accepted: dict[str, Any]) -> None:
    specialist = await moscow.person("specialist.sever1")
    url = f"/applications/{accepted['id']}/binding-code"
    assert (await specialist.post(url, json={"documents_seen": False})).json()["slug"] == "documents_not_seen"
    assert (await specialist.post(url, json={})).status_code == 422
    stranger = await moscow.person("head.yug")
    assert (await stranger.post(url, json={"documents_seen": True})).status_code == 404


async def test_a_wrong_code_counts_against_it_and_the_sixth_attempt_is_too_late(
    moscow: Route, accepted: dict[str, Any], account: Caller
) -> None:
    code = await issued(moscow, accepted)
    wrong = code[:5] + ("A" if code[5] != "A" else "B") + code[6:]
    for _ in range(MAX_ATTEMPTS):
        assert (await account.post("/accounts/me/bindings", json={"code": wrong})).status_code == 422
    late = await account.post("/accounts/me/bindings", json={"code": code})
    assert (late.status_code, late.json()["slug"]) == (422, "code_refused")


async def test_an_old_or_replaced_code_binds_nothing(moscow: Route, accepted: dict[str, Any], account: Caller) -> None:
    replaced, current = await issued(moscow, accepted), await issued(moscow, accepted)
    assert (await account.post("/accounts/me/bindings", json={"code": replaced})).status_code == 422
    moscow.app.clock.set(START + timedelta(days=7, seconds=1))
    assert (await account.post("/accounts/me/bindings", json={"code": current})).status_code == 422


@pytest.mark.parametrize("code", ["", "K7QM", "K7QM-X4PD-9RTH", "ЖЖЖЖ-ЖЖЖЖ-ЖЖЖЖ", "x" * 41])
async def test_what_is_no_code_is_refused(account: Caller, code: str) -> None:
    assert (await account.post("/accounts/me/bindings", json={"code": code})).status_code == 422


async def test_only_a_digest_of_the_code_is_stored(moscow: Route, accepted: dict[str, Any]) -> None:
    code = await issued(moscow, accepted)
    async with moscow.app.unit() as unit:
        (row,) = (await unit.session.scalars(select(BindingCode).where(BindingCode.selector == code[:4]))).all()
    assert code[5:].replace("-", "") not in str(vars(row))


async def test_guessing_is_limited_per_address(running: Any) -> None:
    from intake.main import service

    app = await running(service)
    account = app.client(app.issuer.token("guesser"))
    answers = [await account.post("/accounts/me/bindings", json={"code": f"code {n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers[-2:]] == [422, 429]


async def test_the_public_has_no_account(moscow: Route) -> None:
    assert (await moscow.app.client().post("/accounts")).status_code == 401
    assert (await moscow.app.client().get("/accounts/me")).status_code == 401
