"""One run: load and faults together, then peace, then the verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from local_deploy.system import System

from tests.faults.harness.families import Families
from tests.faults.harness.history import Command, History
from tests.faults.harness.oracle import Oracle
from tests.faults.harness.torment import Fault, Happened, torment

RECOVERY_SECONDS = 60.0
WARM_UP_SECONDS = 1.0
DOOR = "intake api"
_WRITERS = 8
_BETWEEN_COUNTS_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run. ``recovery``: seconds from the last fault to lag 0; ``silence``: the longest time without
    any answer to the clients."""

    history: History
    happened: list[Happened]
    recovery: float
    silence: float
    violations: list[str]

    def __str__(self) -> str:
        return (
            f"{self.history.summary()}; {len(self.happened)} faults; lag 0 after {self.recovery:.1f} s;"
            f" longest silence {self.silence:.1f} s; {len(self.violations)} violations"
        )


async def ordeal(
    system: System, faults: Iterable[Fault], *, applications: int, least: int = 0, until_all: bool = False
) -> Verdict:
    """Drive applications while the faults happen.

    Args:
        applications: most of them to begin.
        least: so many must have been accepted before the load ends, however slow the computer is.
        until_all: go on until ``applications`` are begun, instead of ending with the faults.
    """
    history, oracle = History(), await Oracle.of(system)
    families = Families(system, history)
    try:
        await families.open()
        # earlier stories of the run may have left a poison fact on the bus on purpose: that is not of our doing
        before = await oracle.violations(History())
        happened = await _under_load(system, families, faults, applications, least, until_all)
        last = time.monotonic()
        await oracle.settled(RECOVERY_SECONDS)
        recovery = time.monotonic() - last
        found = [one for one in await oracle.verdict(history, RECOVERY_SECONDS, before) if one not in before]
        return Verdict(history, happened, recovery, _silence(history), found)
    finally:
        await families.close()
        await oracle.close()


async def _under_load(
    system: System, families: Families, faults: Iterable[Fault], applications: int, least: int, until_all: bool
) -> list[Happened]:
    stop_load, stop_faults = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(families.live(stop_load, applications)) for _ in range(_WRITERS)]
        await asyncio.sleep(WARM_UP_SECONDS)
        dealing = group.create_task(torment(system, faults, stop_faults, door="" if until_all else DOOR))
        if until_all:
            await asyncio.wait(writers)
        else:
            await asyncio.wait([dealing])
            # answered work, not attempts: refused connections are attempts too
            while len(families.history.done(Command.ACCEPT)) < least:  # noqa: ASYNC110
                await asyncio.sleep(_BETWEEN_COUNTS_SECONDS)
        stop_load.set()
        stop_faults.set()
    return dealing.result()


def _silence(history: History) -> float:
    ends = sorted(one.ended for one in history.attempts if one.outcome != "info")
    return max((later - earlier for earlier, later in pairwise(ends)), default=0.0)
