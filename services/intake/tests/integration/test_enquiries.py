"""The journal of enquiries through its HTTP door: five steps, channels, anonymity, terms."""

from __future__ import annotations

import pytest
from chassis.running import Running
from intake.enquiries.testing import OMSK, Desk

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


@pytest.fixture
def desk(intake: Running) -> Desk:
    return Desk(intake)


async def test_D1_20_five_steps_from_a_call_to_its_result(desk: Desk) -> None:
    coordinator = await desk.person("socrabota.muromtsevo")
    filed = await desk.registered(coordinator, **CALL)
    ranked = (await coordinator.get(f"/enquiries/{filed['id']}/specialists")).json()
    assert ranked[0]["position"] == "инструктор по лечебной физкультуре"
    card = (await coordinator.post(f"/enquiries/{filed['id']}/assign")).json()
    assert card["state"] == "assigned"
    assert card["assigned_to"] == ranked[0]["principal_id"]
    specialist = await desk.person("lfk.muromtsevo")
    assert (await specialist.post(f"/enquiries/{filed['id']}/serve")).json()["state"] == "serving"
    answered = await specialist.post(f"/enquiries/{filed['id']}/answer", json={"text": "По ИПРА ребёнка, поможем."})
    assert (answered.json()["state"], answered.json()["delivery"]) == ("answered", "to_be_told")
    told = await specialist.post(f"/enquiries/{filed['id']}/told", json={"outcome": "reached"})
    assert told.json()["due"]["given_at"]
    result = {"outcome": "helped_in_full", "result": "Разъяснён порядок получения ТСР"}
    closed = await specialist.post(f"/enquiries/{filed['id']}/close", json=result)
    assert closed.json()["state"] == "closed", closed.text
    assert closed.json()["social"]["result"] == "Разъяснён порядок получения ТСР"
