"""Reports of a brigade's device, conflicts, the pause of an ill child and new dates, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.testing.canary import Canary
from chassis.testing.running import Caller
from contracts.identifiers import VisitOutcome
from contracts.scheduling import VisitPostponed, VisitReported, VisitScheduled
from scheduling.testing import BRIGADE, CENTRE, CREW, POINT, VEHICLE, Family, World, iksra_lines
from sqlalchemy import text


async def month(world: World, *families: Family) -> list[dict[str, Any]]:
    """A published March; its visits of the first family in order of time."""
    head = await world.head()
    body = {"organisation_id": str(CENTRE), "region": "smolensk", "month": "2026-03"}
    plan = (await head.post("/plans", json=body)).json()
    for step in ("accept", "publish"):
        answer = await head.post(f"/plans/{plan['id']}/{step}")
        assert answer.status_code == 200, answer.text
    return [one for one in plan["visits"] if one["child_id"] == str(families[0].child_id)]


def home(visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in visits if one["mode"] == "home"]


def item(world: World, visit: dict[str, Any], outcome: str = "performed", **changes: Any) -> dict[str, Any]:
    services = [
        {"delivery_id": str(uuid4()), **{name: one[name] for name in ("line_id", "service_code", "minutes")}}
        for one in visit["services"]
    ]
    body = {
        "client_id": str(uuid4()),
        "visit_id": visit["visit_id"],
        "base_version": 1,
        "reported_at": world.app.clock.now().isoformat(),
        "outcome": outcome,
        "services": services if outcome == "performed" else [],
    }
    return body | changes


async def send(caller: Caller, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await caller.post("/day-sheets/sync", json={"device_id": "tablet-1", "items": list(items)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_resend_gets_the_same_answer_and_counts_nothing_twice(world: World) -> None:
    visits = home(await month(world, await world.with_programme()))
    specialist = await world.specialist()
    report = item(world, visits[0])
    before = len(await world.app.published(VisitReported))
    (first,), (second,) = [await send(specialist, report) for _ in range(2)]
    assert (first["status"], second["status"], second["first"]) == ("applied", "duplicate", "applied")
    assert first["version"] == second["version"] == 2
    told = (await world.app.published(VisitReported))[before:]
    assert [len(one.services) for one in told] == [len(visits[0]["services"])]
    (reused,) = await send(specialist, report | {"outcome": "nobody_home", "services": []})
    assert (reused["status"], reused["error"]["slug"]) == ("rejected", "client_id_reused")


async def test_an_unknown_visit_holds_no_other_item_up(world: World) -> None:
    visits = home(await month(world, await world.with_programme()))
    specialist = await world.specialist()
    strange = item(world, visits[0], visit_id=str(uuid4()))
    wrong = item(world, visits[1])
    wrong["services"][0] |= {"line_id": None, "service_code": "dancing"}
    answers = await send(specialist, strange, wrong, item(world, visits[2]))
    assert [one["status"] for one in answers] == ["rejected", "rejected", "applied"]
    assert [one["error"]["slug"] for one in answers[:2]] == ["unknown_visit", "unknown_service"]


async def test_T1_two_offline_edits_of_one_field_are_both_kept_until_a_person_decides(world: World) -> None:
    family = await world.with_programme()
    visits = home(await month(world, family))
    one, other, head = await world.specialist(1), await world.specialist(2), await world.head()
    await send(one, item(world, visits[0]))
    (answer,) = await send(other, item(world, visits[0], "nobody_home"))
    assert answer["status"] == "conflict"
    (conflict,) = [c for c in (await head.get("/sync-conflicts")).json()["items"] if c["id"] in answer["conflict_ids"]]
    assert (conflict["field"], conflict["kept"], conflict["offered"]) == ("outcome", "performed", "nobody_home")
    assert "sync_conflict" in {entry["kind"] for entry in (await head.get("/worklist")).json()["items"]}
    assert "sync_conflicts_open{" in await world.app.gauges()
    before = len(await world.app.published(VisitReported))
    path = f"/sync-conflicts/{conflict['id']}/resolve"
    assert (await head.post(path, json={"choice": "offered"})).json()["choice"] == "offered"
    assert (await head.post(path, json={"choice": "offered"})).status_code == 200
    assert (await head.post(path, json={"choice": "kept"})).status_code == 409
    told = (await world.app.published(VisitReported))[before:]
    assert [fact.outcome for fact in told] == [VisitOutcome.NOBODY_HOME]
    everything = (await head.get("/sync-conflicts", params={"open_only": False})).json()["items"]
    assert (conflict["kept"], conflict["offered"]) in {(c["kept"], c["offered"]) for c in everything}


async def test_a_later_edit_that_saw_the_first_one_is_no_conflict(world: World) -> None:
    visits = home(await month(world, await world.with_programme()))
    specialist = await world.specialist()
    first = item(world, visits[0])
    await send(specialist, first)
    fewer = item(world, visits[0], base_version=2, services=first["services"][:1])
    fewer["services"][0]["minutes"] = 20
    (answer,) = await send(specialist, fewer)
    assert (answer["status"], answer["version"]) == ("applied", 3)
    assert [one.minutes for one in (await world.app.published(VisitReported))[-1].services] == [20]


async def test_the_note_is_stored_sealed_only(world: World) -> None:
    visits = home(await month(world, await world.with_programme()))
    specialist = await world.specialist()
    note = "Мама просит позвонить после шести"
    (answer,) = await send(specialist, item(world, visits[0], note=note))
    assert answer["status"] == "applied"
    async with world.app.unit() as unit:
        stored = await unit.session.scalar(text("SELECT string_agg(sync_items::text, '') FROM sync_items"))
    assert note not in stored
    assert "ciphertext" in stored


async def ill(world: World, visit: dict[str, Any], **changes: Any) -> None:
    (answer,) = await send(await world.specialist(), item(world, visit, "child_ill", **changes))
    assert answer["status"] == "applied"
    await world.app.fire_timers()


async def test_an_ill_child_pauses_the_month_and_gets_new_dates(world: World) -> None:
    family = await world.with_programme()
    visits = await month(world, family)
    first = home(visits)[0]
    until = date.fromisoformat(first["starts_at"][:10]) + timedelta(days=6)
    before = len(await world.app.published(VisitPostponed))
    await ill(world, first, ill_until=until.isoformat())
    affected = {one["visit_id"] for one in visits if date.fromisoformat(one["starts_at"][:10]) <= until}
    told = (await world.app.published(VisitPostponed))[before:]
    assert {str(one.visit_id) for one in told} == affected
    assert {(one.reason, one.until) for one in told} == {(VisitOutcome.CHILD_ILL, until)}
    async with world.app.unit() as unit:
        query = text("SELECT count(*) FROM bookings WHERE released_at IS NULL AND subject_id = ANY(:ids)")
        assert await unit.session.scalar(query, {"ids": [UUID(one) for one in affected]}) == 0
    parent = await world.parent(family.child_id)
    waiting = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
    assert {one["visit_id"] for one in waiting} == affected
    assert all(len(one["offers"]) == 3 for one in waiting)
    assert all(offer["starts_at"][:10] > until.isoformat() for one in waiting for offer in one["offers"])


async def trip_to_the_point(world: World, family: Family) -> str:
    head, host = await world.head(), await world.host()
    invited = [{"child_id": str(family.child_id), "services": ["psychologist_session"]}]
    body = {"point_id": str(POINT), "day": "2026-03-12", "vehicle_id": str(VEHICLE), "invited": invited}
    trip: str = (await head.post("/trips", json=body | {"specialist_ids": [str(one) for one in CREW]})).json()["id"]
    for caller, step in ((host, "confirm"), (head, "publish")):
        assert (await caller.post(f"/trips/{trip}/{step}")).status_code == 200
    return trip


async def test_D4_05_a_child_ill_on_the_day_of_a_trip_pauses_the_month_too(world: World) -> None:
    family = await world.with_programme()
    trip = await trip_to_the_point(world, family)
    visits = await month(world, family)
    last = max(one["starts_at"][:10] for one in visits)
    told = {"visit_id": None, "trip_id": trip, "child_id": str(family.child_id), "ill_until": last}
    far = item(world, visits[0], "child_ill", **told | {"ill_until": "9999-12-31"})
    ill_now = item(world, visits[0], "child_ill", **told)
    refused, taken = await send(await world.specialist(), far, ill_now)
    assert (refused["status"], refused["error"]["slug"]) == ("rejected", "ill_until_too_far")
    assert taken["status"] == "applied", taken
    await world.app.fire_timers()
    parent = await world.parent(family.child_id)
    waiting = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
    assert {one["visit_id"] for one in waiting} == {one["visit_id"] for one in visits}


async def test_D4_05_two_visits_an_ill_child_missed_offline_both_get_new_dates(world: World) -> None:
    family = await world.with_programme()
    first, second, *_ = home(await month(world, family))
    until = second["starts_at"][:10]
    reports = [item(world, visit, "child_ill", ill_until=until) for visit in (first, second)]
    assert [one["status"] for one in await send(await world.specialist(), *reports)] == ["applied"] * 2
    await world.app.fire_timers()
    parent = await world.parent(family.child_id)
    waiting = {one["visit_id"] for one in (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]}
    assert {first["visit_id"], second["visit_id"]} <= waiting


async def test_a_longer_illness_moves_the_offers_already_made(world: World) -> None:
    family = await world.with_programme()
    first, second, *_ = home(await month(world, family))
    await ill(world, first, ill_until=first["starts_at"][:10])
    until = date.fromisoformat(second["starts_at"][:10]) + timedelta(days=10)
    await ill(world, second, ill_until=until.isoformat())
    parent = await world.parent(family.child_id)
    waiting = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
    assert first["visit_id"] in {one["visit_id"] for one in waiting}
    assert all(offer["starts_at"][:10] > until.isoformat() for one in waiting for offer in one["offers"])


async def test_D2_21_a_new_member_of_the_team_sees_the_visits_to_come(world: World) -> None:
    family = await world.with_programme(lines=iksra_lines()[3:])
    visits = await month(world, family)
    motor = await world.specialist(3)
    assert str(family.child_id) not in {one["child_id"] for one in (await motor.get("/visits")).json()["items"]}
    assert await world.app.deliver(family.team(CREW[0], CREW[2])) is None
    seen = (await motor.get("/visits", params={"child_id": str(family.child_id)})).json()["items"]
    assert {one["id"] for one in seen} == {one["visit_id"] for one in visits}


async def test_T4_an_accepted_offer_moves_the_visit_once(world: World) -> None:
    family = await world.with_programme()
    first = home(await month(world, family))[0]
    await ill(world, first)
    parent = await world.parent(family.child_id)
    waiting = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
    (mine,) = [one for one in waiting if one["visit_id"] == first["visit_id"]]
    offer = mine["offers"][0]
    before = len(await world.app.published(VisitScheduled))
    answers = [await parent.post(f"/offers/{offer['id']}/accept") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    told = (await world.app.published(VisitScheduled))[before:]
    assert [(str(one.visit_id), one.starts_at.isoformat()) for one in told] == [
        (first["visit_id"], offer["starts_at"].replace("Z", "+00:00"))
    ]
    gone = await parent.post(f"/offers/{mine['offers'][1]['id']}/accept")
    assert (gone.status_code, gone.json()["slug"]) == (409, "offer_gone")
    day = offer["starts_at"][:10]
    sheet = (await (await world.specialist()).get(f"/day-sheets/{BRIGADE}/{day}")).json()
    assert first["visit_id"] in {one["visit_id"] for one in sheet["visits"]}
    await world.app.fire_timers()
    after = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
    assert all(other["starts_at"][:10] != day for one in after for other in one["offers"])


async def test_two_families_cannot_take_one_gap(world: World) -> None:
    families = [await world.with_programme(at=place) for place in ((55.56, 34.98), (55.54, 35.0))]
    visits = await month(world, *families)
    await ill(world, home(visits)[0])
    other = list((await (await world.head()).get("/visits", params={"limit": 200})).json()["items"])
    theirs = next(one for one in other if one["child_id"] == str(families[1].child_id) and one["mode"] == "home")
    await ill(world, {"visit_id": theirs["id"], "services": []})
    offered = []
    for family in families:
        parent = await world.parent(family.child_id)
        waiting = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
        offered.append((parent, [o for one in waiting if one["mode"] == "home" for o in one["offers"]]))
    same = [
        (one, two) for one in offered[0][1] for two in offered[1][1] if one["starts_at"][:10] == two["starts_at"][:10]
    ]
    assert same, "both families were offered the same day"
    statuses = [
        (await caller.post(f"/offers/{one['id']}/accept")).status_code
        for caller, one in zip((offered[0][0], offered[1][0]), same[0], strict=True)
    ]
    assert statuses == [200, 409]
    await world.app.fire_timers()
    parent = offered[1][0]
    fresh = (await parent.get(f"/children/{families[1].child_id}/offers")).json()["items"]
    assert next(one for one in fresh if one["mode"] == "home")["offers"], "new offers came at once"


async def test_strangers_neither_report_nor_accept(world: World) -> None:
    family = await world.with_programme()
    visits = home(await month(world, family))
    outsider = await world.staff("moscow-early-help", "specialist.sever1", "specialist", uuid4())
    (answer,) = await send(outsider, item(world, visits[0]))
    assert answer["error"]["slug"] == "unknown_visit"
    await ill(world, visits[0])
    parent, stranger = await world.parent(family.child_id), await world.parent(uuid4())
    waiting = (await parent.get(f"/children/{family.child_id}/offers")).json()["items"]
    assert (await stranger.post(f"/offers/{waiting[0]['offers'][0]['id']}/accept")).status_code == 404
    assert (await stranger.get(f"/children/{family.child_id}/offers")).status_code == 404


async def test_nobody_home_frees_the_child_and_offers_dates(world: World) -> None:
    family = await world.with_programme()
    visits = home(await month(world, family))
    await send(await world.specialist(), item(world, visits[0], "nobody_home"))
    await world.app.fire_timers()
    head = await world.head()
    waiting = (await head.get(f"/children/{family.child_id}/offers")).json()["items"]
    assert [(one["visit_id"], one["reason"], len(one["offers"])) for one in waiting] == [
        (visits[0]["visit_id"], "nobody_home", 3)
    ]


async def test_no_personal_data_reaches_logs_or_events(world: World, canary: Canary) -> None:
    family = await world.with_programme(mother=canary.name, street=canary.text)
    visits = home(await month(world, family))
    specialist = await world.specialist()
    sheet = (await specialist.get(f"/day-sheets/{BRIGADE}/{visits[0]['starts_at'][:10]}")).json()
    assert (sheet["visits"][0]["address"], sheet["visits"][0]["contact"]["name"]) == (canary.text, canary.name)
    await send(specialist, item(world, visits[0], note=canary.text))
    told = "".join(event.model_dump_json() for event in await world.app.published())
    assert canary.mark not in told
