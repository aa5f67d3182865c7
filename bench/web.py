"""HTTP commands at 100 a second against the real intake process, with everything on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
from embedded import LOOPBACK, login
from local_deploy.staff import DEMO_PASSWORD
from local_deploy.system import CLIENT_ID, Ports, System

from bench.figures import Bar, Row, Spread, console, percentile, show
from bench.system import REGIONS, memory_of

RATE = 100
COST_RATE = 15
_REST_SECONDS = 6.0
_ROOT = Path(__file__).parents[1]


def commands(folder: Path, seconds: int, rounds: int, rate: int = RATE) -> list[Bar]:
    """Half new applications from the form, half taken by a coordinator; API and worker of every service apart."""
    system = System(folder, Ports.free(), REGIONS, split=True)
    with system.running():
        plan = {
            "url": f"http://{LOOPBACK}:{system.ports.intake}",
            "token": _token(system),
            "rate": rate,
            "seconds": seconds,
        }
        _load({**plan, "seconds": 3})  # connections, prepared statements, keys of the issuer
        answers, work = [], []
        for number in range(1, rounds + 1):
            token, before = _token(system), cpu_seconds(system)
            answers.append(_load({**plan, "token": token}))
            answered = len(_times(answers[-1], None))
            work.append({name: (now - before[name]) / answered for name, now in cpu_seconds(system).items()})
            console.print(f"  round {number}: p95 {_p95(answers[-1], None):.0f} ms")
        memory = sum(memory_of(system).values())
    return _report(answers, work, memory)


def cost(folder: Path, seconds: int, rounds: int, rate: int = COST_RATE) -> list[Bar]:
    """Processor time of everything per answered command, at a rate the machine carries with ease (ADR 25).

    What the system uses while nobody asks is measured first and taken off.
    """
    system = System(folder, Ports.free(), REGIONS, split=True)
    with system.running():
        plan = {"url": f"http://{LOOPBACK}:{system.ports.intake}", "rate": rate, "seconds": seconds}
        _load({**plan, "token": _token(system), "seconds": 8})
        time.sleep(_REST_SECONDS)
        before = processor_by_process(system)
        time.sleep(_REST_SECONDS)
        idle = {name: (now - before[name]) / _REST_SECONDS for name, now in processor_by_process(system).items()}
        found = []
        for number in range(1, rounds + 1):
            token, before, began = _token(system), processor_by_process(system), time.monotonic()
            answered = len(_times(_load({**plan, "token": token}), None))
            time.sleep(_REST_SECONDS)  # what the commands have set going ends
            took = time.monotonic() - began
            used = {name: now - before[name] for name, now in processor_by_process(system).items()}
            found.append({name: max(0.0, used[name] - idle[name] * took) / answered * 1000 for name in used})
            console.print(f"  round {number}: {sum(found[-1].values()):.1f} ms a command")
    total = Spread.of([sum(one.values()) for one in found])
    rows: list[Row] = [
        ("everything", total, "ms a command", f"{rate}/s, {sum(idle.values()) * 100:.0f} % of a core idle")
    ]
    rows += [(f"  {name}", Spread.of([one[name] for one in found]), "ms a command", "") for name in found[0]]
    show(f"Processor per command at {rate}/s, {rounds} rounds", rows)
    return [Bar("processor per command", total.median, 30, "ms")]


def processor_by_process(system: System) -> dict[str, float]:
    """Processor seconds used so far by every supervised process with its children."""
    found = {}
    for process in system.all_processes():
        root = psutil.Process(process.pid)
        times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
        found[process.name] = sum(one.user + one.system + one.children_user + one.children_system for one in times)
    return found


def _report(answers: list[dict[str, object]], work: list[dict[str, float]], memory: float) -> list[Bar]:
    both = Spread.of([_p95(one, None) for one in answers])
    shares = Spread.of([float(str(one["cpu_share"])) * 100 for one in answers])
    errors = sum(int(str(one["errors"])) for one in answers)
    rows: list[Row] = [
        (f"both commands at {RATE}/s, p95", both, "ms", f"{errors} errors"),
        ("POST /applications, p95", Spread.of([_p95(one, "submit") for one in answers]), "ms", ""),
        ("POST /applications/{id}/take, p95", Spread.of([_p95(one, "take") for one in answers]), "ms", ""),
        ("both, p50", Spread.of([percentile(_times(one, None), 0.5) for one in answers]), "ms", ""),
        ("load generator's own CPU", shares, "% of one core", "runs on the same cores"),
        ("memory under this load", Spread.of([memory]), "MiB", "summed PSS, API and worker apart"),
    ]
    rows += [
        (f"  CPU of {name}", Spread.of([one[name] * 1000 for one in work]), "ms a command", "") for name in work[0]
    ]
    show(f"HTTP: commands at {RATE}/s, {len(answers)} rounds", rows)
    return [
        Bar(f"HTTP command p95 at {RATE}/s", both.median, 300, "ms"),
        Bar("HTTP errors", errors, 0, ""),
    ]


def cpu_seconds(system: System) -> dict[str, float]:
    """Processor time used so far: the process under test, the servers it needs, and everything behind the bus."""
    found: dict[str, float] = {"intake api": 0, "PostgreSQL": 0, "NATS": 0, "all others": 0}
    for process in system.all_processes():
        root = psutil.Process(process.pid)
        times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
        # what ended children used is kept by their parent
        used = sum(one.user + one.system + one.children_user + one.children_system for one in times)
        found[process.name if process.name in found else "all others"] += used
    return found


def _load(plan: dict[str, object]) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, cwd=_ROOT, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the load generator failed:\n{done.stderr[-2000:]}")
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _token(system: System) -> str:
    issuer, back = system.identity.issuer, system.redirect_uri
    tokens = login.authorization_code_login(issuer, CLIENT_ID, back, "koordinator.moskva", DEMO_PASSWORD)
    return str(tokens["access_token"])


def _times(answer: dict[str, object], command: str | None) -> list[float]:
    times = answer["milliseconds"]
    assert isinstance(times, dict)
    return [one for name, found in times.items() if command in {None, name} for one in found]


def _p95(answer: dict[str, object], command: str | None) -> float:
    return percentile(_times(answer, command), 0.95)
