"""Who gets in: tokens, roles from the directory, relations to the record, the sign of life of the feed."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.access import tokens
from chassis.access.authority import authority_row
from chassis.access.tokens import Principal, subject_digest, token_digest
from chassis.errors import Kind
from chassis.http import Router, UnitDep
from chassis.run import Room, Service
from chassis.run.service import UngovernedRouteError
from chassis.settings import ServiceSettings
from chassis.testing.running import Running
from chassis.testing.testbed import TokenIssuer
from contracts.access import Role
from contracts.intake import PrincipalChanged
from fastapi import APIRouter
from sqlalchemy import text


async def status_and_rule(app: Running, token: str | None) -> tuple[int, str]:
    answer = await app.client(token).get("/applications")
    errors = answer.json()["errors"] if answer.status_code >= 400 else []
    return answer.status_code, errors[0]["rule"] if errors else ""


async def test_a_missing_token_is_unauthenticated(app: Running) -> None:
    answer = await app.client().get("/applications")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("claims", "rule"),
    [
        ({"exp": int(time.time()) - 60}, "expired"),
        ({"exp": None}, "expired"),
        ({"iss": "https://elsewhere.test"}, "issuer"),
        ({"aud": "another-api"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": None}, "audience"),
        ({"nbf": int(time.time()) + 600}, "not_yet_valid"),
        ({"sub": ""}, "subject"),
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(app: Running, claims: dict[str, Any], rule: str) -> None:
    assert await status_and_rule(app, app.issuer.token("somebody", **claims)) == (401, rule)


async def test_a_clock_skew_of_half_a_minute_is_forgiven(app: Running) -> None:
    token = app.issuer.token("somebody", exp=int(time.time()) - 20)
    assert (await status_and_rule(app, token))[0] == 403


async def test_a_token_of_another_key_is_refused(app: Running) -> None:
    foreign = TokenIssuer()
    assert await status_and_rule(app, foreign.token("somebody")) == (401, "signature")


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
async def test_only_rs256_is_accepted(app: Running, algorithm: str) -> None:
    token = app.issuer.token("somebody", algorithm=algorithm)
    assert await status_and_rule(app, token) == (401, "signature")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
async def test_a_malformed_or_unsigned_token_is_refused(app: Running, token: str) -> None:
    assert (await status_and_rule(app, token))[0] == 401


async def test_another_scheme_is_refused(app: Running) -> None:
    answer = await app.client().get("/applications", headers={"Authorization": "Basic eDp4"})
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (401, "malformed")


async def test_a_rotated_key_is_found_without_a_restart(app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "KEYS_RETRY_SECONDS", 0)
    assert (await status_and_rule(app, app.issuer.token("somebody")))[0] == 403
    app.issuer.keys.append(app.issuer.new_key())
    assert (await status_and_rule(app, app.issuer.token("somebody")))[0] == 403
    app.issuer.keys.pop()


async def test_a_token_proven_before_ends_with_its_key(app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    token = app.issuer.token("somebody")
    assert (await status_and_rule(app, token))[0] == 403
    monkeypatch.setattr(tokens, "KEYS_FRESH_SECONDS", 0)
    monkeypatch.setattr(tokens, "KEYS_RETRY_SECONDS", 0)
    monkeypatch.setattr(app.issuer, "keys", [app.issuer.new_key()])
    assert await status_and_rule(app, token) == (401, "signature")


async def test_a_token_proven_before_expires(app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    token = app.issuer.token("somebody")
    assert (await status_and_rule(app, token))[0] == 403
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600)
    assert await status_and_rule(app, token) == (401, "expired")


async def test_forged_tokens_do_not_become_requests_to_the_issuer(app: Running) -> None:
    await status_and_rule(app, app.issuer.token("somebody"))
    before = app.issuer.fetches
    for _ in range(5):
        await status_and_rule(app, TokenIssuer().token("somebody"))
    assert app.issuer.fetches == before


async def test_known_keys_serve_while_the_issuer_is_away(app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    await status_and_rule(app, app.issuer.token("somebody"))
    monkeypatch.setattr(tokens, "KEYS_FRESH_SECONDS", 0)
    monkeypatch.setattr(tokens, "KEYS_RETRY_SECONDS", 0)
    monkeypatch.setattr(app.issuer, "online", False)
    assert (await status_and_rule(app, app.issuer.token("somebody")))[0] == 403


async def test_no_keys_at_all_is_unavailable(app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.issuer, "online", False)
    answer = await app.client(app.issuer.token("somebody")).get("/applications")
    assert answer.status_code == 503


async def test_a_valid_token_the_directory_does_not_know_is_an_account(app: Running) -> None:
    digest = subject_digest(app.issuer.issuer, "new")
    found, _ = await app.api.authority.look_up(digest)
    assert found.id is None
    assert found.roles == frozenset({Role.ACCOUNT})


async def test_a_relation_decides_between_200_and_404(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator)
    mine = await app.as_role("coordinator", organisation_ids=[operator])
    stranger = await app.as_role("coordinator", organisation_ids=[uuid4()])
    assert (await mine.get(f"/applications/{made.id}")).status_code == 200
    assert (await stranger.get(f"/applications/{made.id}")).status_code == 404
    assert (await stranger.get(f"/applications/{uuid4()}")).status_code == 404


async def test_seeing_without_the_right_to_act_is_403(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator, territory="severny")
    both = await app.as_role("coordinator", "manager", territories=["severny"], organisation_ids=[uuid4()])
    assert (await both.get(f"/applications/{made.id}")).status_code == 200
    assert (await both.post(f"/applications/{made.id}/take", json={})).status_code == 403


async def test_a_role_without_the_permission_is_403_before_any_record_is_touched(app: Running) -> None:
    manager = await app.as_role("manager")
    assert (await manager.post(f"/applications/{uuid4()}/take", json={})).status_code == 403


async def test_a_status_token_opens_its_own_record_only(app: Running, new_application: Any) -> None:
    made = await new_application(app, token=token_digest("unguessable"))
    await new_application(app, token=token_digest("another"))
    answer = await app.client(status_token="unguessable").get("/applications/status")
    assert [one["id"] for one in answer.json()] == [str(made.id)]
    assert (await app.client(status_token="guess").get("/applications/status")).json() == []


async def test_a_changed_authority_acts_at_once(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator)
    caller = await app.as_role("coordinator", organisation_ids=[operator])
    assert (await caller.get(f"/applications/{made.id}")).status_code == 200
    await app.know(caller.principal, active=False)
    assert (await caller.get(f"/applications/{made.id}")).status_code == 403


def changed(digest: str, **changes: Any) -> PrincipalChanged:
    return PrincipalChanged(**{"principal_id": uuid4(), "subject_digest": digest, "roles": {"head"}} | changes)


async def test_the_directory_is_followed_by_events(app: Running) -> None:
    digest, organisation = "a" * 64, uuid4()
    event = changed(digest, organisation_ids={organisation}, territories={"severny"})
    assert await app.deliver(event, sequence=2) is None
    found, _ = await app.api.authority.look_up(digest)
    assert found == Principal(
        id=event.principal_id,
        roles=frozenset({Role.HEAD}),
        organisation_ids=frozenset({organisation}),
        territories=frozenset({"severny"}),
        subject_digest=digest,
    )


async def test_an_older_authority_never_replaces_a_newer_one(app: Running) -> None:
    digest = "b" * 64
    newer = changed(digest, roles=set(), active=False)
    assert await app.deliver(newer, sequence=5) is None
    assert await app.deliver(changed(digest, principal_id=newer.principal_id), sequence=4) is None
    assert (await app.api.authority.look_up(digest)).principal.roles == frozenset()


async def test_the_replica_itself_keeps_the_newest_state(app: Running) -> None:
    digest = "c" * 64
    known = Principal(id=uuid4(), subject_digest=digest, roles=frozenset({Role.HEAD}))
    for sequence, roles in ((5, frozenset({Role.HEAD})), (4, frozenset({Role.ADMINISTRATOR}))):
        async with app.unit() as unit:
            principal = replace(known, roles=roles)
            await authority_row(unit.session, principal, active=True, changed_at=unit.now, sequence=sequence)
    assert (await app.api.authority.look_up(digest)).principal == known


async def test_writes_of_signed_in_people_are_refused_when_the_feed_is_lost(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator)
    caller = await app.as_role("coordinator", organisation_ids=[operator])
    await last_beat(app, timedelta(seconds=31))
    assert (await caller.post(f"/applications/{made.id}/take", json={})).status_code == 503
    assert (await caller.get(f"/applications/{made.id}")).status_code == 200
    public = {"id": str(uuid4()), "number": "A-1"}
    assert (await app.client().post("/applications", json=public)).status_code == 201
    await app.worker.authority.beat()
    assert (await caller.post(f"/applications/{made.id}/take", json={})).status_code == 200


async def last_beat(app: Running, ago: timedelta) -> None:
    async with app.unit() as unit:
        await unit.session.execute(text("UPDATE authority_feed SET beat_at = :at"), {"at": datetime.now(UTC) - ago})


@pytest.mark.parametrize("permission", [None, "application:fly", "nonsense"])
def test_a_route_without_a_permission_of_the_policy_stops_the_service(service: Service, permission: str | None) -> None:
    router = Router("/extra")

    @router.get("", permission=permission)
    async def extra(unit: UnitDep) -> None: ...

    with pytest.raises(UngovernedRouteError, match="/extra"):
        assembled(service, router)


def test_a_route_around_the_transactional_door_stops_the_service(service: Service) -> None:
    router = APIRouter(prefix="/around")

    @router.get("")
    async def around() -> None: ...

    with pytest.raises(UngovernedRouteError, match="/around"):
        assembled(service, router)


def assembled(service: Service, router: APIRouter) -> None:
    Service("intake", ServiceSettings, [Room("extra", api=router)], base=service.base, guarded=service.guarded).app()


def test_kinds_map_to_the_statuses_of_the_design() -> None:
    assert {kind.status for kind in Kind} == {401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503}
