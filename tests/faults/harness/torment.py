"""Kills and pauses: who suffers what, when and for how long."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from embedded import Process
from local_deploy.system import System

_LONGEST_RETURN_SECONDS = 30.0


class Kind(StrEnum):
    KILL = "kill -9"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Fault:
    """One blow. ``seconds``: how long a pause lasts; ``rest``: how long the system is left alone afterwards."""

    kind: Kind
    victim: str
    seconds: float
    rest: float


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault with the moment it began, in seconds of the monotonic clock."""

    at: float
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault.kind} {self.fault.victim}"


def victims(system: System) -> dict[str, Process]:
    """NATS, PostgreSQL, and API and worker of every service."""
    servers = {server.process.name: server.process for server in (system.nats, system.postgres)}
    return {**servers, **system.processes}


def every_victim_twice(names: Sequence[str], seed: int, *, pause: float, rest: float) -> list[Fault]:
    """Each is killed once and paused once, in an order drawn by ``seed``."""
    dice = random.Random(seed)
    faults = [Fault(kind, name, pause, rest) for kind in Kind for name in names]
    dice.shuffle(faults)
    return faults


def without_end(names: Sequence[str], seed: int) -> Iterable[Fault]:
    """Rounds of kills and pauses of drawn lengths for as long as they are asked for."""
    for number in cycle(range(1 << 30)):
        dice = random.Random(seed + number)
        for fault in every_victim_twice(names, seed + number, pause=0, rest=0):
            yield Fault(fault.kind, fault.victim, dice.uniform(0.5, 8.0), dice.uniform(1.0, 5.0))


async def torment(system: System, faults: Iterable[Fault], stop: asyncio.Event, *, door: str = "") -> list[Happened]:
    """Deal the faults one after another until they are over or ``stop`` is set; returns what was done.

    ``door``: a process that is given time to come back before the next fault, because all load enters through it.
    """
    processes, happened = victims(system), []
    for fault in faults:
        if stop.is_set():
            break
        happened.append(Happened(time.monotonic(), fault))
        await _deal(processes[fault.victim], fault)
        if fault.victim == door:
            await _back(processes[door])
        await asyncio.sleep(fault.rest)
    return happened


async def _back(process: Process) -> None:
    until = time.monotonic() + _LONGEST_RETURN_SECONDS
    while time.monotonic() < until and not await asyncio.to_thread(process.ready):  # noqa: ASYNC110
        await asyncio.sleep(0.2)


async def _deal(victim: Process, fault: Fault) -> None:
    if fault.kind is Kind.KILL:
        await asyncio.to_thread(victim.kill)
        return
    await asyncio.to_thread(victim.pause)
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await asyncio.to_thread(victim.resume)
