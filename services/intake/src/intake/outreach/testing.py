"""Builders for the tests of outreach."""

from __future__ import annotations

from typing import Any

from chassis.running import Caller

from intake.referrals.imports import work_off_one
from intake.testing import IRKUTSK, Route, extract

_numbers = iter(range(1, 10_000))


async def found(irkutsk: Route, curator: Caller, **changes: Any) -> dict[str, Any]:
    """A family an extract told of; its outreach as the curator sees it."""
    filed = await curator.post(f"/ipra-extracts?region={IRKUTSK}", json=extract(f"у-{next(_numbers)}/2026", **changes))
    assert filed.status_code == 202, filed.text
    while await work_off_one(irkutsk.app.worker):
        pass
    told = (await curator.get("/ipra-extracts", params={"import_id": filed.json()["id"]})).json()["items"][0]
    card: dict[str, Any] = (await curator.get(f"/outreaches/{told['outreach_id']}")).json()
    return card


async def do(curator: Caller, card: dict[str, Any], what: str, **body: Any) -> dict[str, Any]:
    """A step of the work; the card after it."""
    answer = await curator.post(f"/outreaches/{card['id']}/{what}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return {**card, **answer.json()}
