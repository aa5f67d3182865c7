"""First appointments over HTTP on the real database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from chassis.testing.running import Caller
from contracts.event import Moment
from contracts.intake import ApplicationDeadlineMoved, ApplicationReturned
from contracts.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentHeld
from scheduling.testing import Family, World
from sqlalchemy import text


async def first_slot(world: World, caller: Caller, family: Family) -> dict[str, Any]:
    answer = await caller.get("/first-appointment-slots", params={"application_id": str(family.application_id)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["in_time"][0])


async def test_D2_19_free_slots_lie_within_seven_days_of_the_call_and_in_working_hours(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    answer = await coordinator.get("/first-appointment-slots", params={"application_id": str(family.application_id)})
    body = answer.json()
    due = datetime.fromisoformat(body["due_at"])
    starts = [datetime.fromisoformat(slot["starts_at"]) for slot in body["in_time"]]
    assert body["time_zone"] == "Europe/Moscow"
    assert starts == sorted(starts)
    assert all(world.app.clock.now() < start <= due for start in starts)
    assert all(6 <= start.hour < 15 for start in starts), "09:00-18:00 in Moscow is 06:00-15:00 UTC"
    assert all(len(slot["specialist_ids"]) == 2 for slot in body["in_time"])


async def test_D2_19_booking_tells_whether_it_is_in_time(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    answer = await coordinator.post("/appointments", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["in_time"] is True
    event = (await world.app.published(AppointmentBooked))[-1]
    assert (event.application_id, event.first, event.in_time) == (family.application_id, True, True)


async def test_the_same_id_again_books_once(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"id": str(uuid4()), "application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    first, second = [(await coordinator.post("/appointments", json=body)) for _ in range(2)]
    assert first.json() == second.json()
    other = await coordinator.post("/appointments", json=body | {"starts_at": "2026-03-05T09:00:00Z"})
    assert (other.status_code, other.json()["slug"]) == (409, "id_in_use")


async def test_fifty_clients_at_once_get_one_winner_per_slot_and_no_deadlock(world: World) -> None:
    families = [await world.moscow_family() for _ in range(10)] * 5
    coordinator = await world.coordinator()
    slot = await first_slot(world, coordinator, families[0])
    wanted = {key: slot[key] for key in ("starts_at", "specialist_ids", "room_id")}
    answers = await asyncio.gather(
        *(
            coordinator.post("/appointments", json={"application_id": str(family.application_id), **wanted})
            for family in families
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * 49
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["slug"] == "slot_taken"
    assert {"room", "specialist"} <= set(lost["taken"])
    assert len(lost["alternatives"]) == 3
    async with world.app.unit() as unit:
        rows = await unit.session.scalar(text("SELECT count(*) FROM bookings WHERE released_at IS NULL"))
    assert rows == 4, "two specialists, a room and a child"


async def test_D2_19_when_no_slot_is_free_in_time_the_nearest_three_are_offered(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    head = await world.staff("moscow-early-help", "head.sever", "head", family.serving)
    people = (await head.get("/specialists")).json()["items"]
    for one in people:
        days = {"first_day": "2026-03-02", "last_day": "2026-03-11"}
        assert (await head.post(f"/specialists/{one['id']}/absences", json=days)).status_code == 201
    answer = await coordinator.get("/first-appointment-slots", params={"application_id": str(family.application_id)})
    body = answer.json()
    assert body["in_time"] == []
    assert "свободного времени нет" in body["message"]
    assert [slot["in_time"] for slot in body["nearest"]] == [False] * 3
    assert min(slot["starts_at"] for slot in body["nearest"]).startswith("2026-03-12")


async def test_D2_19_where_nobody_is_there_for_weeks_the_answer_promises_no_times(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    head = await world.staff("moscow-early-help", "head.sever", "head", family.serving)
    for one in (await head.get("/specialists")).json()["items"]:
        days = {"first_day": "2026-03-02", "last_day": "2026-12-31"}
        assert (await head.post(f"/specialists/{one['id']}/absences", json=days)).status_code == 201
    query = {"application_id": str(family.application_id)}
    body = (await coordinator.get("/first-appointment-slots", params=query)).json()
    assert (body["in_time"], body["nearest"]) == ([], [])
    assert body["message"].startswith("Свободного времени нет ни до срока")


async def test_D4_an_absence_lists_the_bookings_it_meets(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    booked = (await coordinator.post("/appointments", json=body)).json()
    head = await world.staff("moscow-early-help", "head.sever", "head", family.serving)
    day = slot["starts_at"][:10]
    path = f"/specialists/{booked['specialist_ids'][0]}/absences"
    answer = await head.post(path, json={"first_day": day, "last_day": day})
    assert [one["subject_id"] for one in answer.json()["conflicts"]] == [booked["id"]]


async def test_D2_19_who_is_away_is_booked_by_nobody(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    head = await world.staff("moscow-early-help", "head.sever", "head", family.serving)
    away, day = slot["specialist_ids"][0], slot["starts_at"][:10]
    absence = {"id": str(uuid4()), "first_day": day, "last_day": day}
    path = f"/specialists/{away}/absences"
    assert [(await head.post(path, json=absence)).status_code for _ in range(2)] == [201, 201]
    other = await head.post(path, json=absence | {"last_day": "2026-04-01"})
    assert (other.status_code, other.json()["slug"]) == (409, "id_in_use")
    wanted = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    for named in (("specialist_ids",), ("specialist_ids", "room_id")):
        answer = await coordinator.post("/appointments", json=wanted | {name: slot[name] for name in named})
        assert (answer.status_code, answer.json()["slug"]) == (422, "outside_working_hours")
    withdraw = f"{path}/{absence['id']}/withdraw"
    assert [(await head.post(withdraw)).status_code for _ in range(2)] == [204, 204]
    assert (await head.post(f"{path}/{uuid4()}/withdraw")).status_code == 404
    assert await first_slot(world, coordinator, family) == slot, "back again"


async def test_T5_the_next_date_keeps_the_composition_of_a_later_appointment(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    assert await world.app.deliver(family.opened(world.app.clock.now())) is None
    body = {"child_id": str(family.child_id), "starts_at": "2026-03-04T07:00:00Z"}
    own = {"skills": ["psychologist"], "minutes": 30}
    booked = (await coordinator.post("/appointments", json=body | own)).json()
    assert len(booked["specialist_ids"]) == 1, booked
    refused = await coordinator.post(f"/appointments/{booked['id']}/cancel", json={"reason_code": "child_ill"})
    offered = refused.json()["alternatives"]
    assert {len(one["specialist_ids"]) for one in offered} == {1}
    done = await coordinator.post(
        f"/appointments/{booked['id']}/cancel",
        json={"reason_code": "child_ill", "next": {"starts_at": offered[2]["starts_at"]}},
    )
    listed = (await coordinator.get("/appointments", params={"child_id": str(family.child_id)})).json()["items"]
    (following,) = [one for one in listed if one["id"] == done.json()["next_appointment_id"]]
    assert [following[name] for name in ("starts_at", "ends_at", "specialist_ids")] == [
        offered[2][name] for name in ("starts_at", "ends_at", "specialist_ids")
    ]


async def test_faulty_bookings_are_refused_with_the_field(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    assert await world.app.deliver(family.opened(world.app.clock.now())) is None
    first = {"application_id": str(family.application_id), "starts_at": "2026-03-04T07:00:00Z"}
    later = {"child_id": str(family.child_id), "starts_at": "2026-03-04T07:00:00Z"}
    faulty = {
        ("set_by_region", "minutes"): first | {"minutes": 30},
        ("unknown_skill", "skills"): later | {"skills": ["dancer"]},
        ("too_far", "starts_at"): first | {"starts_at": "9999-12-31T23:59:00Z"},
        ("one_subject", None): first | later,
    }
    for (rule, field), body in faulty.items():
        answer = await coordinator.post("/appointments", json=body)
        error = answer.json()["errors"][0]
        assert (answer.status_code, error["rule"], error["field"]) == (422, rule, field)


async def test_T6_no_booking_before_the_call_sets_the_due_time(world: World) -> None:
    family, coordinator = await world.moscow_family(called=False), await world.coordinator()
    answer = await coordinator.get("/first-appointment-slots", params={"application_id": str(family.application_id)})
    assert (answer.status_code, answer.json()["slug"]) == (409, "call_first")


async def test_T5_cancelling_asks_for_the_next_date_and_keeps_it(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    booked = (await coordinator.post("/appointments", json=body)).json()
    refused = await coordinator.post(f"/appointments/{booked['id']}/cancel", json={"reason_code": "child_ill"})
    assert (refused.status_code, refused.json()["slug"]) == (422, "next_date_needed")
    following = refused.json()["alternatives"][1]
    body = {"reason_code": "child_ill", "next": {"starts_at": following["starts_at"]}}
    done = (await coordinator.post(f"/appointments/{booked['id']}/cancel", json=body)).json()
    assert done["state"] == "cancelled"
    event = (await world.app.published(AppointmentCancelled))[-1]
    assert str(event.next_appointment_id) == done["next_appointment_id"] is not None
    again = await coordinator.post(f"/appointments/{booked['id']}/cancel", json=body)
    assert again.json()["next_appointment_id"] == done["next_appointment_id"], "T4: cancelling twice books once"


async def test_T7_two_appointments_of_one_type_may_coexist(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    for _ in range(2):
        slot = await first_slot(world, coordinator, family)
        body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
        assert (await coordinator.post("/appointments", json=body)).status_code == 201
    listed = (await coordinator.get("/appointments", params={"child_id": str(family.child_id)})).json()["items"]
    assert len({one["starts_at"] for one in listed}) == 2


async def test_the_service_marks_the_appointment_held_once(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    booked = (await coordinator.post("/appointments", json=body)).json()
    world.app.clock.advance(timedelta(days=1))
    specialist = await world.staff("moscow-early-help", "specialist.sever1", "specialist", family.serving)
    before = len(await world.app.published(AppointmentHeld))
    for _ in range(2):
        assert (await specialist.post(f"/appointments/{booked['id']}/held")).json()["state"] == "held"
    assert len(await world.app.published(AppointmentHeld)) == before + 1


async def test_outside_working_hours_and_in_the_past_are_refused(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    wrong = {"2026-03-03T02:00:00Z": "outside_working_hours", "2026-03-01T09:00:00Z": "in_the_past"}
    for starts_at, slug in wrong.items():
        body = {"application_id": str(family.application_id), "starts_at": starts_at}
        answer = await coordinator.post("/appointments", json=body)
        assert (answer.status_code, answer.json()["slug"]) == (422, slug)


async def test_another_family_and_another_service_see_nothing(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    booked = (await coordinator.post("/appointments", json=body)).json()
    stranger, own = await world.parent(uuid4()), await world.parent(family.child_id)
    assert (await stranger.get("/appointments")).json()["items"] == []
    assert [one["id"] for one in (await own.get("/appointments")).json()["items"]] == [booked["id"]]
    head = await world.head()
    params = {"application_id": str(family.application_id)}
    assert (await head.get("/first-appointment-slots", params=params)).status_code == 404
    assert (await head.post(f"/appointments/{booked['id']}/held")).status_code == 404


async def test_the_worklist_asks_to_book_the_first_appointment(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    items = (await coordinator.get("/worklist")).json()["items"]
    mine = [item for item in items if item["subject_id"] == str(family.application_id)]
    assert [item["kind"] for item in mine] == ["first_appointment_to_book"]


async def test_T2_a_returned_application_gives_its_appointment_back(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    booked = (await coordinator.post("/appointments", json=body)).json()
    now = world.app.clock.now()
    event = ApplicationReturned(
        application_id=family.application_id,
        serving_organisation_id=family.serving,
        reason_code="no_capacity",
        returned_at=now,
    )
    assert await world.app.deliver(event) is None
    listed = (await coordinator.get("/appointments", params={"child_id": str(family.child_id)})).json()["items"]
    assert [(one["id"], one["state"]) for one in listed] == [(booked["id"], "cancelled")]
    other = await world.moscow_family()
    assert await first_slot(world, coordinator, other) == slot


async def test_D2_19_a_booked_appointment_follows_its_moved_due_time(world: World) -> None:
    family, coordinator = await world.moscow_family(), await world.coordinator()
    slot = await first_slot(world, coordinator, family)
    body = {"application_id": str(family.application_id), "starts_at": slot["starts_at"]}
    booked = (await coordinator.post("/appointments", json=body)).json()
    earlier = datetime.fromisoformat(slot["starts_at"]) - timedelta(hours=1)
    moved = ApplicationDeadlineMoved(
        application_id=family.application_id,
        kind="first_appointment",
        due=Moment(due_at=earlier),
        moved_at=world.app.clock.now(),
    )
    before = len(await world.app.published(AppointmentBooked))
    for _ in range(2):
        assert await world.app.deliver(moved) is None
    told = (await world.app.published(AppointmentBooked))[before:]
    assert [(str(one.appointment_id), one.due_at, one.in_time) for one in told] == [(booked["id"], earlier, False)]
    listed = (await coordinator.get("/appointments", params={"child_id": str(family.child_id)})).json()["items"]
    assert [(one["starts_at"], one["in_time"]) for one in listed] == [(booked["starts_at"], False)]
