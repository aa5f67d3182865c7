"""Ten people at once, a process of its own: each asks, waits for the answer, thinks a while, asks again.

Nobody thinks equally long (half to one and a half times the pause, the same in every run): people who all ask in the
same moment for ever would measure a queue of ten and no service.

Reads its plan as JSON on standard input; prints the latencies of each list of requests and its own share of a core.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from typing import Any

import httpx
import uvloop


async def ask(client: httpx.AsyncClient, requests: list[dict[str, Any]], pause: float, seed: int) -> list[float]:
    """One person's requests, one after the other; milliseconds of each. An answer that is no success ends the bench."""
    took, thinking = [], random.Random(seed)
    for request in requests:
        await asyncio.sleep(pause * thinking.uniform(0.5, 1.5))
        began = time.monotonic()
        answer = await client.request(request.get("method", "GET"), request["path"], json=request.get("body"))
        took.append((time.monotonic() - began) * 1000)
        if answer.is_error:
            raise RuntimeError(f"{request['path']}: {answer.status_code} {answer.text[:300]}")
    return took


async def main(plan: dict[str, Any]) -> None:
    users, found = plan["users"], {}
    headers = {"Authorization": f"Bearer {plan['token']}"} if plan["token"] else {}
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(
        base_url=plan["url"], headers=headers, timeout=60, limits=limits, trust_env=False
    ) as client:
        for name, requests in plan["lists"].items():
            shares = [requests[user::users] for user in range(users)]
            asking = (ask(client, share, plan["pause"], user) for user, share in enumerate(shares))
            answers = await asyncio.gather(*asking)
            found[name] = [one for took in answers for one in took]
    json.dump({"milliseconds": found, "cpu_seconds": time.process_time()}, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main(json.load(sys.stdin)))
