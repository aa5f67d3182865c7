"""A file of 25,000 IPRA extracts, uploaded and taken in by the worker; its memory on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import psutil
from embedded import LOOPBACK
from intake.extracts.layouts import COLUMNS, CSV_1
from intake.testing import IRKUTSK
from local_deploy.system import System

from bench.figures import Bar, Row, Spread, show
from bench.sizes import invented

LIMIT_SECONDS = 60
GROWTH = 1.1
"""How much more memory the end of the import may take than its first fifth."""
_MIB = 1 << 20
_EVERY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the import was, and the worker's proportional memory in MiB then."""

    seen: int
    memory: float


def bars(system: System, extracts: int) -> list[Bar]:
    """Twice the same file: the second time every record is known and nothing is done twice."""
    from bench.sizes.run import token

    url = f"http://{LOOPBACK}:{system.ports.intake}"
    headers = {"Authorization": f"Bearer {token(system, 'koordinator.angarsk')}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        took, way, told = _taken(client, system, extracts)
        again, _, known = _taken(client, system, extracts)
    if (told["taken"], known["known"]) != (extracts, extracts):
        raise RuntimeError(f"not every extract was taken in: {told}, then {known}")
    early = max(step.memory for step in way if step.seen <= extracts / 5)
    most = max(step.memory for step in way)
    rows: list[Row] = [
        (f"import of {extracts:,} extracts", Spread.of([took]), "s", "duplicate check on"),
        ("the same file again", Spread.of([again]), "s", f"{known['known']:,} known, none taken"),
        ("worker before", Spread.of([way[0].memory]), "MiB", "PSS"),
        ("worker in the first fifth, most", Spread.of([early]), "MiB", "PSS"),
        ("worker at any time, most", Spread.of([most]), "MiB", "PSS"),
        ("worker at the end", Spread.of([way[-1].memory]), "MiB", "PSS"),
    ]
    show(f"Sizes: import of {extracts:,} extracts", rows)
    return [
        Bar(f"import of {extracts:,} extracts", took, LIMIT_SECONDS, "s"),
        Bar("memory of the import, most to first fifth", most / early, GROWTH, "×"),
    ]


def _taken(client: httpx.Client, system: System, extracts: int) -> tuple[float, list[Progress], dict[str, Any]]:
    worker = psutil.Process(system.processes["intake worker"].pid)
    way, began = [Progress(0, _pss(worker))], time.monotonic()
    query = {"region": IRKUTSK, "layout": CSV_1}
    sent = client.post("/ipra-imports", params=query, content=file(extracts)).raise_for_status().json()
    while True:
        told: dict[str, Any] = client.get(f"/ipra-imports/{sent['id']}").raise_for_status().json()
        way.append(Progress(told["seen"], _pss(worker)))
        if told["state"] in {"done", "failed"}:
            return time.monotonic() - began, way, told
        time.sleep(_EVERY_SECONDS)


def _pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / _MIB


def file(extracts: int) -> bytes:
    """The same invented children every time, in the layout ``ipra-extracts-csv-1``."""
    return "\r\n".join([";".join(COLUMNS), *(";".join(_row(number)) for number in range(extracts))]).encode()


def _row(number: int) -> list[str]:
    told = {
        "number": f"б-{number}/2026",
        "issued_on": "2026-02-20",
        "child_name": f"{invented.child(number)} {number_in_letters(number)}",
        "birth_date": (date(2019, 1, 1) + timedelta(days=number % 1500)).isoformat(),
        "representative_name": invented.parent(number),
        "phone": f"8905{number:07d}",
        "address": invented.address(number),
        "territory": "angarsk",
        "measures": "social:Занятия с логопедом",
    }
    return [told.get(name, "") for name in COLUMNS]


def number_in_letters(number: int) -> str:
    """Makes every child somebody else."""
    letters = "абвгдежзик"
    return "".join(letters[int(digit)] for digit in str(number)).capitalize()
