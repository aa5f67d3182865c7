"""One server as a child process: start, wait until ready, kill, pause, restart after a sudden death, stop."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped, unused-ignore]

_WRAPPER = Path(__file__).with_name("_child.py")
_POLL_SECONDS = 0.02
_FIRST_BACKOFF_SECONDS = 0.2
_LONGEST_BACKOFF_SECONDS = 5.0
_HEALTHY_AFTER_SECONDS = 10.0

# The kernel sends the death signal when the *thread* that forked goes away, so every child is
# forked by one thread that lives as long as this process.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedded-forker")


class StartFailedError(RuntimeError):
    """A server died or did not answer in time while starting; carries the end of its log."""


@dataclass(frozen=True, slots=True)
class SystemUser:
    """The user a server runs as when we are root.

    ``traverse`` lets it pass closed directories above its files (capability DAC_OVERRIDE).
    """

    uid: int
    gid: int
    traverse: bool = False


@dataclass
class Process:
    """A supervised child. Nothing here is tied to asyncio; all waits block.

    ``ready`` is asked until it returns true. ``death_signal`` reaches the child when we die ourselves.
    ``stop_signal`` asks it to end; after ``stop_seconds`` it is killed.
    """

    name: str
    command: Sequence[str | os.PathLike[str]]
    log_file: Path
    ready: Callable[[], bool] = lambda: True
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: SystemUser | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    start_seconds: float = 60.0
    stop_seconds: float = 10.0
    restarts: int = field(default=0, init=False)
    _child: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)
    _guard: threading.Thread | None = field(default=None, init=False, repr=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)

    @property
    def pid(self) -> int:
        """Process id of the running child; ``RuntimeError`` when there is none."""
        child = self._child
        if child is None or child.poll() is not None:
            raise RuntimeError(f"{self.name} is not running")
        return child.pid

    @property
    def running(self) -> bool:
        child = self._child
        return child is not None and child.poll() is None

    def start(self) -> None:
        """Start and wait until ready; ``StartFailedError`` when it dies or stays silent."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start without waiting, so that several servers can warm up side by side."""
        with self._lock:
            if self.running:
                raise RuntimeError(f"{self.name} is already running")
            self._stopping.clear()
            self._child = _forker.submit(self._spawn).result()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                [*self._wrapper(), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                cwd=self.cwd,
                # Ctrl-C in the terminal must reach only the supervisor, which stops its children in order.
                start_new_session=True,
            )

    def _wrapper(self) -> list[str]:
        options = ["--parent", str(os.getpid()), "--death-signal", str(int(self.death_signal))]
        if self.user is not None:
            options += ["--uid", str(self.user.uid), "--gid", str(self.user.gid)]
            options += ["--traverse"] if self.user.traverse else []
        return [sys.executable, "-I", "-S", str(_WRAPPER), *options, "--"]

    def wait_ready(self) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not self.ready():
            if not self.running and self._guard is None:
                raise StartFailedError(f"{self.name} ended while starting:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise StartFailedError(f"{self.name} not ready after {self.start_seconds:.0f} s:\n{self.log_tail()}")
            time.sleep(_POLL_SECONDS)

    def wait_end(self, seconds: float) -> int:
        """Exit status of a child that ends by itself; ``subprocess.TimeoutExpired`` when it does not."""
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._child.wait(seconds)

    def log_tail(self, lines: int = 20) -> str:
        if not self.log_file.exists():
            return ""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])

    def supervise(self) -> None:
        """From now on restart the child after every death we did not order, with growing back-off."""
        if self._guard is None:
            self._guard = threading.Thread(target=self._keep_alive, name=f"supervise-{self.name}", daemon=True)
            self._guard.start()

    def _keep_alive(self) -> None:
        backoff = _FIRST_BACKOFF_SECONDS
        while not self._stopping.is_set():
            born = time.monotonic()
            if self._child is not None:
                self._child.wait()
            if time.monotonic() - born > _HEALTHY_AFTER_SECONDS:
                backoff = _FIRST_BACKOFF_SECONDS
            if self._stopping.wait(backoff):
                return
            backoff = min(backoff * 2, _LONGEST_BACKOFF_SECONDS)
            self._restart()

    def _restart(self) -> None:
        with self._lock:
            if not self._stopping.is_set() and not self.running:
                self._child = _forker.submit(self._spawn).result()
                self.restarts += 1

    def kill(self) -> None:
        """``kill -9`` of the child and everything below it. A supervised child comes back."""
        child = self._child
        _kill_all(self._tree())
        if child is not None:
            child.wait()

    def pause(self) -> None:
        """Freeze the child and everything below it (SIGSTOP)."""
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        """Thaw what ``pause`` froze (SIGCONT)."""
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def _tree(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self.pid)
            return [root, *root.children(recursive=True)]
        except (psutil.NoSuchProcess, RuntimeError):
            return []

    def stop(self) -> None:
        """End the child and its supervision; returns when no process is left. Harmless when stopped already."""
        with self._lock:
            self._stopping.set()
            family = self._tree()
        if self._child is not None and self.running:
            self._ask_to_end(self._child)
        _kill_all(family)
        if self._guard is not None:
            self._guard.join()
            self._guard = None

    def _ask_to_end(self, child: "subprocess.Popen[bytes]") -> None:
        self.resume()
        child.send_signal(self.stop_signal)
        try:
            child.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _kill_all(family: Sequence[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    while any(map(_alive, family)):
        time.sleep(_POLL_SECONDS)


def _alive(process: psutil.Process) -> bool:
    # An orphan stays a zombie until init gets round to it: as good as gone.
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
