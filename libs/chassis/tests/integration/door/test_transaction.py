"""One transaction per request, committed before the answer leaves."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import asyncpg
from chassis.run import Service
from chassis.testing.running import Running
from chassis.testing.testbed import Servers
from contracts.intake import ApplicationTaken
from sqlalchemy import text


async def test_effect_and_event_are_committed_together(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator)
    coordinator = await app.as_role("coordinator", organisation_ids=[operator])
    answer = await coordinator.post(f"/applications/{made.id}/take", json={})
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    (event,) = await app.published(ApplicationTaken)
    assert isinstance(event, ApplicationTaken)
    assert event.coordinator_id == coordinator.principal.id


async def test_event_carries_the_correlation_of_the_request(app: Running, new_application: Any) -> None:
    operator, correlation = uuid4(), uuid4()
    made = await new_application(app, organisation_id=operator)
    coordinator = await app.as_role("coordinator", organisation_ids=[operator])
    headers = {"X-Correlation-Id": str(correlation)}
    answer = await coordinator.post(f"/applications/{made.id}/take", json={}, headers=headers)
    assert answer.headers["X-Correlation-Id"] == str(correlation)
    ((_, envelope),) = await app.outbox()
    assert envelope.correlation_id == correlation


async def test_a_crash_rolls_back_and_says_nothing_of_the_cause(app: Running) -> None:
    answer = await app.client().post("/applications/broken?how=crash")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "value of a person" not in answer.text
    assert await traces(app) == 0


async def test_a_returned_refusal_rolls_back_like_a_raised_one(app: Running) -> None:
    assert (await app.client().post("/applications/broken?how=answer")).status_code == 418
    assert await traces(app) == 0


async def test_success_commits(app: Running) -> None:
    assert (await app.client().post("/applications/broken?how=no")).status_code == 204
    assert await traces(app) == 1


async def test_a_broken_constraint_is_a_conflict_that_names_the_rule(app: Running) -> None:
    answer = await app.client().post("/applications/broken?how=twice")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["rule"] == "traces_pkey"


async def test_a_value_the_database_cannot_hold_is_invalid(app: Running) -> None:
    assert (await app.client().post("/applications/broken?how=nul")).status_code == 422


async def test_a_lost_database_connection_is_unavailable_and_may_be_retried(app: Running) -> None:
    answer = await app.client().post("/applications/broken?how=gone")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert (await app.client().post("/applications/broken?how=no")).status_code == 204


async def test_the_read_audit_stands_when_the_answer_arrives(app: Running, new_application: Any) -> None:
    operator, child = uuid4(), uuid4()
    made = await new_application(app, organisation_id=operator, child_id=child)
    head = await app.as_role("head", organisation_ids=[operator])
    assert (await head.get(f"/applications/{made.id}")).status_code == 200
    async with app.unit() as unit:
        rows = (await unit.session.execute(text("SELECT child_id, principal_id FROM read_audit"))).all()
    assert [tuple(row) for row in rows] == [(child, head.principal.id)]


async def test_a_streamed_answer_leaves_after_the_commit(app: Running) -> None:
    assert (await app.client().get("/applications/stream")).text == "0\n1\n2\n"


async def test_answers_are_neither_cached_nor_guessed_at(app: Running) -> None:
    answer = await app.client().get("/applications/stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_api_description_names_every_permission(service: Service) -> None:
    document = service.app().openapi()
    permissions = [operation.get("x-permission") for path in document["paths"].values() for operation in path.values()]
    assert permissions
    assert all(permissions)


async def test_the_api_description_says_what_the_chassis_does_at_every_door(service: Service) -> None:
    document = service.app().openapi()
    take = document["paths"]["/applications/{id}/take"]["post"]
    assert {"401", "403", "404", "409", "410", "413", "422", "503"} <= take["responses"].keys()
    assert take["responses"]["422"]["content"].keys() == {"application/problem+json"}
    assert {given["name"] for given in take["parameters"]} >= {"Idempotency-Key", "If-Match"}
    assert take["security"] == [{"signIn": []}]
    assert document["paths"]["/applications/status"]["get"]["security"] == [{"statusToken": []}]
    assert "429" in document["paths"]["/applications/status"]["get"]["responses"]
    (opens, _) = document["components"]["schemas"]["Submit"]["properties"]["opens"]["anyOf"]
    assert "format" not in opens
    assert re.fullmatch(opens["pattern"], "10:30")
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def traces(app: Running) -> int:
    async with app.unit() as unit:
        return int(await unit.session.scalar(text("SELECT count(*) FROM traces")) or 0)


async def test_connections_the_server_has_closed_are_replaced_unnoticed(app: Running, servers: Servers) -> None:
    caller = await app.as_role("coordinator", organisation_ids=[uuid4()])
    assert (await caller.get("/applications")).status_code == 200
    administrator: Any = await asyncpg.connect(servers.postgres_dsn)  # type: ignore[no-untyped-call]
    assert await administrator.fetchval(_HANG_UP, app.urls.name)
    await administrator.close()
    for _ in range(3):
        assert (await caller.get("/applications")).status_code == 200


_HANG_UP = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = $1"
