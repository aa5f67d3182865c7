"""Deadlines are computed again when the calendar changes (ARCHITECTURE §6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from chassis.testing.running import Running
from contracts.intake import ApplicationDeadlineMoved
from intake.applications.background import recompute_deadlines
from intake.applications.model.application import Application
from intake.applications.model.deadlines import DeadlineChange
from intake.testing import MOSCOW, Route
from sqlalchemy import func, select
from workdays import CalendarYear, Decree

NEW_YEAR_MORNING = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
DECREE = CalendarYear(2027, Decree("1", date(2026, 9, 1)), ((date(2027, 1, 9), date(2027, 1, 11)),))
"""An invented decree that works on Saturday 9 January instead of Monday 11."""


@pytest.fixture
async def decreed(intake: Running) -> AsyncIterator[None]:
    """The worker of a later release, which knows the decree."""
    known = intake.worker.regions
    region = known[MOSCOW].model_copy()
    region.__dict__["calendar"] = known[MOSCOW].calendar.with_year(DECREE)
    intake.worker.regions = {**known, MOSCOW: region}
    yield
    intake.worker.regions = known


async def test_a_provisional_deadline_becomes_final_with_its_decree_and_keeps_its_history(
    moscow: Route, decreed: None
) -> None:
    moscow.app.clock.set(NEW_YEAR_MORNING)
    filed = await moscow.submitted()
    assert filed["call_back"]["provisional"]
    assert "ещё нет" in filed["call_back"]["explanation"]
    await recompute_deadlines(moscow.app.worker)

    async with moscow.app.unit() as unit:
        application = await unit.session.get_one(Application, filed["id"])
        (row,) = application.deadlines
        found = select(DeadlineChange).where(DeadlineChange.application_id == application.id)
        (change,) = (await unit.session.scalars(found)).all()
    assert row.due_at == datetime(2027, 1, 9, 15, 0, tzinfo=UTC)
    assert application.due_at == row.due_at
    assert not row.provisional
    assert change.due_before == datetime.fromisoformat(filed["call_back"]["due_at"])
    assert change.due_after == row.due_at
    moved = [e for e in await moscow.app.published(ApplicationDeadlineMoved) if isinstance(e, ApplicationDeadlineMoved)]
    assert [(str(e.application_id), e.kind) for e in moved][-1] == (filed["id"], "call_back")


async def test_the_same_calendar_moves_nothing(moscow: Route) -> None:
    await moscow.submitted()
    await recompute_deadlines(moscow.app.worker)

    async def changes() -> int | None:
        async with moscow.app.unit() as unit:
            return await unit.session.scalar(select(func.count()).select_from(DeadlineChange))

    before = await changes()
    await recompute_deadlines(moscow.app.worker)
    assert await changes() == before


async def test_the_moved_call_back_is_escalated_at_its_new_time(moscow: Route, decreed: None) -> None:
    moscow.app.clock.set(NEW_YEAR_MORNING)
    filed = await moscow.submitted()
    await recompute_deadlines(moscow.app.worker)
    coordinator = await moscow.person("koordinator.moskva")
    for moment, escalated in (
        (datetime(2027, 1, 8, 16, tzinfo=UTC), False),
        (datetime(2027, 1, 9, 16, tzinfo=UTC), True),
    ):
        moscow.app.clock.set(moment)
        await moscow.app.fire_timers()
        card = (await coordinator.get(f"/applications/{filed['id']}")).json()
        assert bool(card["deadlines"][0]["escalated_at"]) is escalated
