"""Figures and bars: medians with their range, printed side by side and kept as CSV."""

from __future__ import annotations

import csv
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
console = Console()


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of several rounds."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{_short(self.median)}  ({_short(self.least)}–{_short(self.greatest)})"


@dataclass(frozen=True, slots=True)
class Bar:
    """A number to reach (ARCHITECTURE §9): at least, or at most, ``limit``."""

    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def cells(self) -> tuple[str, str, str, str]:
        sign = "≥" if self.at_least else "≤"
        verdict = "[green]reached[/]" if self.reached else "[red]missed[/]"
        return self.what, f"{_short(self.value)} {self.unit}", f"{sign} {_short(self.limit)} {self.unit}", verdict


Row = tuple[str, Spread, str, str]
"""What, its figure, unit, and a remark."""


def show(title: str, rows: Sequence[Row]) -> None:
    """A table on the screen and a file with the same rows."""
    table = Table(title=title, title_justify="left")
    for heading, justify in (("what", "left"), ("median (min–max)", "right"), ("unit", "left"), ("remark", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for what, figure, unit, remark in rows:
        table.add_row(what, str(figure), unit, remark)
    console.print(table)
    _keep(title, rows)


def verdict(bars: Sequence[Bar]) -> None:
    """Every bar with its number."""
    table = Table(title="Bars", title_justify="left")
    for heading in ("what", "measured", "bar", ""):
        table.add_column(heading)
    for bar in bars:
        table.add_row(*bar.cells())
    console.print(table)


def machine() -> str:
    """What the numbers were taken on; foreign load makes absolute figures worthless and ratios rough."""
    one, five, _ = os.getloadavg()
    cores = len(os.sched_getaffinity(0))
    busy = " — LOADED: trust ratios only" if one > cores else ""
    return f"{cores} cores, load {one:.1f} (1 min) {five:.1f} (5 min){busy}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of all lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _keep(title: str, rows: Sequence[Row]) -> None:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    name = "".join(letter if letter.isalnum() else "-" for letter in title.lower().split(":")[0])
    with (RESULTS / f"{now:%Y%m%dT%H%M%S}-{name}.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["what", "median", "min", "max", "unit", "remark", "machine"])
        for what, figure, unit, remark in rows:
            writer.writerow([what, figure.median, figure.least, figure.greatest, unit, remark, machine()])


def _short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
