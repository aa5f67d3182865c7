"""One `make run` at a time: who holds the data folder, and how `make stop` ends it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

_STOP_SECONDS = 60


class AlreadyRunningError(RuntimeError):
    """Another `make run` holds this data folder."""


class Holder:
    """The process that runs the system on a data folder, remembered in a file beside the data."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "running.pid"

    def take(self) -> None:
        """Become the holder; raises `AlreadyRunningError` where another process is."""
        other = self.process()
        if other is not None:
            raise AlreadyRunningError(
                f"система уже работает, её остановит `make stop` "
                f"(process {other.pid} already runs the system; `make stop` ends it)"
            )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        own = psutil.Process()
        self._file.write_text(f"{own.pid} {own.create_time()}")

    def release(self) -> None:
        self._file.unlink(missing_ok=True)

    def process(self) -> psutil.Process | None:
        """The running holder. A number taken over by an unrelated process does not count."""
        try:
            pid, born = self._file.read_text().split()
            process = psutil.Process(int(pid))
            return process if abs(process.create_time() - float(born)) < 1 else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def stop(self) -> bool:
        """Ask the holder to end, as Ctrl-C does, and wait until its last child is gone; False when nothing ran."""
        process = self.process()
        if process is None:
            self.release()
            return False
        family = [process, *process.children(recursive=True)]
        os.kill(process.pid, signal.SIGTERM)
        _, left = psutil.wait_procs(family, timeout=_STOP_SECONDS)
        for straggler in left:
            straggler.kill()
        psutil.wait_procs(left, timeout=5)
        self.release()
        return True
