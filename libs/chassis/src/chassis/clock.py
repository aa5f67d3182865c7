"""Time and ids as ports, so that tests and simulations can drive them."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells the time. Commands never ask the operating system themselves."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the operating system."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SteeredClock:
    """The system clock moved forward by the seconds a file holds; for demonstrations and stories, never for work.

    Whoever plays a story writes the file; every service that was started with it follows within a moment.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far the clock stands ahead; nothing while the file is absent."""
        try:
            return timedelta(seconds=float(self._file.read_text()))
        except FileNotFoundError:
            return timedelta()


class _IdSource:
    """UUIDv7 with a 12-bit fraction of the millisecond: ids of one process never go backwards."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> UUID:
        with self._lock:
            # One tick is 1/4096 ms, what the 12 bits after the millisecond can hold.
            self._last = max(self._last + 1, time.time_ns() * 4096 // 1_000_000)
            tick = self._last
        milliseconds, fraction = divmod(tick, 4096)
        tail = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)


_ids = _IdSource()


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, sorted by the time it was made within a process."""
    return _ids.next()
