"""Due times fire once, with their effect, whatever is restarted."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from chassis.clock import new_id
from chassis.data.context import SYSTEM, Cause
from chassis.data.database import Database
from chassis.work import Runtime, Timer, TimerRouter, Unit
from chassis.work.sweep import TimerSweep
from chassis.work.timers import Timers
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


class Scene:
    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.router = database, Hands(), TimerRouter()
        self.fired: list[Timer] = []
        self.error: Exception | None = None

        @self.router.on("call_back_due")
        async def due(timer: Timer, unit: Unit) -> None:
            await unit.session.execute(text("INSERT INTO seen (piece_id) VALUES (:id)"), {"id": timer.subject_id})
            if self.error:
                raise self.error
            self.fired.append(timer)

    @property
    def sweep(self) -> TimerSweep:
        """A new sweep each time, as after a restart."""
        found: Any = SimpleNamespace(name="workshop", database=self.database, clock=self.clock, unit=self.unit)
        return TimerSweep([self.router], cast(Runtime, found))

    def unit(self, session: AsyncSession, cause: Cause) -> Unit:
        return cast(Unit, SimpleNamespace(session=session, timers=Timers(session, self.clock.now(), cause)))

    async def set(self, subject: UUID, minutes: float, **payload: object) -> None:
        async with self.database.transaction(SYSTEM) as session:
            timers = Timers(session, self.clock.now(), Cause())
            await timers.set("call_back_due", subject, START + timedelta(minutes=minutes), payload)

    async def cancel(self, subject: UUID) -> None:
        async with self.database.transaction(SYSTEM) as session:
            await Timers(session, self.clock.now(), Cause()).cancel("call_back_due", subject)

    async def effects(self) -> int:
        async with self.database.transaction(SYSTEM) as session:
            return int(await session.scalar(text("SELECT count(*) FROM seen")) or 0)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


async def test_a_timer_fires_when_due_and_only_once(scene: Scene) -> None:
    subject = new_id()
    await scene.set(subject, 10, code="D2-17")
    assert await scene.sweep.fire_due() == 0
    scene.clock.time += timedelta(minutes=10)
    assert await scene.sweep.fire_due() == 1
    assert await scene.sweep.fire_due() == 0
    (timer,) = scene.fired
    assert (timer.subject_id, timer.payload, timer.due_at) == (subject, {"code": "D2-17"}, scene.clock.time)


async def test_setting_again_replaces_the_pending_timer(scene: Scene) -> None:
    subject = new_id()
    await scene.set(subject, 10)
    await scene.set(subject, 20)
    scene.clock.time += timedelta(minutes=15)
    assert await scene.sweep.fire_due() == 0
    scene.clock.time += timedelta(minutes=15)
    assert await scene.sweep.fire_due() == 1


async def test_a_cancelled_timer_stays_silent(scene: Scene) -> None:
    subject = new_id()
    await scene.set(subject, 10)
    await scene.cancel(subject)
    scene.clock.time += timedelta(hours=1)
    assert await scene.sweep.fire_due() == 0


async def test_a_rolled_back_command_sets_no_timer(scene: Scene) -> None:
    async with scene.database.transaction(SYSTEM) as session:
        await Timers(session, START, Cause()).set("call_back_due", new_id(), START)
        await session.rollback()
    assert await scene.sweep.fire_due() == 0


async def test_a_failing_timer_leaves_no_effect_and_is_tried_again_later(scene: Scene) -> None:
    await scene.set(new_id(), 0)
    scene.error = RuntimeError("first time")
    assert await scene.sweep.fire_due() == 0
    assert await scene.effects() == 0
    assert await scene.sweep.overdue() == (1, 1)
    scene.error = None
    assert await scene.sweep.fire_due() == 0  # not before its delay
    scene.clock.time += timedelta(seconds=2)
    assert await scene.sweep.fire_due() == 1
    assert await scene.sweep.overdue() == (0, 0)


async def test_one_failing_timer_does_not_hold_up_the_others(scene: Scene) -> None:
    bad, good = new_id(), new_id()

    @scene.router.on("broken")
    async def broken(timer: Timer, unit: Unit) -> None:
        raise RuntimeError

    async with scene.database.transaction(SYSTEM) as session:
        await Timers(session, START, Cause()).set("broken", bad, START - timedelta(minutes=1))
    await scene.set(good, 0)
    assert await scene.sweep.fire_due() == 1


async def test_two_sweeps_at_once_fire_each_timer_once(scene: Scene) -> None:
    for _ in range(20):
        await scene.set(new_id(), 0)
    fired = await asyncio.gather(*(scene.sweep.fire_due() for _ in range(3)))
    assert sum(fired) == 20
    assert await scene.effects() == 20


async def test_a_timer_may_set_its_successor(scene: Scene) -> None:
    @scene.router.on("reminder")
    async def reminder(timer: Timer, unit: Unit) -> None:
        await unit.timers.set("reminder", timer.subject_id, timer.due_at + timedelta(days=1))

    async with scene.database.transaction(SYSTEM) as session:
        await Timers(session, START, Cause()).set("reminder", new_id(), START)
    assert await scene.sweep.fire_due() == 1
    scene.clock.time += timedelta(days=1)
    assert await scene.sweep.fire_due() == 1


async def test_a_kind_without_a_handler_waits_for_one(scene: Scene) -> None:
    async with scene.database.transaction(SYSTEM) as session:
        await Timers(session, START, Cause()).set("unknown", new_id(), START)
    assert await scene.sweep.fire_due() == 0
    assert await scene.sweep.overdue() == (1, 0)
