"""The open-loop load generator, a process of its own: requests leave on time whether or not earlier ones came back.

Reads its plan as JSON on standard input; prints latencies from each request's due moment, and its own CPU share.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import uvloop

REGION = "moscow-early-help"
_TAKEN_AFTER_SECONDS = 1.0


@dataclass
class Load:
    """One run at ``rate`` requests a second: an application, then the taking of an earlier one, in turn."""

    client: httpx.AsyncClient
    token: str
    rate: float
    form: dict[str, Any]
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {"submit": [], "take": []})
    waiting: list[tuple[float, str]] = field(default_factory=list)
    errors: int = 0

    async def run(self, seconds: float) -> None:
        """Send all requests at their moments and wait for the answers."""
        start = time.monotonic() + 0.2
        async with asyncio.TaskGroup() as group:
            for number in range(int(self.rate * seconds)):
                due = start + number / self.rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                ripe = self.waiting and self.waiting[0][0] < time.monotonic() - _TAKEN_AFTER_SECONDS
                group.create_task(self._take(due) if number % 2 and ripe else self._submit(due))

    async def _submit(self, due: float) -> None:
        # every family has an address of its own, as behind a gateway
        address = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
        answer = await self._send("submit", due, "/applications", {"X-Forwarded-For": address}, self.form | family())
        if answer is not None:
            self.waiting.append((time.monotonic(), answer["id"]))

    async def _take(self, due: float) -> None:
        _, application_id = self.waiting.pop(0)
        await self._send("take", due, f"/applications/{application_id}/take", {"Authorization": f"Bearer {self.token}"})

    async def _send(self, name: str, due: float, path: str, headers: dict[str, str], body: Any = None) -> Any:
        try:
            sent = {**headers, "Idempotency-Key": str(uuid4())}
            response = await self.client.post(path, json=body, headers=sent)
            self.milliseconds[name].append((time.monotonic() - due) * 1000)
            return response.raise_for_status().json()
        except httpx.HTTPError:
            self.errors += 1
            return None


def family() -> dict[str, Any]:
    """Names, phone and birth date of a family nobody has seen: the same one would be everybody's duplicate."""
    letters = "абвгдежзиклмнопрстуфхэюя"
    name = "".join(random.choices(letters, k=9)).capitalize()
    born = datetime.now(UTC).date() - timedelta(days=random.randrange(60, 900))
    return {
        "representative_name": f"{name} Анна Сергеевна",
        "child_name": f"{name} Мирон",
        "phone": f"8 905 {random.randrange(10**7):07d}",
        "birth_date": born.isoformat(),
        "email": f"bench-{random.randrange(10**12)}@example.org",
    }


async def form(client: httpx.AsyncClient) -> dict[str, Any]:
    """What all forms share: consents as they are shown now. All people are invented."""
    shown = (await client.get(f"/regions/{REGION}/application-form")).raise_for_status().json()
    now = datetime.now(UTC)
    texts = [
        {"purpose": c["purpose"], "text_version": c["version"], "text_hash": c["text_hash"], "form": "tick"}
        for c in shown["consents"]
    ]
    return {
        "region": REGION,
        "registered_in_region": True,
        "entry_point": "site",
        "consents": [{**text, "given_at": now.isoformat()} for text in texts],
    }


async def main(plan: dict[str, Any]) -> None:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=plan["url"], timeout=30, limits=limits, trust_env=False) as client:
        load = Load(client, plan["token"], plan["rate"], await form(client))
        began, used = time.monotonic(), time.process_time()
        await load.run(plan["seconds"])
        share = (time.process_time() - used) / (time.monotonic() - began)
    json.dump({"milliseconds": load.milliseconds, "errors": load.errors, "cpu_share": share}, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main(json.load(sys.stdin)))
