import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil  # type: ignore[import-untyped, unused-ignore]
import pytest
from embedded import Process, StartFailedError, free_port
from embedded.ports import accepts_connections

FAMILY = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Process]:
    log = tmp_path / "log"
    process = Process("sleeper", [sys.executable, "-c", FAMILY], log, ready=lambda: "up" in log.read_text())
    process.start()
    yield process
    process.stop()


def test_a_child_killed_with_9_comes_back_with_growing_back_off(sleeper: Process) -> None:
    sleeper.supervise()
    waits = []
    for restart in (1, 2):
        sleeper.kill()
        killed = time.monotonic()
        assert until(partial(_has_restarted, sleeper, restart))
        waits.append(time.monotonic() - killed)
        time.sleep(0.1)
    assert waits[0] >= 0.15
    assert waits[1] >= 1.5 * waits[0]


def _has_restarted(process: Process, times: int) -> bool:
    return process.restarts == times


def test_stop_leaves_no_process_and_ends_supervision(sleeper: Process) -> None:
    sleeper.supervise()
    family = [sleeper.pid, *(child.pid for child in psutil.Process(sleeper.pid).children())]
    assert len(family) == 2
    sleeper.stop()
    assert all(map(gone, family))
    time.sleep(0.3)
    assert not sleeper.running


def test_a_paused_child_stands_still_until_resumed(sleeper: Process) -> None:
    sleeper.pause()
    assert until(lambda: psutil.Process(sleeper.pid).status() == psutil.STATUS_STOPPED)
    sleeper.resume()
    assert until(lambda: psutil.Process(sleeper.pid).status() == psutil.STATUS_SLEEPING)
    sleeper.pause()
    sleeper.stop()
    assert not sleeper.running


def test_a_child_that_dies_at_the_start_shows_its_last_words(tmp_path: Path) -> None:
    dying = Process(
        "dying", [sys.executable, "-c", "raise SystemExit('no disk')"], tmp_path / "log", ready=lambda: False
    )
    with pytest.raises(StartFailedError, match="no disk"):
        dying.start()


def test_children_die_with_a_supervisor_killed_with_9(tmp_path: Path) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", _SUPERVISOR, str(tmp_path / "log")], stdout=subprocess.PIPE)
    with supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert not gone(child)
        supervisor.kill()
    assert until(lambda: gone(child))


_SUPERVISOR = """
import sys, threading, time
from pathlib import Path
from embedded import Process

process = Process("child", ["/bin/sleep", "60"], Path(sys.argv[1]))
thread = threading.Thread(target=process.start)
thread.start()
thread.join()
time.sleep(0.2)  # the thread that started it is gone: the child must live on
print(process.pid, flush=True)
time.sleep(60)
"""


def test_postgresql_shuts_down_when_its_supervisor_is_killed_with_9(folder: Path) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", _POSTGRES, str(folder)], stdout=subprocess.PIPE)
    with supervisor:
        assert supervisor.stdout is not None
        postmaster = psutil.Process(int(supervisor.stdout.readline()))
        family = [postmaster.pid, *(child.pid for child in postmaster.children())]
        supervisor.kill()
    assert until(lambda: all(map(gone, family)))
    assert "database system is shut down" in (folder / "postgres.log").read_text()


_POSTGRES = """
import sys, time
from pathlib import Path
from embedded import Postgres

server = Postgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""


def test_free_ports_are_distinct_and_out_of_the_ephemeral_range() -> None:
    ports = {free_port() for _ in range(20)}
    assert len(ports) == 20
    assert max(ports) < 32768
    assert not any(map(accepts_connections, ports))


def test_environment_reaches_the_child(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Process("env", [sys.executable, "-c", "import os; print(os.environ['A'])"], log, env={"A": "да"})
    child.launch()
    assert child.wait_end(10) == 0
    assert log.read_text().strip() == "да"
    assert "A" not in os.environ
