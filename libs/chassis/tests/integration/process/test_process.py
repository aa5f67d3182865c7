"""The command line: processes start ready, refuse unsafe ground, drain and leave cleanly."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx


async def test_all_runs_both_doors_drains_and_leaves_cleanly(small: Any) -> None:
    one = await small.start("all")
    await one.ready()
    async with httpx.AsyncClient(base_url=one.url, trust_env=False) as client:
        parts = (await client.get("/readyz")).json()["parts"]
        metrics = (await client.get("/metrics")).text
        in_hand = asyncio.create_task(client.post("/notes?seconds=1"))
        await asyncio.sleep(0.3)
        errors = await one.ended()
        assert (await in_hand).status_code == 201
    assert one.process.returncode == 0
    assert parts == {"database": True, "nats": True, "authority": True}
    for name in ("outbox_oldest_seconds", "consumer_pending", "dead_letters", "deadlines_overdue"):
        assert f"{name}{{" in metrics
    records = [json.loads(line) for line in errors.decode().splitlines()]
    requests = [record for record in records if record["event"] == "request"]
    assert [(r["method"], r["route"], r["status"]) for r in requests] == [("POST", "/notes", 201)]
    assert not [record for record in records if record["level"] == "error"]


async def test_api_and_worker_run_apart(small: Any) -> None:
    api, worker = await small.start("api"), await small.start("worker")
    await asyncio.gather(api.ready(), worker.ready())
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(f"{api.url}/notes")).status_code == 201
        assert (await client.post(f"{worker.url}/notes")).status_code == 404
    await asyncio.gather(api.ended(), worker.ended())
    assert (api.process.returncode, worker.process.returncode) == (0, 0)


async def test_openapi_needs_no_server(small: Any) -> None:
    code, output, errors = await small.run("openapi")
    assert code == 0, errors
    assert "/notes" in json.loads(output)["paths"]


async def test_an_unsafe_role_stops_the_process(small: Any, durable: Any) -> None:
    postgres, _ = durable
    code, _, errors = await small.run("api", MARSHRUT_DATABASE_API_URL=postgres.url("reporting"))
    assert code == 1
    (refusal,) = [record for line in errors.splitlines() if "reason" in (record := json.loads(line))]
    assert "the role is superuser" in refusal["reason"]


async def test_a_process_waits_for_servers_that_are_away(small: Any, durable: Any) -> None:
    """Dying of it would cost the imports of a new process, again and again."""
    postgres, nats = durable
    postgres.process.pause()
    nats.process.pause()
    api = await small.start("api")
    await asyncio.sleep(4)
    assert api.process.returncode is None
    nats.process.resume()
    await asyncio.sleep(1)
    postgres.process.resume()
    await api.ready("/livez")


async def test_a_setting_that_is_missing_is_named(small: Any) -> None:
    code, _, errors = await small.run("api", MARSHRUT_KEYRING_SECRET="")
    assert code == 1
    assert "keyring_secret" in json.loads(errors)["reason"]
