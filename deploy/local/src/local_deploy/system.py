"""The whole system on one computer: servers, services, gateway, in the order in which they need each other."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path

from chassis.bus.connection import connect
from chassis.bus.topology import KEYS_BUCKET, bootstrap, topology
from contracts.catalogue import PRODUCERS, stream
from embedded import (
    LOOPBACK,
    Caddy,
    Canaille,
    DemoUser,
    Letter,
    MailSink,
    Nats,
    OidcClient,
    PortBusyError,
    Postgres,
    Process,
    ServiceUser,
    Site,
    SystemClient,
    caddyfile,
    free_port,
)
from embedded.ports import is_free

from local_deploy.environment import service_environment, service_process
from local_deploy.staff import DEMO_PASSWORD, StaffMember, demo_staff

SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")
OPENS_SEALED = frozenset({"cases", "scheduling", "notifications"})
"""Services that may read person keys; reporting counts and never opens anything."""

CLIENT_ID = "marshrut-web"
PHONE_CLIENT_ID = "marshrut-phone"
PHONE_REDIRECT_URI = "ru.marshrut.phone:/login"
"""An application on the phone comes back by a scheme of its own (RFC 8252)."""
FIELD_CLIENT_ID = "marshrut-field"
"""The brigade's device, hours away from any network: its refresh token lasts a working day."""
FIELD_REFRESH_SECONDS = 12 * 60 * 60
AGENCY = "agency"
"""Who speaks for an agency may be its system, which logs in without a person."""
CALLBACK = "/login/callback"
WEB = Path(__file__).parent / "web"
ACCOUNT_ACTIVATED = Path("platform", "account_activated.txt")
"""The words of the letter of D0-14; an account belongs to no region yet, so no region's pack has others."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens. `Ports.usual()` is what `make run` uses; `Ports.free()` is for tests."""

    gateway: int = 8080
    identity: int = 8081
    mail_page: int = 8082
    intake: int = 8101
    cases: int = 8102
    scheduling: int = 8103
    notifications: int = 8104
    reporting: int = 8105
    smtp: int = 8125
    postgres: int = 8132
    nats: int = 8142
    nats_monitor: int = 8143

    @classmethod
    def usual(cls, shift: int = 0) -> Ports:
        """The usual ones, each ``shift`` higher."""
        return cls(**{field.name: getattr(cls(), field.name) + shift for field in fields(cls)})

    @classmethod
    def free(cls) -> Ports:
        return cls(**{field.name: free_port() for field in fields(cls)})

    def of(self, service: str) -> int:
        port: int = getattr(self, service)
        return port

    def refuse_busy(self) -> None:
        """Raise `PortBusyError` for the first one another program listens on."""
        for field in fields(self):
            if not is_free(self.of(field.name)):
                raise PortBusyError(field.name, self.of(field.name))


