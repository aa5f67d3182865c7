"""A term that moves takes what was raised about it along; one that was met does not move any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from chassis.testing.running import Running
from contracts.intake import ApplicationDeadlineMoved
from intake.applications.background import recompute_deadlines
from intake.testing import MOSCOW, Route
from intake.testing.enquiries import CALL, Desk
from workdays import CalendarYear, Decree

NEW_YEAR_MORNING = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
DECREES = count(1)
DAYS = ((date(2027, 2, 20), date(2027, 1, 11)),)
"""An invented decree works on a Saturday in February instead of Monday 11 January: every term ends later."""


@pytest.fixture
async def decreed(intake: Running) -> AsyncIterator[None]:
    """The worker of a later release, which knows a decree nobody has computed with."""
    known = intake.worker.regions
    region = known[MOSCOW].model_copy()
    year = CalendarYear(2027, Decree(str(next(DECREES)), date(2026, 9, 1)), DAYS)
    region.__dict__["calendar"] = known[MOSCOW].calendar.with_year(year)
    intake.worker.regions = {**known, MOSCOW: region}
    yield
    intake.worker.regions = known


async def moved(app: Running, id: str) -> list[str]:
    told = await app.published(ApplicationDeadlineMoved)
    return [fact.kind for fact in told if isinstance(fact, ApplicationDeadlineMoved) and fact.aggregate_id == UUID(id)]


async def test_D2_17_the_call_back_of_a_family_that_was_called_does_not_move(moscow: Route, decreed: None) -> None:
    moscow.app.clock.set(NEW_YEAR_MORNING)
    coordinator = await moscow.person("koordinator.moskva")
    called = await moscow.reached(coordinator)
    waiting = await moscow.submitted()
    for _ in range(2):
        await recompute_deadlines(moscow.app.worker)
    assert "call_back" not in await moved(moscow.app, called["id"])
    assert await moved(moscow.app, waiting["id"]) == ["call_back"]


async def test_D2_17_a_missed_call_back_that_moves_later_is_not_missed_any_more(moscow: Route, decreed: None) -> None:
    moscow.app.clock.set(NEW_YEAR_MORNING)
    coordinator = await moscow.person("koordinator.moskva")
    filed = await moscow.submitted()
    moscow.app.clock.set(datetime.fromisoformat(filed["call_back"]["due_at"]) + timedelta(seconds=1))
    await moscow.app.fire_timers()
    path = f"/applications/{filed['id']}"
    assert (await coordinator.get(path)).json()["deadlines"][0]["escalated_at"]
    await recompute_deadlines(moscow.app.worker)
    (row,) = (await coordinator.get(path)).json()["deadlines"]
    assert row["due_at"] > filed["call_back"]["due_at"]
    assert row["escalated_at"] is None


async def test_59FZ_an_overdue_question_that_turns_out_a_complaint_is_not_overdue(intake: Running) -> None:
    desk = Desk(intake)
    coordinator = await desk.person("socrabota.muromtsevo")
    filed = await desk.registered(coordinator, **CALL)
    intake.clock.set(datetime.fromisoformat(filed["due_at"]) + timedelta(seconds=1))
    await intake.fire_timers()
    path = f"/enquiries/{filed['id']}"
    card = (await coordinator.get(path)).json()
    assert card["due"]["escalated_at"]
    wording = {"column": "complaint", "value": "true", "why": "Это жалоба"}
    assert (await coordinator.post(f"{path}/amendments", json=wording)).status_code == 201
    assert (await coordinator.get(path)).json()["due"]["escalated_at"] is None
