"""A better plan than the first: searched for by the worker in a process of its own, with progress, and explained."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing.running import Caller
from contracts.scheduling import PlanImproved
from scheduling.planner import Plan as Answer
from scheduling.planner import check
from scheduling.planner.score import score
from scheduling.plans import background
from scheduling.plans.model import LEASE, Plan, PlanSearch, SearchState
from scheduling.testing import CENTRE, World
from sqlalchemy import select

MONTH = {"organisation_id": str(CENTRE), "region": "smolensk", "month": "2026-03"}
Told = Callable[[float], Awaitable[None]]


@pytest.fixture
async def plan(world: World) -> dict[str, Any]:
    for _ in range(3):
        await world.with_programme()
    answer = await (await world.head()).post("/plans", json=MONTH)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def asked(head: Caller, plan: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    answer = await head.post(f"/plans/{plan['id']}/search", json=wanted)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def stored(world: World, plan: dict[str, Any]) -> Plan:
    async with world.app.unit() as unit:
        return await unit.session.get_one(Plan, UUID(plan["id"]))


async def test_a_search_brings_a_valid_and_no_worse_plan_with_its_progress(
    world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    head, shares = await world.head(), []
    telling = background._tell

    async def tell(search_id: UUID, share: float, runtime: Any) -> None:
        shares.append(share)
        await telling(search_id, share, runtime)

    monkeypatch.setattr(background, "_tell", tell)
    queued = await asked(head, plan, seconds=3)
    assert (queued["search"]["state"], queued["search"]["progress"]) == ("queued", 0)
    before = await stored(world, plan)
    assert await background.work_off_one(world.app.worker)
    after = await stored(world, plan)
    found = (await head.get(f"/plans/{plan['id']}")).json()
    assert found["search"]["state"] == "done"
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1
    problem = after.problem
    assert check(problem, after.answer) == []
    old, new = (score(problem, one.answer).total for one in (before, after))
    assert new <= old
    improved = [one for one in await world.app.published(PlanImproved) if one.plan_id == UUID(plan["id"])]
    assert bool(improved) == (new < old) == (found["version"] > plan["version"])
    accepted = await head.post(f"/plans/{plan['id']}/accept")
    assert accepted.status_code == 200, accepted.text
    assert not await background.work_off_one(world.app.worker), "nothing is left to do"


async def test_asking_again_while_a_search_is_under_way_changes_nothing(world: World, plan: dict[str, Any]) -> None:
    head = await world.head()
    first, second = await asked(head, plan, seconds=5), await asked(head, plan, seconds=9)
    assert first["search"]["id"] == second["search"]["id"]
    assert second["search"]["seconds"] == 5


@pytest.mark.parametrize(
    ("wanted", "field"), [({"seconds": 0}, "seconds"), ({"seconds": 601}, "seconds"), ({"a": 1}, "a")]
)
async def test_a_search_has_bounds(world: World, plan: dict[str, Any], wanted: dict[str, int], field: str) -> None:
    answer = await (await world.head()).post(f"/plans/{plan['id']}/search", json=wanted)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(field)


async def test_an_accepted_plan_is_not_searched_any_more(world: World, plan: dict[str, Any]) -> None:
    head = await world.head()
    assert (await head.post(f"/plans/{plan['id']}/accept")).status_code == 200
    answer = await head.post(f"/plans/{plan['id']}/search", json={})
    assert (answer.status_code, answer.json()["slug"]) == (409, "plan_settled")


async def ended(world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch, meanwhile: Any) -> str:
    """How a search ends that found the same plan while ``meanwhile`` happened."""

    async def found(task: Any, told: Told) -> Answer:
        await told(0.5)
        await meanwhile()
        return (await stored(world, plan)).answer

    monkeypatch.setattr(background, "_searched", found)
    await asked(await world.head(), plan)
    assert await background.work_off_one(world.app.worker)
    return str((await (await world.head()).get(f"/plans/{plan['id']}")).json()["search"]["state"])


async def test_a_plan_accepted_meanwhile_stays_as_it_was_accepted(
    world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = await world.head()

    async def accept() -> None:
        assert (await head.post(f"/plans/{plan['id']}/accept")).status_code == 200

    assert await ended(world, plan, monkeypatch, accept) == "overtaken"


async def test_a_calendar_that_changed_meanwhile_asks_for_a_new_plan(
    world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await ended(world, plan, monkeypatch, world.with_programme) == "outdated"


async def test_a_search_that_breaks_is_told_as_failed_and_the_plan_stands(
    world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise background.SearchBrokeError(1)

    assert await ended(world, plan, monkeypatch, broken) == "failed"
    assert (await (await world.head()).post(f"/plans/{plan['id']}/accept")).status_code == 200


async def test_an_answer_that_breaks_a_rule_never_reaches_the_plan(
    world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def twice(task: Any, told: Told) -> Answer:
        answer = (await stored(world, plan)).answer
        return answer.model_copy(update={"routes": (*answer.routes, *answer.routes)})

    monkeypatch.setattr(background, "_searched", twice)
    await asked(await world.head(), plan)
    before = await stored(world, plan)
    assert await background.work_off_one(world.app.worker)
    after = await stored(world, plan)
    assert (after.version, after.answer) == (before.version, before.answer)


async def test_a_stopped_worker_puts_its_search_back_and_ends_its_process(world: World, plan: dict[str, Any]) -> None:
    await asked(await world.head(), plan, seconds=600)
    running = asyncio.create_task(background.work_off_one(world.app.worker))
    for _ in range(200):
        await asyncio.sleep(0.05)
        if (await latest(world, plan)).state is SearchState.RUNNING:
            break
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await latest(world, plan)).state is SearchState.QUEUED


async def latest(world: World, plan: dict[str, Any]) -> PlanSearch:
    async with world.app.unit() as unit:
        return (await unit.session.scalars(select(PlanSearch).where(PlanSearch.plan_id == UUID(plan["id"])))).one()


async def test_a_search_whose_worker_died_is_begun_again(
    world: World, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(await world.head(), plan)
    assert await background._claim(world.app.worker)
    assert await background._claim(world.app.worker) is None, "somebody is at it"
    world.app.clock.advance(LEASE + timedelta(seconds=1))
    assert await background._claim(world.app.worker)


async def test_a_placed_visit_is_explained_with_its_runner_up(world: World, plan: dict[str, Any]) -> None:
    head = await world.head()
    placed = next(one for one in plan["visits"] if one["mode"] == "home")
    answer = await head.get(f"/plans/{plan['id']}/visits/{placed['visit_id']}/why")
    assert answer.status_code == 200, answer.text
    why = answer.json()
    assert why["place"]["brigade_id"] == placed["brigade_id"]
    assert why["place"]["day"] == placed["starts_at"][:10]
    assert [stage["left"] for stage in why["funnel"]] == sorted((s["left"] for s in why["funnel"]), reverse=True)
    assert "бригада «" in " ".join(why["text"])
    assert placed["visit_id"] not in " ".join(why["text"])


async def test_a_remote_session_is_explained_without_a_road(world: World, plan: dict[str, Any]) -> None:
    remote = next(one for one in plan["visits"] if one["mode"] == "remote")
    why = (await (await world.head()).get(f"/plans/{plan['id']}/visits/{remote['visit_id']}/why")).json()
    assert why["funnel"] == []
    assert "дистанционно" in why["text"][0]


async def test_a_visit_of_another_plan_is_not_found(world: World, plan: dict[str, Any]) -> None:
    answer = await (await world.head()).get(f"/plans/{plan['id']}/visits/{uuid4()}/why")
    assert answer.status_code == 404


async def test_plans_are_listed_by_month_and_state(world: World, plan: dict[str, Any]) -> None:
    head = await world.head()
    listed = (await head.get("/plans", params={"month": "2026-03-09", "state": "made"})).json()["items"]
    mine = next(one for one in listed if one["id"] == plan["id"])
    assert (mine["month"], mine["solver"], mine["version"]) == ("2026-03-01", "greedy", plan["version"])
    assert (await head.get("/plans", params={"month": "2026-04-01"})).json()["items"] == []