class System:
    """Everything `make run` starts; also what e2e, faults and bench run against.

    Args:
        data_dir: databases, bus, mail, keys and logs; a second start finds them again.
        regions_dir: the region packs to load.
        split: API and worker of each service as two processes (faults and production) instead of one.
        otlp_endpoint: where the services send their traces; nowhere when omitted.
    """

    def __init__(
        self, data_dir: Path, ports: Ports, regions_dir: Path, *, split: bool = False, otlp_endpoint: str | None = None
    ) -> None:
        self.otlp_endpoint = otlp_endpoint
        self.data_dir, self.ports, self.regions_dir, self.split = data_dir, ports, regions_dir, split
        self.services = {name: import_module(f"{name}.main").service for name in SERVICES}
        self.postgres = Postgres(data_dir / "postgres", ports.postgres)
        self.nats = Nats(data_dir / "nats", ports.nats, users=self._bus_users(), monitor_port=ports.nats_monitor)
        self.mail = MailSink(data_dir / "mail", ports.smtp, http_port=ports.mail_page)
        self.identity = Canaille(
            data_dir / "identity",
            ports.identity,
            smtp_port=ports.smtp,
            clients=[
                OidcClient(CLIENT_ID, (self.redirect_uri,), "Маршрут", self.home),
                OidcClient(PHONE_CLIENT_ID, (PHONE_REDIRECT_URI,), "Маршрут в телефоне", self.home),
                OidcClient(
                    FIELD_CLIENT_ID,
                    (self.redirect_uri,),
                    "Маршрут в дороге",
                    self.home,
                    refresh_seconds=FIELD_REFRESH_SECONDS,
                ),
            ],
            users=[_person(member) for member in demo_staff(regions_dir)],
            systems=[_system_of(member) for member in demo_staff(regions_dir) if AGENCY in member.roles],
            welcome=_letter(regions_dir / ACCOUNT_ACTIVATED),
        )
        self.gateway = Caddy(self._gateway_file(), ports.gateway, data_dir=data_dir / "gateway")
        self.processes: dict[str, Process] = {}

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.gateway}"

    @property
    def regions(self) -> list[str]:
        """The codes of the region packs."""
        return sorted(file.parent.name for file in self.regions_dir.glob("*/region.yaml"))

    @property
    def redirect_uri(self) -> str:
        return self.url + CALLBACK

    @property
    def home(self) -> str:
        """The start page, where whoever has logged out comes back to."""
        return f"{self.url}/"

    @property
    def clock_file(self) -> Path:
        """Seconds the demonstration clock stands ahead; stays with the data."""
        return self.data_dir / "clock-offset"

    def start(self, progress: Progress = lambda _: None) -> None:
        """Start everything and wait until it answers; raises `StartFailedError` or `PortBusyError`."""
        self.ports.refuse_busy()
        progress("запускаются PostgreSQL, NATS, почта и вход пользователей")
        for server in (self.identity, self.postgres, self.nats, self.mail):
            server.launch()
        for server in (self.postgres, self.nats, self.mail):
            server.process.wait_ready()
        progress("обновляются пять баз данных, создаются потоки событий")
        self.postgres.create_service_databases(SERVICES)
        asyncio.run(self._prepare())
        progress("запускаются службы и шлюз")
        self._launch_services()
        self.gateway.launch()
        # beside the start of the services; what the migrations wrote would make a crash recovery long
        self.postgres.execute("CHECKPOINT")
        for process in (*self.processes.values(), self.gateway.process, self.identity.process):
            process.wait_ready()
        for process in self.all_processes():
            process.supervise()

    def stop(self) -> None:
        """End everything in the reverse order; no process is left."""
        self.gateway.stop()
        # the services know nothing of each other, and each takes its time to drain
        with ThreadPoolExecutor(len(self.processes) or 1) as pool:
            list(pool.map(Process.stop, self.processes.values()))
        for server in (self.identity, self.mail, self.nats, self.postgres):
            server.stop()

    def all_processes(self) -> Iterator[Process]:
        """Every supervised process, servers first."""
        for server in (self.postgres, self.nats, self.mail, self.identity, self.gateway):
            yield server.process
        yield from self.processes.values()

    @contextmanager
    def running(self, progress: Progress = lambda _: None) -> Iterator[System]:
        """Started inside the block, stopped after it, whatever happens."""
        try:
            self.start(progress)
            yield self
        finally:
            self.stop()

    async def _prepare(self) -> None:
        for name, service in self.services.items():
            await service.migrate(self.postgres.url(name, f"{name}_owner"))
        bus = await connect(self.nats.bootstrap_url, "bootstrap")
        try:
            routers = {name: service.event_routers for name, service in self.services.items()}
            await bootstrap(bus, topology(PRODUCERS, routers))
        finally:
            await bus.close()

    def _launch_services(self) -> None:
        for name in SERVICES:
            environment = service_environment(self, name)
            for door in ("api", "worker") if self.split else ("all",):
                process = service_process(self, name, door, environment)
                self.processes[process.name] = process
                process.launch()

    def _gateway_file(self) -> Path:
        path = self.data_dir / "gateway" / "Caddyfile"
        path.parent.mkdir(parents=True, exist_ok=True)
        services = {name: self.ports.of(name) for name in SERVICES}
        path.write_text(caddyfile(services, self.ports.gateway, site=self._site()))
        return path

    def _site(self) -> Site:
        settings = {
            "origin": self.url,
            "issuer": self.identity.issuer,
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
        }
        return Site(WEB, self.identity.issuer, CALLBACK, settings)

    def keyring_secret(self) -> str:
        """The key that wraps person keys, made once for this data folder."""
        path = self.data_dir / "keyring-secret"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_text(b64encode(secrets.token_bytes(32)).decode())
        return path.read_text()

    def _bus_users(self) -> list[ServiceUser]:
        return [
            ServiceUser(
                name,
                stream(name) if name in PRODUCERS else None,
                [(each.stream, each.durable(name)) for each in service.subscriptions],
                reads_buckets=[KEYS_BUCKET] if name in OPENS_SEALED else [],
                writes_buckets=[KEYS_BUCKET] if service.owns_keys else [],
            )
            for name, service in self.services.items()
        ]


def _person(member: StaffMember) -> DemoUser:
    family, given, *_ = member.name.split()
    return DemoUser(member.login, DEMO_PASSWORD, given, family, f"{member.login}@staff.example.org")


def _system_of(member: StaffMember) -> SystemClient:
    return SystemClient(member.login, DEMO_PASSWORD, _person(member).subject, member.position)


def _letter(path: Path) -> Letter:
    """A letter of a pack: the line ``Тема: …``, then the text."""
    subject, _, text = path.read_text("utf-8").partition("\n")
    return Letter(subject.removeprefix("Тема:").strip(), text.strip())
