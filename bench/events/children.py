"""Child processes of the event benches: warm before the clock starts, ended when their input ends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LONGEST_LINE = 1 << 26


class Child:
    """One part of the event path in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self._log = process, log

    async def ready(self) -> None:
        line = await self._read()
        if line.strip() != b"ready":
            raise RuntimeError(f"the child is not ready: {line!r}\n{self._log.read_text()[-3000:]}")

    async def go(self) -> None:
        """Open the gate."""
        assert self._process.stdin
        self._process.stdin.write(b"go\n")
        await self._process.stdin.drain()

    async def last_words(self) -> bytes:
        """Open the gate and read the line it ends with."""
        await self.go()
        return await self._read()

    async def _read(self) -> bytes:
        assert self._process.stdout
        return await asyncio.wait_for(self._process.stdout.readline(), 120)

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


@asynccontextmanager
async def child(part: str, *arguments: str, log: Path) -> AsyncIterator[Child]:
    """A part that is ready; killed at the end, whatever it does. ``log`` receives its errors."""
    command = [sys.executable, "-m", "bench.events.process", part, *arguments]
    with log.open("ab") as errors:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=errors, limit=_LONGEST_LINE
        )
    made = Child(process, log)
    try:
        await made.ready()
        yield made
    finally:
        await made.end()
