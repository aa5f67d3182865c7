"""Fires due timers with their effect in one transaction; a restart loses none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.data import outbox
from chassis.data.context import SYSTEM, Cause
from chassis.failures import describe
from chassis.work.runtime import Runtime
from chassis.work.unit import Unit

log = structlog.get_logger(__name__)

# Marked as fired before its effect runs, so that the effect may set the next timer of the same kind and subject.
_FIRE = text("""
UPDATE timers SET fired_at = :now WHERE id = (
  SELECT id FROM timers
  WHERE fired_at IS NULL AND cancelled_at IS NULL AND coalesce(retry_at, due_at) <= :now AND kind = ANY(:kinds)
  ORDER BY coalesce(retry_at, due_at) LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject_id, due_at, payload, correlation_id, attempts
""")
_FAILED = text("""
UPDATE timers SET attempts = attempts + 1, failure = :failure, retry_at = :retry_at
WHERE id = :id AND fired_at IS NULL AND cancelled_at IS NULL
""")
_OVERDUE = text("""
SELECT count(*), count(*) FILTER (WHERE attempts > 0) FROM timers
WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= :now
""")
_FIRST_RETRY = timedelta(seconds=1)
_LONGEST_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Timer:
    """A due time that has come. ``payload`` holds ids and codes only."""

    id: UUID
    kind: str
    subject_id: UUID
    due_at: datetime
    payload: dict[str, Any]
    correlation_id: UUID
    attempts: int = 0


TimerFunction = Callable[[Timer, Unit], Awaitable[None]]


class TimerRouter:
    """Collects the timer handlers of one room: ``@timers.on("call_back_due")``."""

    def __init__(self) -> None:
        self.handlers: dict[str, TimerFunction] = {}

    def on(self, kind: str) -> Callable[[TimerFunction], TimerFunction]:
        """Register the one handler of a kind; raises ``TypeError`` for a second one."""

        def register(function: TimerFunction) -> TimerFunction:
            if kind in self.handlers:
                raise TypeError(f"timer {kind} has two handlers")
            self.handlers[kind] = function
            return function

        return register


class TimerSweep:
    """Fires due timers, one transaction per timer; several sweeps may run side by side.

    A handler that fails leaves its timer pending and is tried again with growing delay, for ever.
    """

    def __init__(self, routers: Iterable[TimerRouter], runtime: Runtime) -> None:
        self._runtime = runtime
        self._handlers: dict[str, TimerFunction] = {}
        for router in routers:
            if twice := self._handlers.keys() & router.handlers.keys():
                raise TypeError(f"timers with two handlers: {', '.join(sorted(twice))}")
            self._handlers |= router.handlers

    async def run(self, every_seconds: float = 1.0) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.fire_due()
            except Exception as error:
                log.warning("timer sweep failed", error=describe(error))
            await asyncio.sleep(every_seconds)

    async def fire_due(self) -> int:
        """Fire everything that is due now; the number of timers that had their effect."""
        fired = 0
        while (outcome := await self._fire_next()) is not None:
            fired += outcome
        return fired

    async def overdue(self) -> tuple[int, int]:
        """Timers past their due time, and how many of them have failed at least once."""
        async with self._runtime.database.transaction(SYSTEM) as session:
            row = (await session.execute(_OVERDUE, {"now": self._runtime.clock.now()})).one()
            return row[0], row[1]

    async def _fire_next(self) -> bool | None:
        """True when one fired, False when one failed, None when nothing is due."""
        timer: Timer | None = None
        try:
            async with self._runtime.database.transaction(SYSTEM) as session:
                timer = await self._take(session)
                if timer is not None:
                    await self._handle(timer, session)
        except Exception as error:
            if timer is None:
                raise
            await self._postpone(timer, error)
            return False
        return None if timer is None else True

    async def _take(self, session: AsyncSession) -> Timer | None:
        due = {"now": self._runtime.clock.now(), "kinds": list(self._handlers)}
        row = (await session.execute(_FIRE, due)).one_or_none()
        return None if row is None else Timer(**row._mapping)

    async def _handle(self, timer: Timer, session: AsyncSession) -> None:
        cause = Cause(correlation_id=timer.correlation_id, causation_id=timer.id)
        await outbox.now_because_of(session, cause)
        await self._handlers[timer.kind](timer, self._runtime.unit(session, cause))

    async def _postpone(self, timer: Timer, error: Exception) -> None:
        delay = min(_FIRST_RETRY * 2 ** min(timer.attempts, 10), _LONGEST_RETRY)
        failure = describe(error)
        log.error("timer failed", kind=timer.kind, timer=str(timer.id), attempts=timer.attempts + 1, error=failure)
        async with self._runtime.database.transaction(SYSTEM) as session:
            retry_at = self._runtime.clock.now() + delay
            await session.execute(_FAILED, {"id": timer.id, "failure": failure, "retry_at": retry_at})
