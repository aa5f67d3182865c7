"""A service as a package of its own, started by its command line on durable servers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from chassis.bus import EventRouter
from chassis.bus.authority_feed import authority_events
from chassis.bus.connection import connect
from chassis.bus.topology import bootstrap, topology
from chassis.testing.running import REGIONS, TEST_KEY
from embedded import Nats, Postgres, ServiceUser, free_port

FILES = {
    "small/__init__.py": "",
    "small/main.py": """
from chassis.data.database import service_metadata
from chassis.http import Router, UnitDep
from chassis.access.rls import Open
from chassis.run import Room, Service
from chassis.settings import ServiceSettings
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = service_metadata()


router = Router("/notes")


@router.post("", permission="form:read", status_code=201)
async def note(unit: UnitDep, seconds: float = 0) -> int:
    await unit.session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
    await unit.session.execute(text("INSERT INTO notes VALUES (DEFAULT)"))
    return 1


service = Service(
    "reporting", ServiceSettings, [Room("notes", api=router)], base=Base,
    guarded=[Open("notes", writers=("form:read",))], migrations="small.migrations",
)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
""",
    "small/migrations/__init__.py": "",
    "small/migrations/versions/0001_first.py": """
from alembic import op
from chassis.run.migrations import platform_tables

revision, down_revision = "0001", None


def upgrade() -> None:
    platform_tables(op)
    op.execute("CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)")
""",
}


@dataclass
class Started:
    """One process of the service."""

    process: asyncio.subprocess.Process
    url: str
    errors: bytes = b""

    async def ready(self, path: str = "/readyz") -> None:
        """Wait until the probe says yes."""
        until = time.monotonic() + 30
        async with httpx.AsyncClient(trust_env=False) as client:
            while time.monotonic() < until and self.process.returncode is None:
                try:
                    if (await client.get(self.url + path)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(f"not ready: {(await self.ended()).decode()[-2000:]}")

    async def ended(self) -> bytes:
        """Ask it to stop where it runs; standard error."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(self.process.communicate(), 30)
        self.errors += errors
        return self.errors


@dataclass
class Small:
    """The service's command line with its environment."""

    folder: Path
    environment: dict[str, str]
    started: list[Started] = field(default_factory=list)

    async def run(self, *arguments: str, **changes: str) -> tuple[int, str, str]:
        """A command that ends by itself: exit code, output, errors."""
        process = await self._start(*arguments, **changes)
        output, errors = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, output.decode(), errors.decode()

    async def start(self, *arguments: str) -> Started:
        """A command that stays."""
        port = str(free_port())
        process = await self._start(*arguments, MARSHRUT_PORT=port)
        self.started.append(Started(process, f"http://127.0.0.1:{port}"))
        return self.started[-1]

    async def _start(self, *arguments: str, **changes: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "small.main", *arguments)
        environment = {**self.environment, **changes}
        return await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=environment, stdout=pipe, stderr=pipe
        )


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Nats]]:
    postgres = Postgres(tmp_path_factory.mktemp("postgres"))
    consumers = [("EVT_INTAKE", "reporting__intake_principal__changed")]
    nats = Nats(tmp_path_factory.mktemp("nats"), users=[ServiceUser("reporting", consumers=consumers)])
    postgres.start()
    nats.start()
    postgres.create_service_databases(["reporting"])
    yield postgres, nats
    nats.stop()
    postgres.stop()


@pytest.fixture(scope="module")
async def streams(durable: tuple[Postgres, Nats]) -> None:
    routers: list[EventRouter] = [authority_events]
    client = await connect(durable[1].bootstrap_url, "bootstrap")
    await bootstrap(client, topology(["intake"], {"reporting": routers}))
    await client.close()


@pytest.fixture(scope="module")
async def small(
    durable: tuple[Postgres, Nats], streams: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Small]:
    folder = tmp_path_factory.mktemp("service")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    postgres, nats = durable
    environment = {
        **os.environ,
        **{f"MARSHRUT_DATABASE_{r.upper()}_URL": postgres.url("reporting", f"reporting_{r}") for r in ("owner", "api")},
        "MARSHRUT_DATABASE_WORKER_URL": postgres.url("reporting", "reporting_worker"),
        "MARSHRUT_NATS_URL": nats.url("reporting"),
        "MARSHRUT_NATS_MONITOR_URL": nats.monitoring_url,
        "MARSHRUT_OIDC_ISSUER": "http://127.0.0.1:9",
        "MARSHRUT_OIDC_AUDIENCE": "marshrut",
        "MARSHRUT_KEYRING_SECRET": TEST_KEY,
        "MARSHRUT_REGIONS_DIR": str(REGIONS),
    }
    found = Small(folder, environment)
    assert (await found.run("migrate"))[0] == 0
    yield found
    for one in found.started:
        await one.ended()
