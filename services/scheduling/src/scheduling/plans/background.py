"""The worker's loop over searches. Each runs in a process of its own, so that it holds up no message and no timer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import structlog
from chassis.failures import describe
from chassis.work import Runtime, Unit
from sqlalchemy import or_, select

from scheduling import planner
from scheduling.planner import Plan as Answer
from scheduling.planner import Problem
from scheduling.plans.commands.search_plan import conclude_search
from scheduling.plans.model import LEASE, Plan, PlanSearch, SearchState

EVERY_SECONDS = 1.0
COMPILING_SECONDS = LEASE.total_seconds()
"""Allowed on top of the search: on a new machine the search is compiled first."""
NICENESS = 10
"""People's requests come first."""
_PROGRESS = re.compile(rb"([01]\.\d{3}) ")
log = structlog.get_logger(__name__)


class SearchBrokeError(Exception):
    """The process of a search ended without an answer; its exit code."""


@dataclass(frozen=True, slots=True)
class _Task:
    search_id: UUID
    problem: Problem
    warm: Answer | None
    seconds: int
    seed: int


async def work_off_searches(runtime: Runtime) -> None:
    """Search for what the heads asked for, one after the other, until cancelled."""
    while True:
        if not await work_off_one(runtime):
            await asyncio.sleep(EVERY_SECONDS)


async def work_off_one(runtime: Runtime) -> bool:
    """Do one waiting search; whether there was one. A search whose worker died is begun again."""
    task = await _claim(runtime)
    if task is None:
        return False
    try:
        answer = await _searched(task, lambda share: _tell(task.search_id, share, runtime))
    except asyncio.CancelledError:
        async with runtime.transaction() as unit:
            (await _locked(task.search_id, unit)).put_back()
        raise
    except (SearchBrokeError, TimeoutError, OSError, planner.ProblemError) as error:
        log.error("search failed", search=str(task.search_id), error=describe(error))
        async with runtime.transaction() as unit:
            (await _locked(task.search_id, unit)).end(SearchState.FAILED, unit.now)
        return True
    async with runtime.transaction() as unit:
        await conclude_search(task.search_id, answer, unit)
    return True


async def _claim(runtime: Runtime) -> _Task | None:
    async with runtime.transaction() as unit:
        abandoned = (PlanSearch.state == SearchState.RUNNING) & (PlanSearch.claimed_until < unit.now)
        waiting = select(PlanSearch).where(or_(PlanSearch.state == SearchState.QUEUED, abandoned))
        search = await unit.session.scalar(
            waiting.order_by(PlanSearch.asked_at).limit(1).with_for_update(skip_locked=True)
        )
        if search is None:
            return None
        plan = await unit.session.get_one(Plan, search.plan_id)
        search.begin(plan.version, unit.now)
        # a greedy plan is no place to start from: a fresh search goes further
        warm = plan.answer if plan.answer.solver != "greedy" else None
        return _Task(search.id, plan.problem, warm, search.seconds, search.seed)


async def _tell(search_id: UUID, share: float, runtime: Runtime) -> None:
    async with runtime.transaction() as unit:
        (await _locked(search_id, unit)).go_on(share, unit.now)


async def _locked(search_id: UUID, unit: Unit) -> PlanSearch:
    return await unit.session.get_one(PlanSearch, search_id, with_for_update=True)


async def _searched(task: _Task, told: Callable[[float], Awaitable[None]]) -> Answer:
    """The answer of ``python -m scheduling.planner solve``. Ids, minutes and kilometres only stand in its files."""
    with TemporaryDirectory(prefix="marshrut-search-") as folder:
        problem, warm, found = (Path(folder) / name for name in ("problem.json", "warm.json", "plan.json"))
        problem.write_text(task.problem.model_dump_json(), encoding="utf-8")
        options = ["-o", str(found), "--seconds", str(task.seconds), "--seed", str(task.seed), "--progress"]
        if task.warm is not None:
            warm.write_text(task.warm.model_dump_json(), encoding="utf-8")
            options += ["--warm", str(warm)]
        async with asyncio.timeout(task.seconds + COMPILING_SECONDS):
            await _run([sys.executable, "-m", "scheduling.planner", "solve", str(problem), *options], told)
        return planner.read_plan(found)


async def _run(command: list[str], told: Callable[[float], Awaitable[None]]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        async for line in process.stdout:
            if share := _PROGRESS.match(line):
                await told(float(share[1]))
        if await process.wait() != 0:
            raise SearchBrokeError(process.returncode)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
