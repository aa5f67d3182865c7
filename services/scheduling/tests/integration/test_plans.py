"""From an approved programme to a published month, over HTTP on the real database."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from chassis.testing.running import Caller
from contracts.identifiers import DeliveryMode
from contracts.scheduling import PlanPublished, VisitScheduled
from scheduling.testing import BRIGADE, CENTRE, STREET, World, iksra_lines, organisation
from sqlalchemy import text

MONTH = {"organisation_id": str(CENTRE), "region": "smolensk"}


async def made(world: World, head: Caller, month: str = "2026-03") -> dict[str, Any]:
    answer = await head.post("/plans", json=MONTH | {"month": month})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def published(world: World, head: Caller) -> dict[str, Any]:
    plan = await made(world, head)
    accepted = await head.post(f"/plans/{plan['id']}/accept")
    assert accepted.status_code == 200, accepted.text
    answer = await head.post(f"/plans/{plan['id']}/publish")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_D4_07_the_month_brings_eight_and_eight_at_home_and_remotely(world: World) -> None:
    family, head = await world.with_programme(), await world.head()
    plan = await made(world, head)
    quota = {one["group"]: one["planned"] for one in plan["quota"] if one["child_id"] == str(family.child_id)}
    # the term ends on 1 April; March has its share of each line, rounded up
    assert quota == {"social_medical": 8, "psychological_pedagogical": 8}
    modes = Counter(one["mode"] for one in plan["visits"])
    assert modes == {"home": 6, "remote": 6}
    assert plan["unplaced"] == []
    assert plan["km"] > 0
    days = sorted(one["starts_at"][:10] for one in plan["visits"] if one["mode"] == "home")
    gaps = [datetime.fromisoformat(b) - datetime.fromisoformat(a) for a, b in pairwise(days)]
    assert all(gap >= timedelta(days=2) for gap in gaps)


async def test_D4_15_accepted_and_published_the_plan_stands_in_every_calendar(world: World) -> None:
    family, head = await world.with_programme(), await world.head()
    before = len(await world.app.published(VisitScheduled))
    plan = await published(world, head)
    assert plan["state"] == "published"
    told = (await world.app.published(VisitScheduled))[before:]
    assert Counter(one.mode for one in told) == {DeliveryMode.HOME: 6, DeliveryMode.REMOTE: 6}
    assert {one.child_id for one in told} == {family.child_id}
    fact = (await world.app.published(PlanPublished))[-1]
    assert (fact.visits, fact.remote_sessions, fact.unplaced) == (6, 6, 0)
    again = await head.post(f"/plans/{plan['id']}/publish")
    assert again.status_code == 200
    assert len(await world.app.published(VisitScheduled)) == before + 12, "T4: publishing twice schedules once"


async def test_a_second_plan_of_the_month_finds_nothing_left_to_place(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    await published(world, head)
    assert (await made(world, head))["visits"] == []


async def test_T4_a_corrected_programme_with_new_lines_schedules_nothing_twice(world: World) -> None:
    family, head = await world.with_programme(), await world.head()
    await published(world, head)
    now = world.app.clock.now()
    first = family.approved(now.date(), now.date() + timedelta(days=30), iksra_lines(), now, None)
    corrected = first.model_copy(update={"programme_version": 2})
    assert await world.app.deliver(corrected) is None
    assert (await made(world, head))["visits"] == []


async def test_a_plan_is_not_accepted_after_the_calendar_changed(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    plan = await made(world, head)
    crew = plan["visits"][0]["specialist_ids"]
    day = plan["visits"][0]["starts_at"][:10]
    await head.post(f"/specialists/{crew[0]}/absences", json={"first_day": day, "last_day": day})
    answer = await head.post(f"/plans/{plan['id']}/accept")
    assert (answer.status_code, answer.json()["slug"]) == (409, "calendar_changed")


async def test_two_plans_of_one_calendar_cannot_both_be_published(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    plans = [await made(world, head) for _ in range(2)]
    for plan in plans:
        assert (await head.post(f"/plans/{plan['id']}/accept")).status_code == 200
    answers = [await head.post(f"/plans/{plan['id']}/publish") for plan in plans]
    assert [answer.status_code for answer in answers] == [200, 409]


async def test_a_plan_that_breaks_a_rule_is_refused_by_the_independent_check(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    plan = await made(world, head)
    async with world.app.unit() as unit:
        stored = await unit.session.scalar(text("SELECT answer FROM plans WHERE id = :id"), {"id": plan["id"]})
        stored["routes"][0]["stops"][0]["start"] = stored["routes"][0]["leave"]
        values = {"id": plan["id"], "answer": json.dumps(stored)}
        await unit.session.execute(text("UPDATE plans SET answer = CAST(:answer AS jsonb) WHERE id = :id"), values)
    answer = await head.post(f"/plans/{plan['id']}/accept")
    assert (answer.status_code, answer.json()["slug"]) == (409, "plan_invalid")
    assert {one["rule"] for one in answer.json()["violations"]} == {"travel"}


async def test_an_unaccepted_plan_is_not_published(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    plan = await made(world, head)
    answer = await head.post(f"/plans/{plan['id']}/publish")
    assert (answer.status_code, answer.json()["slug"]) == (409, "plan_not_accepted")


async def test_without_coordinates_the_territory_stands_for_the_home_and_the_visit_says_so(world: World) -> None:
    await world.with_programme(at=None)
    head = await world.head()
    plan = await made(world, head)
    assert {one["place_estimated"] for one in plan["visits"] if one["mode"] == "home"} == {True}


async def test_a_stored_plan_holds_neither_addresses_nor_coordinates(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    plan = await made(world, head)
    async with world.app.unit() as unit:
        query = text("SELECT problem::text || answer::text || drafts::text FROM plans WHERE id = :id")
        stored = await unit.session.scalar(query, {"id": plan["id"]})
    assert STREET not in stored
    assert "55.56" not in stored
    assert "34.98" not in stored


async def test_the_same_plan_id_again_changes_nothing(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    body = MONTH | {"month": "2026-03-15", "id": str(uuid4())}
    answers = [(await head.post("/plans", json=body)).json() for _ in range(2)]
    assert answers[0] == answers[1]


async def test_a_month_that_is_over_and_a_strange_organisation_are_refused(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    over = await head.post("/plans", json=MONTH | {"month": "2026-02"})
    assert (over.status_code, over.json()["slug"]) == (422, "month_over")
    strange = await head.post("/plans", json=MONTH | {"month": "2026-03", "organisation_id": str(uuid4())})
    assert strange.status_code == 403
    stranger = await world.staff("moscow-early-help", "head.sever", "head", uuid4())
    plan = await made(world, head)
    assert (await stranger.get(f"/plans/{plan['id']}")).status_code == 404


async def test_specialists_see_their_visits_and_families_their_own(world: World) -> None:
    family, other, head = (
        await world.with_programme(),
        await world.with_programme(at=(55.21, 34.30)),
        await world.head(),
    )
    await published(world, head)
    parent = await world.parent(family.child_id)
    mine = (await parent.get("/visits", params={"limit": 200})).json()["items"]
    assert {one["child_id"] for one in mine} == {str(family.child_id)}
    stranger = await world.parent(uuid4())
    assert (await stranger.get("/visits")).json()["items"] == []
    speech = await world.specialist(2)
    seen = (await speech.get("/visits", params={"limit": 200})).json()["items"]
    assert {one["child_id"] for one in seen} == {str(family.child_id), str(other.child_id)}


async def test_the_head_is_asked_to_plan_the_next_month(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    items = [item for item in (await head.get("/worklist")).json()["items"] if item["kind"] == "plan_to_make"]
    assert [item["title"] for item in items] == ["Составить план на 04.2026"]
    assert items[0]["due_at"].startswith("2026-03-25T21:00")


async def test_the_day_sheet_opens_address_and_contact_and_is_audited(world: World) -> None:
    family, head = await world.with_programme(), await world.head()
    plan = await published(world, head)
    day = next(one["starts_at"][:10] for one in plan["visits"] if one["mode"] == "home")
    specialist = await world.specialist(1)
    sheet = (await specialist.get(f"/day-sheets/{BRIGADE}/{day}")).json()
    assert [one["address"] for one in sheet["visits"]] == [STREET]
    assert sheet["visits"][0]["contact"]["phone"] == "+79050000777"
    assert sheet["visits"][0]["services"][0]["title"].startswith("Занятие")
    parent = await world.parent(family.child_id)
    lines = (await parent.get(f"/readers/{family.child_id}")).json()["items"]
    assert "Специалист" in {line["role"] for line in lines}
    stranger = await world.parent(uuid4())
    assert (await stranger.get(f"/readers/{family.child_id}")).status_code == 404


async def test_without_a_brigade_home_visits_are_left_over_with_the_reason(world: World) -> None:
    family = await world.moscow_family()
    south = organisation("moscow-early-help", "early-help-south")
    family.serving = south
    now = world.app.clock.now()
    event = family.approved(now.date(), now.date() + timedelta(days=30), iksra_lines()[:1], now, None)
    world.know_key(family)
    assert await world.app.deliver(event) is None
    head = await world.staff("moscow-early-help", "head.yug", "head", south)
    body = {"organisation_id": str(south), "region": "moscow-early-help", "month": "2026-03"}
    plan = (await head.post("/plans", json=body)).json()
    assert (plan["visits"], {one["reason"] for one in plan["unplaced"]}) == ([], {"brigades"})
    assert {one["text"] for one in plan["unplaced"]} == {"нет подходящей бригады"}
