"""Irkutsk through the gateway: an extract puts a family on the ladder, a call leads to a meeting and an application."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from local_deploy.story.application import accept, book_first_appointment, call_back, consent, hand_over, worklist_item
from local_deploy.story.gateway import eventually
from local_deploy.story.world import FamilyStory, World

pytestmark = pytest.mark.timeout(300)
REGION, CURATOR, HEAD = "irkutsk", "koordinator.angarsk", "head.angarsk"
COLUMNS = (
    "number;issued_on;valid_until;bureau;child_name;birth_date;snils;representative_name;phone;email;address;"
    "territory;disability_until;measures"
)


@pytest.fixture(scope="module")
def mark() -> str:
    """Tells this run's family from those of earlier runs on the same data."""
    return token_hex(4)


@pytest.fixture(scope="module")
def family(world: World, mark: str) -> dict[str, Any]:
    """A family found by a file of extracts with one bad record, as its curator sees it."""
    person, issued = world.staff(CURATOR), world.clock.now().date() - timedelta(days=20)
    name = "Рощин " + "".join("абвгдежзиклмнопр"[int(digit, 16)] for digit in mark).capitalize()
    good = f"{mark}/1;{issued};;;{name};2019-05-01;;Рощина Алла;89990000055;;ул. Тихая, д. 1;angarsk;;social:Занятия"
    bad = f"{mark}/2;{issued};;;{name};2019-05-01;;Рощина Алла;;;;moon;;"
    answer = person.call(
        "POST",
        "/intake/ipra-imports",
        params={"region": REGION, "layout": "ipra-extracts-csv-1"},
        content=f"{COLUMNS}\n{good}\n{bad}\n".encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 202, answer.text
    job = answer.json()["id"]

    def protocol() -> Any:
        told = person.get(f"/intake/ipra-imports/{job}")
        return told if told["state"] in {"done", "failed"} else None

    taken = eventually("the protocol of the import", protocol)
    (extract,) = person.get("/intake/ipra-extracts", params={"import_id": job})["items"]
    return {"protocol": taken, "extract": extract, "outreach": extract["outreach_id"]}


def test_D3_24_the_good_extract_came_in_and_the_bad_one_was_put_aside(world: World, family: dict[str, Any]) -> None:
    told = family["protocol"]
    assert (told["state"], told["taken"], told["quarantined"]) == ("done", 1, 1)
    (aside,) = world.staff(CURATOR).get(f"/intake/ipra-imports/{told['id']}/quarantine")["items"]
    assert (aside["line"], aside["reasons"][0]["rule"]) == (3, "territory_unknown")


def test_D3_15_the_curators_worklist_asks_for_the_call_within_five_working_days(
    world: World, family: dict[str, Any]
) -> None:
    items = world.staff(CURATOR).get("/intake/worklist")["items"]
    (item,) = [item for item in items if item["subject_id"] == family["outreach"]]
    assert item["kind"] == "outreach_phone"
    assert "5 рабочих дней" in item["explanation"]


def test_D3_16_to_D3_21_the_ladder_leads_to_a_meeting_a_survey_and_an_application(
    world: World, family: dict[str, Any]
) -> None:
    person, url = world.staff(CURATOR), f"/intake/outreaches/{family['outreach']}"
    assert person.post(f"{url}/calls", {"outcome": "no_answer"})["started_on_time"] is True
    assert person.post(f"{url}/calls", {"outcome": "cannot_come"})["step"] == "visit"
    met = person.post(f"{url}/visits", {"outcome": "agreed"})
    assert (met["state"], met["place"], met["notified_by"]) == ("met", "home", "phone")
    surveyed = person.post(f"{url}/survey", {"measures": ["rehabilitation"], "need": "Помочь выполнить ИПРА"})
    assert surveyed["survey_same_day"] is True
    form = world.public.get(f"/intake/regions/{REGION}/application-form")
    consents = [{**consent(world, text), "form": "paper"} for text in form["consents"] if text["purpose"] == "contact"]
    filed = person.post(f"{url}/application", {"consents": consents, "registered_in_region": True})
    assert filed["number"].startswith("СС-")
    assert person.get(url)["state"] == "led"
    day = world.clock.now().date()
    period = {"region": REGION, "since": str(day - timedelta(days=1)), "until": str(day + timedelta(days=1))}
    proofs = person.call("GET", "/intake/notification-proofs", params=period)
    assert family["outreach"] in proofs.content.decode("utf-8-sig")


def test_D2_17_D3_17_the_found_family_is_called_back_and_comes_to_its_first_appointment(
    world: World, family: dict[str, Any]
) -> None:
    """The operator that found the family coordinates it, serves it and knows the child as the one it found."""
    outreach = world.staff(CURATOR).get(f"/intake/outreaches/{family['outreach']}")
    told = FamilyStory(REGION, "Рощина Алла", "Рощин", "", "89990000055", application_id=outreach["application_id"])
    assert worklist_item(world, CURATOR, told)["kind"] == "call_back"
    call_back(world, CURATOR, told, "Помочь выполнить ИПРА")
    assert told.child_id == outreach["child_id"]
    best = hand_over(world, CURATOR, told)
    assert best["organisation_id"] == outreach["organisation_id"]
    accept(world, HEAD, told)
    appointment = book_first_appointment(world, CURATOR, told)
    assert appointment["application_id"] == told.application_id
