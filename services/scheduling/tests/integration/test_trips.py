"""A brigade's day at a partner's point over HTTP."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

from chassis.testing.running import Caller
from contracts.scheduling import TripCancelled, TripConfirmed, TripPerformed, TripPlanned, TripPublished
from scheduling.testing import BRIGADE, CREW, POINT, VEHICLE, Family, World

DAY = "2026-03-12"
SERVICES = ["psychologist_session", "speech_session", "paediatrician_consultation"]


def wanted(*families: Family, **changes: Any) -> dict[str, Any]:
    body = {
        "point_id": str(POINT),
        "day": DAY,
        "specialist_ids": [str(one) for one in CREW],
        "vehicle_id": str(VEHICLE),
        "invited": [{"child_id": str(one.child_id), "services": SERVICES} for one in families],
    }
    return body | changes


async def published(world: World, head: Caller, *families: Family, **changes: Any) -> dict[str, Any]:
    host = await world.host()
    trip = (await head.post("/trips", json=wanted(*families, **changes))).json()
    assert (await host.post(f"/trips/{trip['id']}/confirm")).status_code == 200
    answer = await head.post(f"/trips/{trip['id']}/publish")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_D4_17_families_go_from_specialist_to_specialist_who_work_in_parallel(world: World) -> None:
    families = [await world.smolensk_family() for _ in range(4)]
    head = await world.head()
    answer = await head.post("/trips", json=wanted(*families))
    assert answer.status_code == 201, answer.text
    trip = answer.json()
    sessions = [one for invited in trip["invitations"] for one in invited["sessions"]]
    assert len(sessions) == 12
    assert len({one["starts_at"] for one in sessions}) < len(sessions), "some run at the same time"
    for invited in trip["invitations"]:
        times = sorted((one["starts_at"], one["ends_at"]) for one in invited["sessions"])
        assert all(end <= start for (_, end), (start, _) in pairwise(times))
    fact = (await world.app.published(TripPlanned))[-1]
    assert (str(fact.trip_id), fact.urgent) == (trip["id"], False)


async def test_D4_17_a_trip_needs_the_hosts_confirmation_before_families_are_invited(world: World) -> None:
    family, head, host = await world.smolensk_family(), await world.head(), await world.host()
    trip = (await head.post("/trips", json=wanted(family))).json()
    early = await head.post(f"/trips/{trip['id']}/publish")
    assert (early.status_code, early.json()["slug"]) == (409, "host_not_confirmed")
    assert [item["kind"] for item in (await host.get("/worklist")).json()["items"]] == ["trip_to_confirm"]
    seen = (await host.get(f"/trips/{trip['id']}")).json()
    assert (seen["families"], seen["services"], seen["invitations"]) == (1, 3, []), "the host sees counts alone"
    assert (await host.post(f"/trips/{trip['id']}/confirm")).json()["state"] == "confirmed"
    assert (await world.app.published(TripConfirmed))[-1].day.isoformat() == DAY
    assert (await head.post(f"/trips/{trip['id']}/confirm")).status_code == 403
    assert (await head.post(f"/trips/{trip['id']}/publish")).json()["state"] == "published"
    invited = (await world.app.published(TripPublished))[-1].invitations
    assert [one.child_id for one in invited] == [family.child_id]
    assert (await host.get("/worklist")).json()["items"] == []


async def test_D4_18_vehicle_and_specialists_are_booked_once(world: World) -> None:
    one, other, head = await world.smolensk_family(), await world.smolensk_family(), await world.head()
    await published(world, head, one)
    answer = await head.post("/trips", json=wanted(other))
    assert (answer.status_code, answer.json()["slug"]) == (409, "resource_taken")
    assert {"vehicle", "specialist", "point"} <= set(answer.json()["taken"])


async def test_two_planned_trips_of_one_day_cannot_both_be_published(world: World) -> None:
    one, other, head, host = (
        await world.smolensk_family(),
        await world.smolensk_family(),
        await world.head(),
        await world.host(),
    )
    trips = [(await head.post("/trips", json=wanted(family))).json() for family in (one, other)]
    for trip in trips:
        await host.post(f"/trips/{trip['id']}/confirm")
    answers = [await head.post(f"/trips/{trip['id']}/publish") for trip in trips]
    assert [answer.status_code for answer in answers] == [200, 409]


async def test_faulty_trips_are_refused_with_the_rule(world: World) -> None:
    family, head = await world.smolensk_family(), await world.head()
    faulty = {
        "point_closed": wanted(family, day="2026-03-08"),
        "in_the_past": wanted(family, day="2026-03-02"),
        "not_ours": wanted(family, vehicle_id=str(uuid4())),
        "unknown_service": wanted(
            invited=[{"child_id": str(family.child_id), "services": ["dancing"]}],
        ),
        "invited_twice": wanted(family, family),
    }
    for slug, body in faulty.items():
        answer = await head.post("/trips", json=body)
        assert (answer.status_code, answer.json()["slug"]) == (422, slug)
    unknown = await head.post("/trips", json=wanted(invited=[{"child_id": str(uuid4()), "services": SERVICES}]))
    assert unknown.status_code == 404
    nowhere = await head.post("/trips", json=wanted(family, point_id=str(uuid4())))
    assert nowhere.status_code == 404


async def test_D4_21_the_last_familys_report_makes_the_trip_performed(world: World) -> None:
    families = [await world.smolensk_family() for _ in range(2)]
    head, specialist = await world.head(), await world.specialist()
    trip = await published(world, head, *families)
    sheet = (await specialist.get(f"/day-sheets/{BRIGADE}/{DAY}")).json()
    assert [one["trip_id"] for one in sheet["trips"]] == [trip["id"]]
    lines = {line["child_id"]: line for line in sheet["trips"][0]["invitations"]}
    assert lines[str(families[0].child_id)]["contact"]["phone"] == "+79050000777"
    before = len(await world.app.published(TripPerformed))
    items = [report(world, trip["id"], lines[str(one.child_id)]) for one in families]
    for number, item in enumerate(items):
        body = {"device_id": "tablet-1", "items": [item]}
        answer = (await specialist.post("/day-sheets/sync", json=body)).json()
        assert [one["status"] for one in answer["items"]] == ["applied"], answer
        assert len(await world.app.published(TripPerformed)) == before + number
    fact = (await world.app.published(TripPerformed))[-1]
    assert len(fact.services) == 6
    assert {one.child_id for one in fact.services} == {one.child_id for one in families}
    again = await specialist.post("/day-sheets/sync", json={"device_id": "tablet-1", "items": items})
    assert [one["status"] for one in again.json()["items"]] == ["duplicate"] * 2
    assert len(await world.app.published(TripPerformed)) == before + 1


async def test_D4_21_a_report_corrected_after_the_trip_is_told_as_the_whole_trip_anew(world: World) -> None:
    family = await world.smolensk_family()
    head, specialist = await world.head(), await world.specialist()
    trip = await published(world, head, family)

    async def line() -> dict[str, Any]:
        sheet = (await specialist.get(f"/day-sheets/{BRIGADE}/{DAY}")).json()
        found: dict[str, Any] = next(one for one in sheet["trips"] if one["trip_id"] == trip["id"])["invitations"][0]
        return found

    async def send(item: dict[str, Any]) -> None:
        answer = (await specialist.post("/day-sheets/sync", json={"device_id": "tablet-1", "items": [item]})).json()
        assert [one["status"] for one in answer["items"]] == ["applied"], answer

    first = report(world, trip["id"], await line())
    await send(first)
    fewer = report(world, trip["id"], await line()) | {"services": first["services"][:1]}
    await send(fewer)
    told = [one for one in await world.app.published(TripPerformed) if str(one.trip_id) == trip["id"]]
    assert [len(one.services) for one in told] == [3, 1]


def report(world: World, trip_id: str, line: dict[str, Any]) -> dict[str, Any]:
    services = [
        {"delivery_id": str(uuid4()), "service_code": one["service_code"], "minutes": one["minutes"]}
        for one in line["services"]
    ]
    return {
        "client_id": str(uuid4()),
        "trip_id": trip_id,
        "child_id": line["child_id"],
        "base_version": line["version"],
        "reported_at": world.app.clock.now().isoformat(),
        "outcome": "performed",
        "services": services,
    }


async def test_a_family_sees_its_own_invitation(world: World) -> None:
    one, other, head = await world.smolensk_family(), await world.smolensk_family(), await world.head()
    await published(world, head, one, other)
    parent = await world.parent(one.child_id)
    mine = (await parent.get("/invitations")).json()["items"]
    assert [item["child_id"] for item in mine] == [str(one.child_id)]


async def test_D4_15_trips_and_invitations_are_listed_in_pages_and_narrowed(world: World) -> None:
    families = [await world.smolensk_family() for _ in range(2)]
    head = await world.head()
    early = await published(world, head, *families)
    later = (await head.post("/trips", json=wanted(families[0], day="2026-03-19"))).json()
    first = (await head.get("/trips", params={"limit": 1, "since": DAY})).json()
    rest = (await head.get("/trips", params={"since": DAY, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for page in (first, rest) for one in page["items"]] == [early["id"], later["id"]]
    planned = (await head.get("/trips", params={"state": "planned"})).json()["items"]
    assert [one["id"] for one in planned] == [later["id"]]
    mine = {"child_id": str(families[1].child_id), "since": "2026-03-01T00:00:00Z"}
    invited = (await head.get("/invitations", params=mine)).json()["items"]
    assert [(one["trip_id"], one["child_id"]) for one in invited] == [(early["id"], mine["child_id"])]


async def test_T5_a_cancelled_trip_gives_back_everybody_it_held(world: World) -> None:
    family, head = await world.smolensk_family(), await world.head()
    trip = await published(world, head, family)
    path = f"/trips/{trip['id']}"
    unknown = await head.post(f"{path}/cancel", json={"reason_code": "rain"})
    assert (unknown.status_code, unknown.json()["slug"]) == (422, "unknown_reason")
    off = (await head.post(f"{path}/cancel", json={"reason_code": "vehicle_broken"})).json()
    assert (off["state"], off["cancel_reason"]) == ("cancelled", "vehicle_broken")
    fact = (await world.app.published(TripCancelled))[-1]
    assert (str(fact.trip_id), fact.reason_code) == (trip["id"], "vehicle_broken")
    await world.app.fire_timers()
    other = await published(world, head, family)
    assert other["id"] != trip["id"], "vehicle, people, point and child are free again"
    again = await head.post(f"{path}/cancel", json={"reason_code": "specialist_absent"})
    assert again.json()["cancel_reason"] == "vehicle_broken", "twice changes nothing"
    assert (await head.post(f"{path}/publish")).json()["slug"] == "trip_cancelled"


async def test_D4_17_a_host_that_cannot_take_the_brigade_in_says_so(world: World) -> None:
    family, head, host = await world.smolensk_family(), await world.head(), await world.host()
    trip = (await head.post("/trips", json=wanted(family))).json()
    path = f"/trips/{trip['id']}"
    off = await host.post(f"{path}/cancel", json={"reason_code": "host_unable"})
    assert (off.status_code, off.json()["state"]) == (200, "cancelled")
    assert (await host.post(f"{path}/confirm")).json()["slug"] == "trip_cancelled"
    assert (await host.get("/worklist")).json()["items"] == []


async def test_D4_17_nobody_is_invited_to_a_day_whose_specialist_has_gone_away_since(world: World) -> None:
    family, head, host = await world.smolensk_family(), await world.head(), await world.host()
    trip = (await head.post("/trips", json=wanted(family))).json()
    await host.post(f"/trips/{trip['id']}/confirm")
    away = await head.post(f"/specialists/{CREW[0]}/absences", json={"first_day": DAY, "last_day": DAY})
    assert away.status_code == 201
    answer = await head.post(f"/trips/{trip['id']}/publish")
    assert (answer.status_code, answer.json()["taken"]) == (409, ["specialist"])


async def test_D4_17_a_day_that_has_begun_invites_nobody_and_may_be_called_off(world: World) -> None:
    family, head, host = await world.smolensk_family(), await world.head(), await world.host()
    trip = (await head.post("/trips", json=wanted(family))).json()
    await host.post(f"/trips/{trip['id']}/confirm")
    world.app.clock.set(datetime.fromisoformat(trip["leaves_at"]))
    answer = await head.post(f"/trips/{trip['id']}/publish")
    assert (answer.status_code, answer.json()["slug"]) == (409, "trip_begun")
    off = await head.post(f"/trips/{trip['id']}/cancel", json={"reason_code": "vehicle_broken"})
    assert (off.status_code, off.json()["state"]) == (200, "cancelled")


async def test_days_no_calendar_reaches_are_refused_with_the_field(world: World) -> None:
    head, day = await world.head(), "9999-12-31"
    plan = {"organisation_id": str(uuid4()), "region": "smolensk", "month": day}
    absence = {"first_day": day, "last_day": day}
    answers = [
        await head.post("/trips", json=wanted(await world.smolensk_family(), day=day)),
        await head.post("/plans", json=plan),
        await head.get("/plans", params={"month": day}),
        await head.post(f"/specialists/{CREW[0]}/absences", json=absence),
    ]
    found = [(answer.status_code, answer.json()["errors"][0]["field"]) for answer in answers]
    assert found == [(422, "day"), (422, "month"), (422, "month"), (422, "first_day")]


async def test_a_trip_on_its_way_is_reported_and_not_cancelled(world: World) -> None:
    family, head = await world.smolensk_family(), await world.head()
    trip = await published(world, head, family)
    world.app.clock.set(datetime.fromisoformat(trip["leaves_at"]))
    late = await head.post(f"/trips/{trip['id']}/cancel", json={"reason_code": "vehicle_broken"})
    assert (late.status_code, late.json()["slug"]) == (409, "trip_begun")
