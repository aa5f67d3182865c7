"""`make run` and `make stop` as a person at a terminal meets them: clear refusals, nothing left, data that stay."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import httpx
import psutil
import pytest
from embedded import LOOPBACK, PortBusyError
from embedded.ports import is_free
from local_deploy.single import Holder
from local_deploy.story.gateway import DemoClock, Person
from local_deploy.story.world import EARLY_HELP
from local_deploy.system import Ports, System

ROOT = Path(__file__).parents[2]
PORTS = [field.name for field in fields(Ports)]


def command(verb: str, data: Path, *options: str, shift: int = 0) -> list[str]:
    shifted = ("--shift-ports", str(shift)) if shift else ()
    return [sys.executable, "-m", "local_deploy", verb, "--data", str(data), *options, *shifted]


def at_the_terminal(*words: str) -> tuple[int, str]:
    """Exit status and what was said, on one line."""
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return said.returncode, " ".join((said.stdout + said.stderr).split())


@contextmanager
def occupied(port: int) -> Iterator[None]:
    with socket.create_server((LOOPBACK, port)):
        yield


def test_a_second_run_on_the_same_data_says_who_runs_and_how_to_end_it(tmp_path: Path) -> None:
    holder = Holder(tmp_path)
    holder.take()
    status, said = at_the_terminal(*command("run", tmp_path))
    assert status == 1
    assert f"process {os.getpid()} already runs the system" in said
    assert "make stop" in said
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["running.pid"], "nothing was touched"
    assert holder.process() is not None, "and the first one goes on"
    holder.release()


@pytest.mark.parametrize("name", PORTS)
def test_every_busy_port_is_named(name: str) -> None:
    ports = Ports.free()
    port = ports.of(name)
    with occupied(port), pytest.raises(PortBusyError, match=f"{name}.*{port}"):
        ports.refuse_busy()


def test_a_busy_port_is_told_before_anything_is_started(tmp_path: Path) -> None:
    system = System(tmp_path, Ports.free(), ROOT / "regions")
    with occupied(system.ports.reporting), pytest.raises(PortBusyError):
        system.start()
    assert not any(process.running for process in system.all_processes())


def test_a_busy_port_is_told_in_words_at_the_terminal(tmp_path: Path) -> None:
    shift = free_shift()
    with occupied(Ports.usual(shift).scheduling):
        status, said = at_the_terminal(*command("run", tmp_path, shift=shift))
    assert status == 1
    assert f"порт {Ports.usual(shift).scheduling} занят" in said
    assert "--shift-ports" in said
    assert "Traceback" not in said


def test_stop_without_a_run_says_so(tmp_path: Path) -> None:
    assert at_the_terminal(*command("stop", tmp_path)) == (0, "Ничего не запущено.")


def free_shift() -> int:
    """By how much the usual ports have to move to be free all together."""
    taken = range(10_000, 20_000, 97)
    return next(shift for shift in taken if all(is_free(getattr(Ports.usual(shift), name)) for name in PORTS))


@contextmanager
def running(data: Path, shift: int) -> Iterator[psutil.Process]:
    """`make run` without the story, up and staying."""
    log = data.parent / "terminal.txt"
    with log.open("wb") as terminal:
        run = command("run", data, "--no-story", shift=shift)
        child = subprocess.Popen(run, cwd=ROOT, stdout=terminal, stderr=subprocess.STDOUT, start_new_session=True)
    # as a shell does: without it the ended process would stay in the table
    reaper = threading.Thread(target=child.wait)
    reaper.start()
    try:
        deadline = time.monotonic() + 150
        while "Ctrl-C" not in log.read_text("utf-8"):
            assert child.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.1)
        yield psutil.Process(child.pid)
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        reaper.join(60)


def submit(system: System) -> tuple[str, str]:
    """Number and token of a new application."""
    public, clock = Person(system), DemoClock(system)
    form = public.get(f"/intake/regions/{EARLY_HELP}/application-form")
    consents = [
        {"purpose": text["purpose"], "text_version": text["version"], "text_hash": text["text_hash"]}
        for text in form["consents"]
    ]
    now = clock.now()
    body = {
        "region": EARLY_HELP,
        "representative_name": "Постоянная Зоя Львовна",
        "child_name": "Постоянный Глеб",
        "phone": "89990000012",
        "birth_date": f"{now.year - 1}-06-01",
        "registered_in_region": True,
        "consents": [{**one, "form": "tick", "given_at": now.isoformat()} for one in consents],
    }
    answer = public.post("/intake/applications", body)
    public.close()
    return answer["number"], answer["status_token"]


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_stop_leaves_no_process_and_a_restart_finds_every_application(tmp_path: Path) -> None:
    data, shift = tmp_path / "data", free_shift()
    with running(data, shift) as first:
        system = System(data, Ports.usual(shift), ROOT / "regions")
        family = [first, *first.children(recursive=True)]
        number, token = submit(system)
        status, said = at_the_terminal(*command("run", tmp_path / "other", shift=shift))
        assert (status, re.search(r"порт \d+ занят", said) is not None) == (1, True), said
        assert at_the_terminal(*command("stop", data)) == (0, "Остановлено.")
        gone, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
        assert len(gone) >= 10
    with running(data, shift):
        answer = httpx.get(f"{system.url}/intake/applications/status", headers={"Status-Token": token})
        assert answer.json()["number"] == number
        assert system.postgres.execute("SELECT count(*) FROM applications", "intake").strip() == "1"
        number_after, _ = submit(system)
        assert int(number_after[-6:]) == int(number[-6:]) + 1
    assert all(is_free(getattr(system.ports, name)) for name in PORTS)
