"""The measuring: through intake's own HTTP door, as real people of the packs, ten at once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chassis.http import PageQuery
from chassis.http.worklist import WorkQuery, tally, urgent
from chassis.work import Unit
from embedded import LOOPBACK, login
from intake.applications.commands.link_duplicates import find_duplicates
from intake.applications.model.application import Application
from intake.applications.queries import applications
from intake.enquiries.queries import enquiries
from intake.main import service
from intake.testing import MOSCOW
from intake.testing.enquiries import OMSK
from local_deploy.staff import DEMO_PASSWORD
from local_deploy.system import CLIENT_ID, Ports, System
from sqlalchemy import select

from bench.figures import RESULTS, Bar, Row, Spread, console, percentile, show
from bench.sizes import imports, invented
from bench.sizes.fill import Filling, fill
from bench.sizes.plans import Plan, person, plan, runtime
from bench.system import REGIONS
from bench.web import cpu_seconds

PEOPLE, ENTRIES, EXTRACTS = 100_000, 1_000_000, 25_000
USERS, LIMIT_MS = 10, 100
PAUSE_SECONDS = 0.2
"""Between an answer and the same person's next request, on the average."""
COORDINATOR, REGISTRAR = (MOSCOW, "koordinator.moskva"), (OMSK, "socrabota.muromtsevo")
Asked = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is, and how many requests of each kind are made."""

    people: int = PEOPLE
    entries: int = ENTRIES
    extracts: int = EXTRACTS
    requests: int = 300


@dataclass(frozen=True, slots=True)
class Answers:
    """What one list of requests took: by the clock, and of the processor, which foreign load does not change."""

    milliseconds: list[float]
    cpu: float


def sizes(folder: Path, size: Size) -> list[Bar]:
    """Fill, measure, explain, import; starts its own servers and leaves nothing running."""
    system = System(folder, Ports.free(), REGIONS, split=True)
    with system.running():
        began = time.monotonic()
        fill(_filling(system, size))
        console.print(f"  filled in {time.monotonic() - began:.0f} s: {size.people:,} people, {size.entries:,} entries")
        bars = measure(system, size)
        return bars + imports.bars(system, size.extracts)


def measure(system: System, size: Size) -> list[Bar]:
    """The latencies and the plans behind them."""
    asked = {
        **_asked(system, COORDINATOR, of_families(size)),
        **_asked(system, REGISTRAR, of_the_journal(size)),
    }
    took = {name: one.milliseconds for name, one in asked.items()}
    took["duplicate check"] = asyncio.run(_duplicate_checks(system, size))
    plans = asyncio.run(_plans(system, size))
    _keep(plans)
    by_name = {one.name: ", ".join(one.indexes) for one in plans}
    rows: list[Row] = [
        (f"{name}, p95", Spread(percentile(found, 0.95), min(found), max(found)), "ms", by_name.get(name, ""))
        for name, found in took.items()
    ]
    rows += [(f"{name}, p50", Spread.of(found), "ms", "") for name, found in took.items()]
    rows += [
        (f"  processor time of {name}", Spread.of([one.cpu]), "ms a request", "intake's API and PostgreSQL")
        for name, one in asked.items()
    ]
    show(f"Sizes: {USERS} users at once, {size.people:,} people, {size.entries:,} entries", rows)
    whole = sum(len(one.whole_tables) for one in plans)
    return [
        *(Bar(f"{name}, p95", percentile(found, 0.95), LIMIT_MS, "ms") for name, found in took.items()),
        Bar("large tables read from end to end", whole, 0, ""),
    ]


def of_families(size: Size) -> Mapping[str, Asked]:
    """What a coordinator of a hundred thousand families asks."""
    numbers = [invented.mixed(n, 40) % size.people for n in range(size.requests)]
    right = [{"name": invented.child(number)} for number in numbers]
    wrong = [{"name": invented.misspelt(invented.child(number), number)} for number in numbers]
    return {
        "worklist page, families": _gets("/worklist", [{"limit": 50}] * size.requests),
        "worklist counters, families": _gets("/worklist/counts", [{}] * size.requests),
        "name search": _gets("/applications", right),
        "name search, misspelt": _gets("/applications", wrong),
    }


def of_the_journal(size: Size) -> Mapping[str, Asked]:
    """What the registrar of half a million entries asks: words of the question, and the name with a word."""
    said = [invented.question(invented.mixed(n, 41) % size.entries) for n in range(size.requests)]
    words = [{"words": " ".join(invented.vocabulary()[word] for word in question[:2])} for question in said]
    names = [
        {"words": invented.parent(4 * (invented.mixed(n, 42) % (size.entries // 4)))} for n in range(size.requests)
    ]
    return {
        "worklist page, journal": _gets("/worklist", [{"limit": 50}] * size.requests),
        "worklist counters, journal": _gets("/worklist/counts", [{}] * size.requests),
        "journal page": _gets("/enquiries", [{"limit": 50}] * size.requests),
        "journal search by words": _gets("/enquiries", words),
        "journal search by name": _gets("/enquiries", names),
    }


def _gets(path: str, queries: list[dict[str, Any]]) -> Asked:
    return [{"path": f"{path}?{urlencode(query)}" if query else path} for query in queries]


def _filling(system: System, size: Size) -> Filling:
    secret = b64decode(system.keyring_secret())
    return Filling(system.postgres.dsn("intake"), secret, datetime.now(UTC), size.people, size.entries)


def _asked(system: System, who: tuple[str, str], lists: Mapping[str, Asked]) -> dict[str, Answers]:
    warm = {name: requests[:USERS] for name, requests in lists.items()}
    url = f"http://{LOOPBACK}:{system.ports.intake}"
    asking = {"url": url, "token": token(system, who[1]), "users": USERS, "pause": PAUSE_SECONDS}
    _users({**asking, "lists": warm})
    return {name: _one(system, {**asking, "lists": {name: requests}}, name) for name, requests in lists.items()}


def _one(system: System, asking: dict[str, Any], name: str) -> Answers:
    before = cpu_seconds(system)
    milliseconds: list[float] = _users(asking)["milliseconds"][name]
    used = sum(cpu_seconds(system)[part] - before[part] for part in ("intake api", "PostgreSQL"))
    return Answers(milliseconds, used * 1000 / len(milliseconds))


def _users(asking: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.sizes.users"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, input=json.dumps(asking), capture_output=True, text=True, cwd=root, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the users failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def token(system: System, who: str) -> str:
    """An access token of a member of staff, by the real login."""
    issuer, back = system.identity.issuer, system.redirect_uri
    return str(login.authorization_code_login(issuer, CLIENT_ID, back, who, DEMO_PASSWORD)["access_token"])


async def _duplicate_checks(system: System, size: Size) -> list[float]:
    """The check every new application goes through, as the worker does it: its role, its transaction, ten at once."""
    took: list[float] = []
    async with runtime(system, "worker") as worker:
        async with worker.transaction() as unit:
            some = select(Application.id).order_by(Application.submitted_at.desc()).limit(size.requests)
            waiting = list(await unit.session.scalars(some))

        async def check() -> None:
            while waiting:
                application_id, began = waiting.pop(), time.monotonic()
                async with worker.transaction() as unit:
                    await find_duplicates(application_id, unit)
                took.append((time.monotonic() - began) * 1000)
                await asyncio.sleep(PAUSE_SECONDS)

        await asyncio.gather(*(check() for _ in range(USERS)))
    return took


async def _plans(system: System, size: Size) -> list[Plan]:
    coordinator, registrar = person(*COORDINATOR), person(*REGISTRAR)
    child, page = invented.child(size.people // 2), PageQuery(limit=50)
    wrong = invented.misspelt(child, size.people // 2)
    words = " ".join(invented.vocabulary()[word] for word in invented.question(0)[:2])
    sources = [room.worklist for room in service.rooms if room.worklist]
    by_name, by_words = applications.Filter, enquiries.Filter
    asks: list[tuple[str, Any, Callable[[Unit], Awaitable[object]]]] = [
        ("worklist page, families", coordinator, lambda u: urgent(sources, WorkQuery(limit=50), u)),
        ("worklist counters, families", coordinator, lambda u: tally(sources, u)),
        ("name search", coordinator, lambda u: applications.applications(by_name(name=child), page, u)),
        ("name search, misspelt", coordinator, lambda u: applications.applications(by_name(name=wrong), page, u)),
        ("worklist page, journal", registrar, lambda u: urgent(sources, WorkQuery(limit=50), u)),
        ("worklist counters, journal", registrar, lambda u: tally(sources, u)),
        ("journal page", registrar, lambda u: enquiries.enquiries(by_words(), page, u)),
        ("journal search by words", registrar, lambda u: enquiries.enquiries(by_words(words=words), page, u)),
        (
            "journal search by name",
            registrar,
            lambda u: enquiries.enquiries(by_words(words=invented.parent(0)), page, u),
        ),
    ]
    async with runtime(system, "api") as api:
        return [await plan(api, actor, name, ask) for name, actor, ask in asks]


def _keep(plans: list[Plan]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-sizes-plans.txt"
    path.write_text("\n\n".join(f"=== {one.name}\n{text}" for one in plans for text in one.texts))
    console.print(f"  plans with buffers: {path.relative_to(RESULTS.parents[1])}")
