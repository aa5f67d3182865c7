"""The test bed: one pair of servers per pytest run, a migrated template per service, a local token issuer."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy.orm import DeclarativeBase

from chassis.clock import new_id
from chassis.run.service import Service

BACKENDS = ("auto", "embedded", "containers", "external")
VARIABLE = "MARSHRUT_TEST_BACKEND"
ROLES = ("owner", "api", "worker")
ISSUER = "https://issuer.test"
AUDIENCE = "marshrut-test"
POSTGRES_IMAGE = "postgres:18"
NATS_IMAGE = "nats:2.14"


class ManualClock:
    """Time that stands still until the test moves it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to a moment (aware)."""
        if now.tzinfo is None:
            raise ValueError("an aware moment is needed")
        self._now = now

    def advance(self, by: timedelta) -> datetime:
        """Move on and say where that is."""
        self._now += by
        return self._now


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of the pair. ``nats_url`` has every right; ``monitor_url`` is NATS's HTTP monitoring."""

    backend: str
    postgres_dsn: str
    nats_url: str
    monitor_url: str


def chosen_backend() -> str:
    """The backend ``MARSHRUT_TEST_BACKEND`` asks for; ``auto`` means the embedded servers."""
    wanted = os.environ.get(VARIABLE, "auto")
    if wanted not in BACKENDS:
        raise RuntimeError(f"{VARIABLE}={wanted}: must be one of {', '.join(BACKENDS)}")
    return "embedded" if wanted == "auto" else wanted


@contextmanager
def started_servers() -> Iterator[Servers]:
    """The servers of this run. ``containers`` without Docker is an error, never a skip."""
    starts: dict[str, Callable[[ExitStack], Servers]] = {
        "embedded": _embedded,
        "containers": _containers,
        "external": _external,
    }
    with ExitStack() as stack:
        yield starts[chosen_backend()](stack)


def _embedded(stack: ExitStack) -> Servers:
    from embedded import Nats, Postgres, ServiceUser

    class EveryRight(ServiceUser):
        """Tests look at every service's events; rights on the bus are tested in libs/embedded."""

        def publishes(self) -> list[str]:
            return [">"]

        def subscribes(self) -> list[str]:
            return [">"]

    # mode 0700 as everywhere; PostgreSQL's own user is given its folder by libs/embedded
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marshrut-test-")))
    postgres = Postgres(folder / "postgres", durable=False)
    nats = Nats(folder / "nats", users=[EveryRight("tests")])
    for server in (postgres, nats):
        stack.callback(server.stop)
        server.launch()
    for server in (postgres, nats):
        server.process.wait_ready()
    return Servers("embedded", postgres.dsn("postgres"), nats.url("tests"), nats.monitoring_url)


def _containers(stack: ExitStack) -> Servers:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import wait_for_logs

    postgres = DockerContainer(POSTGRES_IMAGE).with_env("POSTGRES_PASSWORD", "test").with_exposed_ports(5432)
    nats = DockerContainer(NATS_IMAGE).with_command("-js -m 8222").with_exposed_ports(4222, 8222)
    for container in (postgres, nats):
        stack.enter_context(container)
    wait_for_logs(postgres, "database system is ready to accept connections(.|\n)*ready to accept connections", 60)
    wait_for_logs(nats, "Server is ready", 30)

    def address(container: Any, port: int) -> str:
        return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"

    return Servers(
        "containers",
        f"postgresql://postgres:test@{address(postgres, 5432)}/postgres",
        f"nats://{address(nats, 4222)}",
        f"http://{address(nats, 8222)}",
    )


def _external(_stack: ExitStack) -> Servers:
    names = ("MARSHRUT_TEST_POSTGRES", "MARSHRUT_TEST_NATS", "MARSHRUT_TEST_NATS_MONITOR")
    if missing := [name for name in names if name not in os.environ]:
        raise RuntimeError(f"{VARIABLE}=external needs {', '.join(missing)}")
    return Servers("external", *(os.environ[name] for name in names))


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """One service's database as its three roles see it."""

    name: str
    owner: str
    api: str
    worker: str


