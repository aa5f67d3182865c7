"""``python -m bench``: every number of ARCHITECTURE §9 this foundation has to reach."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bench.events import backlog, latency, paired
from bench.events.servers import world
from bench.figures import Bar, console, machine, verdict
from bench.sizes.run import Size, sizes
from bench.system import start_and_memory
from bench.web import commands, cost

ALL = ("events", "doors", "cost", "http", "system", "sizes")


def main(
    parts: Annotated[
        list[str] | None, typer.Argument(help=f"some of {', '.join(ALL)}; all where none is named")
    ] = None,
    quick: Annotated[bool, typer.Option(help="a smoke run: few facts, few rounds, few rows")] = False,
) -> None:
    """Measure and print; the exit status says only that the bench itself ran."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    console.print(f"[bold]Machine:[/] {machine()}")
    wanted, bars = parts or ALL, list[Bar]()
    with tempfile.TemporaryDirectory(prefix="marshrut-bench-") as folder:
        if "events" in wanted:
            bars += asyncio.run(_events(Path(folder), quick))
        if "doors" in wanted:
            bars += asyncio.run(_doors(_made(Path(folder) / "doors"), quick))
        if "cost" in wanted:
            bars += cost(Path(folder) / "cost", seconds=6 if quick else 12, rounds=1 if quick else 3)
        if "system" in wanted:
            bars += start_and_memory(Path(folder) / "system", starts=1 if quick else 5)
        if "http" in wanted:
            bars += commands(Path(folder) / "system", seconds=10 if quick else 30, rounds=1 if quick else 5)
        if "sizes" in wanted:
            few = Size(people=2_000, entries=20_000, extracts=1_000, requests=30)
            bars += sizes(Path(folder) / "sizes", few if quick else Size())
    verdict(bars)
    console.print(f"[bold]Machine at the end:[/] {machine()}")


async def _events(folder: Path, quick: bool) -> list[Bar]:
    async with world(folder) as servers:
        bars = await backlog.backlog(servers, folder, 5_000 if quick else 20_000, rounds=2 if quick else 5)
        return bars + await latency.latency(servers, folder, seconds=3 if quick else 10, rounds=2 if quick else 5)


def _made(folder: Path) -> Path:
    # the database server runs as another user and must reach its data
    folder.mkdir(mode=0o755)
    return folder


async def _doors(folder: Path, quick: bool) -> list[Bar]:
    async with world(folder) as servers:
        return await paired.paired(servers, folder, 4_000 if quick else 40_000, rounds=1 if quick else 5)


if __name__ == "__main__":
    typer.run(main)
