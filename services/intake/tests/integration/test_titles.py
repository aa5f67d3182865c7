"""Titles beside ids: a client shows a list without asking the directory for every row."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from chassis.testing.running import Caller
from chassis.work import Unit
from intake.directory.queries.names import names_of
from intake.testing import IRKUTSK, MOSCOW, SMOLENSK, Route, organisation, signal
from intake.testing.enquiries import CALL, Desk
from sqlalchemy import event


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


async def test_an_application_names_territory_coordinator_and_service(moscow: Route, coordinator: Caller) -> None:
    card = await moscow.handed_over(coordinator, "early-help-north", territory=f"{MOSCOW}/severny")
    (line,) = (await coordinator.get("/applications", params={"number": card["number"]})).json()["items"]
    for shown in (line, card):
        assert shown["territory_title"]
        assert shown["residence_territory_title"]
        assert shown["serving_organisation_title"] == "Территориальная служба ранней помощи «Север»"
        assert shown["coordinator_name"]
    assert card["organisation_title"] == "Координационный центр ранней помощи"
    assert [call["called_by_name"] for call in card["calls"]] == [card["coordinator_name"]]


async def test_staff_of_elsewhere_stay_unnamed(moscow: Route, coordinator: Caller) -> None:
    card = await moscow.handed_over(coordinator, "early-help-north")
    head = await moscow.person("head.sever")
    seen = (await head.get(f"/applications/{card['id']}")).json()
    assert (seen["coordinator_id"], seen["coordinator_name"]) == (str(coordinator.principal.id), None)


async def test_an_enquiry_names_the_journals_keeper_and_the_specialist(moscow: Route) -> None:
    desk = Desk(moscow.app)
    leader = await desk.person("socrabota.muromtsevo")
    filed = await desk.registered(leader, **CALL)
    await leader.post(f"/enquiries/{filed['id']}/assign")
    card = (await leader.get(f"/enquiries/{filed['id']}")).json()
    assert all(card[name] for name in ("territory_title", "organisation_title", "assigned_to_name"))


async def test_a_found_family_names_who_is_responsible_and_who_called(irkutsk: Route) -> None:
    curator = await irkutsk.person("koordinator.angarsk")
    told = signal(sender_organisation_id=str(organisation("polyclinic", IRKUTSK)))
    referral = (await curator.post("/referrals", json=told)).json()
    assert all(referral[f"{side}_organisation_title"] for side in ("sender", "receiver"))
    accepted = (await curator.post(f"/referrals/{referral['id']}/accept")).json()
    url = f"/outreaches/{accepted['outreach_id']}"
    await curator.post(f"{url}/calls", json={"outcome": "no_answer"})
    card = (await curator.get(url)).json()
    assert all(card[name] for name in ("territory_title", "organisation_title", "responsible_name"))
    assert all(attempt["attempted_by_name"] for attempt in card["attempts"])


async def test_organisations_and_their_offices_name_their_territories(moscow: Route) -> None:
    found = (await moscow.app.client().get("/organisations", params={"region": SMOLENSK})).json()["items"]
    places = [*found, *(office for one in found for office in one["offices"])]
    assert all(place["territory_title"] for place in places)


async def test_staff_and_agreements_name_their_organisations(moscow: Route) -> None:
    administrator = await moscow.app.as_role("administrator")
    staff = (await administrator.get("/staff", params={"region": MOSCOW, "limit": 200})).json()["items"]
    assert staff
    for person in staff:
        assert len(person["organisation_titles"]) == len(person["organisation_ids"])
        assert all(person["organisation_titles"])
        assert all(person["territory_titles"])
    listed = {"organisation_id": str(organisation("centre", SMOLENSK))}
    agreements = (await administrator.get("/agreements", params=listed)).json()["items"]
    assert agreements
    assert all(one["from_organisation_title"] and one["to_organisation_title"] for one in agreements)


async def test_the_names_of_a_page_are_one_query_and_of_nothing_none(moscow: Route) -> None:
    @asynccontextmanager
    async def counting(unit: Unit) -> AsyncIterator[list[str]]:
        asked: list[str] = []
        connection = (await unit.session.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        yield asked

    async with moscow.app.unit() as unit, counting(unit) as asked:
        names = await names_of([organisation("coordination-centre"), None, uuid4()], unit)
        assert names.of(organisation("coordination-centre")) == "Координационный центр ранней помощи"
        assert (names.of(None), names.of(uuid4())) == (None, None)
        assert len(asked) == 1
        await names_of([None], unit)
        assert len(asked) == 1
    assert names.territory(MOSCOW)
    assert (names.territory("atlantis/here"), names.territory(f"{MOSCOW}/nowhere"), names.territory(None)) == (
        None,
    ) * 3
