"""The whole system: how soon it is ready and how much memory all its processes share out between them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
from local_deploy.system import Ports, System

from bench.figures import Bar, Row, Spread, console, show

REGIONS = Path(__file__).parents[1] / "regions"
_IDLE_SECONDS = 5.0
_MIB = 1 << 20


def start_and_memory(folder: Path, starts: int) -> list[Bar]:
    """Start once cold (makes databases and accounts), then warm, as a second ``make run``."""
    cold, _ = _start(folder)
    warm, memory = [], []
    for number in range(1, starts + 1):
        seconds, parts = _start(folder)
        warm.append(seconds)
        memory.append(parts)
        console.print(f"  start {number}: ready after {seconds:.1f} s, {sum(parts.values()):,.0f} MiB")
    total = Spread.of([sum(parts.values()) for parts in memory])
    rows: list[Row] = [
        ("first start", Spread.of([cold]), "s", "makes databases, keys, accounts"),
        ("warm start", Spread.of(warm), "s", "one process per service, as make run"),
        ("memory of all processes", total, "MiB", "summed PSS, idle"),
    ]
    rows += [(f"  {name}", Spread.of([parts[name] for parts in memory]), "MiB", "") for name in memory[0]]
    show(f"System: start and memory, {starts} warm starts", rows)
    return [
        Bar("warm start", Spread.of(warm).median, 30, "s"),
        Bar("memory of all processes", total.median / 1024, 2, "GiB"),
    ]


def _start(folder: Path) -> tuple[float, dict[str, float]]:
    """Seconds until ready, and MiB by process."""
    began = time.monotonic()
    system = System(folder, Ports.free(), REGIONS)
    with system.running():
        seconds = time.monotonic() - began
        time.sleep(_IDLE_SECONDS)
        return seconds, memory_of(system)


def memory_of(system: System) -> dict[str, float]:
    """Proportional set size in MiB of every process with its children, the supervisor among them."""
    found = {process.name: _pss(process.pid, whole=True) for process in system.all_processes()}
    return {**found, "supervisor": _pss(os.getpid(), whole=False)}


def _pss(pid: int, *, whole: bool) -> float:
    process = psutil.Process(pid)
    family = [process, *(process.children(recursive=True) if whole else [])]
    return sum(float(one.memory_full_info().pss) for one in family) / _MIB
