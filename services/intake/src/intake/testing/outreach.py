"""Builders for the tests of outreach."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.regions import load_packs
from chassis.testing.running import Caller
from contracts.identifiers import AgeBand, FindingWay
from contracts.personal import Contact
from contracts.sealed import Sealed

from intake.extracts.commands.import_extracts import work_off_one
from intake.finding.ladder_pack import OutreachPack
from intake.outreach.ladder import Ladder, Travel
from intake.outreach.model.found import Found
from intake.outreach.model.outreach import Outreach
from intake.testing import IRKUTSK, REGIONS, Route, extract, region

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""A Monday, 11:00 in Irkutsk: when the family was found."""
LADDER = Ladder.of(load_packs(REGIONS, "outreach", OutreachPack)[IRKUTSK], region(IRKUTSK), f"{IRKUTSK}/angarsk")
TRAVEL = Travel(Sealed[Contact](key_id=UUID(int=0), key_version=1, nonce="", ciphertext=""), None)

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


def opened() -> Outreach:
    """The work with a found family, without a database."""
    told = Found(
        id=uuid4(),
        region=IRKUTSK,
        territory=f"{IRKUTSK}/angarsk",
        organisation_id=uuid4(),
        responsible_id=None,
        child_id=uuid4(),
        representative_id=uuid4(),
        person_digest="0",
        age_band=AgeBand.CHILDHOOD,
        way=FindingWay.IPRA_EXTRACT,
        origin_id=None,
        ground="order-545n",
        found_at=START,
        child={},
        family={},
        words=None,
    )
    return Outreach.open(told, LADDER)
