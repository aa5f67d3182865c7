"""A repeated command is answered, not repeated."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from chassis.testing.running import Running
from sqlalchemy import text

KEY = {"Idempotency-Key": "k-1"}


def body(number: str = "A-1") -> dict[str, Any]:
    return {"id": str(uuid4()), "number": number, "note": "жалоба Канарейкиной"}


async def test_the_same_key_and_request_get_the_same_answer(app: Running) -> None:
    client, sent = app.client(), body()
    first = await client.post("/applications", json=sent, headers=KEY)
    second = await client.post("/applications", json=sent, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["Idempotent-Replay"] == "true"
    assert "X-Not-Kept" not in second.headers
    assert await applications(app) == 1


async def test_the_same_key_with_another_request_is_refused(app: Running) -> None:
    client = app.client()
    await client.post("/applications", json=body("A-1"), headers=KEY)
    answer = await client.post("/applications", json=body("A-2"), headers=KEY)
    assert answer.status_code == 422
    assert answer.json()["slug"] == "idempotency_key_reused"


async def test_concurrent_requests_with_one_key_have_one_effect(app: Running) -> None:
    client, sent = app.client(), body()
    answers = await asyncio.gather(*(client.post("/applications", json=sent, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 7
    assert await applications(app) == 1


async def test_a_refused_command_is_not_remembered(app: Running) -> None:
    client, sent = app.client(), body("A-1")
    refused = await client.post("/applications", json=sent | {"number": ""}, headers=KEY)
    assert refused.status_code == 422
    assert (await client.post("/applications", json=sent, headers=KEY)).status_code == 201


async def test_two_people_may_use_the_same_key(app: Running, new_application: Any) -> None:
    operator = uuid4()
    first, second = [await app.as_role("coordinator", organisation_ids=[operator]) for _ in range(2)]
    made = await new_application(app, organisation_id=operator)
    assert (await first.post(f"/applications/{made.id}/take", json={}, headers=KEY)).status_code == 200
    assert (await second.post(f"/applications/{made.id}/take", json={}, headers=KEY)).status_code == 409


async def test_the_same_key_serves_another_route_separately(app: Running) -> None:
    client = app.client()
    assert (await client.post("/applications", json=body(), headers=KEY)).status_code == 201
    assert (await client.post("/applications/broken?how=no", headers=KEY)).status_code == 204


async def test_an_upload_sent_again_with_another_boundary_is_the_same_request(app: Running) -> None:
    client = app.client()
    answers = [await client.post("/applications/files", files={"file": b"content"}, headers=KEY) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"size": 7}, {"size": 7}]
    assert "Idempotent-Replay" in answers[1].headers


async def test_the_stored_answer_is_sealed(app: Running) -> None:
    await app.client().post("/applications", json=body("НОМЕР-7"), headers=KEY)
    async with app.unit() as unit:
        row = (await unit.session.execute(text("SELECT * FROM idempotency_keys"))).one()
    assert "НОМЕР-7".encode() not in bytes(row.body)
    assert "Канарейкиной" not in str(row._mapping)


async def test_an_unusable_key_is_refused(app: Running) -> None:
    answer = await app.client().post("/applications", json=body(), headers={"Idempotency-Key": "x" * 201})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def applications(app: Running) -> int:
    async with app.unit() as unit:
        return int(await unit.session.scalar(text("SELECT count(*) FROM applications")) or 0)
