"""Builders for the tests of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chassis.regions import load_packs
from chassis.testing.running import Caller, Running
from contracts.identifiers import named_id

from intake.enquiries.pack import EnquiriesPack
from intake.testing import REGIONS, Route, organisation

OMSK = "omsk-muromtsevo"
CALL = {
    "channel": "phone",
    "name": "Тополева Анна Сергеевна",
    "phone": "8 (905) 000-11-22",
    "address": "с. Артын, ул. Лесная, 4",
    "territory": f"{OMSK}/artyn",
    "status": "tzhs",
    "theme": "devices",
    "help_kind": "rehabilitation",
    "question": "Как получить ходунки для ребёнка?",
}
"""A call as the coordinator writes it down; the same question in a letter and in a text message."""
LETTER = {**CALL, "channel": "email", "email": "topoleva@example.org"}
MESSAGE = {**CALL, "channel": "sms"}
NOBODY = {"anonymous": True, "name": None, "phone": None, "address": None}
RESULT = {"outcome": "helped_in_full", "result": "Разъяснён порядок получения ТСР"}


@lru_cache
def enquiries_pack(region: str = OMSK) -> EnquiriesPack:
    """The committed ``enquiries.yaml`` of a region."""
    return load_packs(REGIONS, "enquiries", EnquiriesPack)[region]


@dataclass
class Desk:
    """The remote point: its staff, and enquiries on their way through the HTTP doors."""

    app: Running
    region: str = OMSK

    @property
    def organisation_id(self) -> str:
        """The organisation that keeps the journal."""
        return str(organisation(enquiries_pack(self.region).journals[0].organisation, self.region))

    async def person(self, login: str) -> Caller:
        """A signed-in person of the pack, with the authority the pack gives."""
        return await Route(self.app, self.region).person(login)

    async def registered(self, who: Caller, **asked: Any) -> dict[str, Any]:
        """Written down by staff; the answer."""
        answer = await who.post("/enquiries", json={"region": self.region, **asked})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def submitted(self, who: Caller | None = None, **asked: Any) -> dict[str, Any]:
        """Asked through the public form; the answer."""
        agreed = enquiries_pack(self.region).form.consent_version
        form = {"question": "Где занимаются с ребёнком?", "agreed_version": agreed} | asked
        answer = await (who or self.app.client()).post(f"/regions/{self.region}/enquiries", json=form)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def serving(self, who: Caller, enquiry_id: str, login: str) -> Caller:
        """Assigned by the one to the other, who has begun; the specialist."""
        chosen = {"specialist_id": str(named_id("principal", f"{self.region}/{login}"))}
        assigned = await who.post(f"/enquiries/{enquiry_id}/assign", json=chosen)
        assert assigned.status_code == 200, assigned.text
        specialist = await self.person(login)
        begun = await specialist.post(f"/enquiries/{enquiry_id}/serve")
        assert begun.status_code == 200, begun.text
        return specialist

    async def under_way(self, who: Caller, **changes: Any) -> tuple[str, Caller]:
        """The call, when the exercise instructor works on it: its path, and the instructor."""
        filed = await self.registered(who, **{**CALL, **changes})
        return f"/enquiries/{filed['id']}", await self.serving(who, filed["id"], "lfk.muromtsevo")