@dataclass
class Databases:
    """Templates, migrated once per service and run, and cheap clones of them."""

    servers: Servers
    # by name and tables: a small service of a test may bear the name of a real one
    _templates: dict[tuple[str, type[DeclarativeBase]], str] = field(default_factory=dict)
    _password: str = field(default_factory=lambda: secrets.token_hex(8))
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _run: str = field(default_factory=lambda: secrets.token_hex(3))
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def clone(self, service: Service) -> DatabaseUrls:
        """A migrated database of its own; the template is made at the first call."""
        async with self._making:
            known = (service.name, service.base)
            if known not in self._templates:
                self._templates[known] = await self._migrated(service)
        template = self._templates[known]
        return await self._create(service.name, f"{template}_{next(self._numbers)}", template)

    async def empty(self, service: str) -> DatabaseUrls:
        """A database with the service's three roles and no table."""
        return await self._create(service, f"t_{self._run}_{service}_{next(self._numbers)}", "template0")

    async def drop(self, name: str) -> None:
        """Drop the database and cut its connections."""
        await self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _migrated(self, service: Service) -> str:
        name = f"t_{self._run}_{service.name}_{next(self._numbers)}"
        urls = await self._create(service.name, name, "template0")
        await service.migrate(urls.owner)
        return urls.name

    async def _create(self, service: str, name: str, template: str) -> DatabaseUrls:
        roles = [f"{service}_{role}" for role in ROLES]
        for role in roles:
            await self._role(role)
        await self._execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {roles[0]} STRATEGY WAL_LOG',
            f'GRANT CONNECT ON DATABASE "{name}" TO {", ".join(roles)}',
        )
        return DatabaseUrls(name, *(self._url(role, name) for role in roles))

    async def _role(self, role: str) -> None:
        exists = f"SELECT FROM pg_roles WHERE rolname = '{role}'"
        await self._execute(
            f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {role}; END IF; END $$",
            f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD '{self._password}'",
        )

    def _url(self, role: str, name: str) -> str:
        server = self.servers.postgres_dsn.partition("@")[2].partition("/")[0]
        return f"postgresql+asyncpg://{role}:{self._password}@{server}/{name}"

    async def _execute(self, *statements: str) -> None:
        connection: Any = await asyncpg.connect(self.servers.postgres_dsn)  # type: ignore[no-untyped-call]
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


class TokenIssuer:
    """A local issuer with a real RSA key; services read its keys over `transport` instead of the network."""

    def __init__(self, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self.issuer, self.audience = issuer, audience
        self.keys = [self.new_key()]
        self.fetches = 0
        self.online = True

    @staticmethod
    def new_key(**parameters: str) -> RSAKey:
        """A fresh signing key; published without ``alg``, as many issuers do."""
        options: Any = {"kid": secrets.token_hex(4), "use": "sig", **parameters}
        return RSAKey.generate_key(2048, options)

    def token(self, subject: str, *, key: RSAKey | None = None, algorithm: str = "RS256", **claims: Any) -> str:
        """A signed access token; ``claims`` replace the usual ones, None leaves one out."""
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": self.audience, "sub": subject, "iat": now, "exp": now + 900}
        kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        key = key or self.keys[-1]
        return jwt.encode({"alg": algorithm, "kid": key.kid}, kept, key, algorithms=[algorithm])

    @property
    def transport(self) -> httpx.MockTransport:
        """Answers discovery and key set like the real issuer."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self.online:
            raise httpx.ConnectError("the issuer is away")
        if request.url.path.endswith("/openid-configuration"):
            return httpx.Response(200, json={"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"})
        self.fetches += 1
        return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})


def subject_of(principal_id: UUID | None) -> str:
    """The ``sub`` a test principal signs in with."""
    return f"subject-{principal_id or new_id()}"
