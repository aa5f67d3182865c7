"""Lists: one page form, dates and holders to narrow them, titles beside ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.testing.running import Caller
from scheduling.testing import BRIGADE, CENTRE, CREW, HOST, POINT, VEHICLE, World

MINUTE = timedelta(minutes=1)


async def listed(caller: Caller, path: str, **wanted: Any) -> list[Any]:
    answer = await caller.get(path, params={"limit": 200} | wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def published_month(world: World) -> Caller:
    """March of one family; the head."""
    await world.with_programme()
    head = await world.head()
    body = {"organisation_id": str(CENTRE), "region": "smolensk", "month": "2026-03"}
    plan = (await head.post("/plans", json=body)).json()
    for step in ("accept", "publish"):
        assert (await head.post(f"/plans/{plan['id']}/{step}")).status_code == 200
    return head


async def planned_trips(world: World, *days: str) -> Caller:
    head, family = await world.head(), await world.smolensk_family()
    invited = [{"child_id": str(family.child_id), "services": ["psychologist_session"]}]
    body = {"point_id": str(POINT), "vehicle_id": str(VEHICLE), "specialist_ids": [str(CREW[0])], "invited": invited}
    for day in days:
        answer = await head.post("/trips", json=body | {"day": day})
        assert answer.status_code == 201, answer.text
    return head


async def test_every_list_comes_in_pages_that_a_cursor_continues(world: World) -> None:
    head = await world.head()
    for path, many in (("/specialists", 4), ("/vehicles", 2)):
        whole = (await head.get(path, params={"with_total": True})).json()
        assert (len(whole["items"]), whole["total"], whole["next_cursor"]) == (many, many, None)
        first = (await head.get(path, params={"limit": 1})).json()
        rest = (await head.get(path, params={"cursor": first["next_cursor"]})).json()
        assert first["items"] + rest["items"] == whole["items"]
    for path in ("/points", "/brigades", "/sync-conflicts"):
        assert set((await head.get(path)).json()) == {"items", "next_cursor", "total"}


async def test_visits_are_narrowed_by_time_brigade_specialist_and_organisation(world: World) -> None:
    head = await published_month(world)
    everything = await listed(head, "/visits")
    moment = datetime.fromisoformat(everything[3]["starts_at"])
    assert await listed(head, "/visits", since=moment.isoformat()) == everything[3:]
    assert await listed(head, "/visits", until=moment.isoformat()) == everything[:3]
    assert await listed(head, "/visits", since=moment.isoformat(), until=(moment + MINUTE).isoformat()) == [
        everything[3]
    ]
    at_home = [one for one in everything if one["mode"] == "home"]
    assert await listed(head, "/visits", brigade_id=BRIGADE) == at_home
    logopedist = [one for one in everything if str(CREW[1]) in one["specialist_ids"]]
    assert await listed(head, "/visits", specialist_id=CREW[1]) == logopedist != everything
    assert await listed(head, "/visits", organisation_id=CENTRE) == everything
    assert await listed(head, "/visits", organisation_id=HOST) == []


async def test_a_visit_says_what_its_ids_are_called(world: World) -> None:
    head = await published_month(world)
    everything = await listed(head, "/visits")
    one = next(one for one in everything if one["mode"] == "home")
    assert (one["territory"], one["territory_title"]) == ("smolensk/gagarin", "Гагаринский район")
    assert one["brigade_title"] == "Мобильная бригада № 1"
    assert {who["id"]: who["title"] for who in one["specialists"]}[str(CREW[1])] == "логопед"
    assert [who["id"] for who in one["specialists"]] == one["specialist_ids"]
    remote = next(one for one in everything if one["mode"] == "remote")
    assert (remote["brigade_id"], remote["brigade_title"]) == (None, None)


async def test_appointments_are_narrowed_by_time_specialist_and_organisation(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    application = {"application_id": str(family.application_id)}
    slots = (await coordinator.get("/first-appointment-slots", params=application)).json()["in_time"]
    answer = await coordinator.post("/appointments", json=application | {"starts_at": slots[0]["starts_at"]})
    booked = answer.json()
    mine = {"child_id": str(family.child_id)}
    start = datetime.fromisoformat(booked["starts_at"])
    assert await listed(coordinator, "/appointments", **mine, since=start.isoformat()) == [booked]
    assert await listed(coordinator, "/appointments", **mine, until=start.isoformat()) == []
    assert await listed(coordinator, "/appointments", **mine, until=(start + MINUTE).isoformat()) == [booked]
    assert await listed(coordinator, "/appointments", **mine, specialist_id=booked["specialist_ids"][0]) == [booked]
    assert await listed(coordinator, "/appointments", **mine, specialist_id=CREW[0]) == []
    assert await listed(coordinator, "/appointments", **mine, organisation_id=booked["organisation_id"]) == [booked]
    assert await listed(coordinator, "/appointments", **mine, organisation_id=CENTRE) == []
    assert (booked["territory_title"], booked["room_title"]) == ("Северный район", "Кабинет 1")
    assert all(one["title"] for one in booked["specialists"])


async def test_trips_are_narrowed_by_days_both_included_and_say_where_they_go(world: World) -> None:
    head = await planned_trips(world, "2026-03-12", "2026-03-13", "2026-03-16")
    first, second, third = await listed(head, "/trips")
    assert await listed(head, "/trips", since="2026-03-13") == [second, third]
    assert await listed(head, "/trips", until="2026-03-13") == [first, second]
    assert await listed(head, "/trips", specialist_id=CREW[0], point_id=POINT) == [first, second, third]
    assert await listed(head, "/trips", specialist_id=CREW[1]) == []
    assert first["point_title"] == "Пункт консультативной помощи, г. Гагарин"
    assert first["vehicle_title"] == "Микроавтобус учреждения"
    assert [len(one["invitations"]) for one in (first, second, third)] == [1, 1, 1]


async def test_plans_conflicts_and_invitations_are_narrowed_by_time(world: World) -> None:
    head = await published_month(world)
    march = await listed(head, "/plans", since="2026-03-20", until="2026-03-20", state="published")
    assert {plan["month"] for plan in march} == {"2026-03-01"}
    assert await listed(head, "/plans", until="2026-02-28") == []
    assert await listed(head, "/plans", since="2026-04-01") == []
    moment = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
    assert await listed(head, "/invitations", until=moment) == []
    assert await listed(head, "/sync-conflicts", open_only=False, since="2099-01-01T00:00:00Z") == []
