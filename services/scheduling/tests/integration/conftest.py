"""One scheduling service per module, its calendar emptied before each test."""

from __future__ import annotations

import pytest
from chassis.testing.plugin import START, Runner
from chassis.testing.running import Running
from scheduling.main import service
from scheduling.resources.commands import load_at_start
from scheduling.testing import World
from sqlalchemy import text

EMPTIED = (
    "bookings", "demands", "absences", "routes", "visits", "trips", "trip_invitations", "timers", "plan_searches",
)  # fmt: skip


@pytest.fixture(scope="module")
async def scheduling(module_running: Runner) -> Running:
    app = await module_running(service)
    await load_at_start(app.worker)
    return app


@pytest.fixture
async def world(scheduling: Running) -> World:
    scheduling.clock.set(START)
    async with scheduling.unit() as unit:
        for table in EMPTIED:
            await unit.session.execute(text(f"DELETE FROM {table}"))
    return World(scheduling)
