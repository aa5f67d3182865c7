"""Runs a service: ``api``, ``worker`` or both in one process, and the one-off commands."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from enum import StrEnum

import structlog
import typer
import uvicorn
import uvloop
from nats.aio.client import Client
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.orm import configure_mappers
from starlette.applications import Starlette
from starlette.types import ASGIApp

from chassis.bus.connection import connect
from chassis.clock import SteeredClock, SystemClock
from chassis.data.database import Database
from chassis.http.health import Check, health_routes
from chassis.privacy.blobs import BlobBucket
from chassis.privacy.keyring import KeySource
from chassis.regions import BrokenPackError, Packs, Region, load_regions
from chassis.run.bus_safety import refuse_unsafe_bus
from chassis.run.safety import UnsafeError, once_it_answers, refuse_unsafe_database
from chassis.run.service import Service
from chassis.run.worker import Worker
from chassis.settings import ServiceSettings
from chassis.telemetry import logs
from chassis.telemetry.metrics import Metrics
from chassis.telemetry.tracing import start_tracing
from chassis.work.runtime import Runtime

DRAIN_SECONDS = 20
log = structlog.get_logger(__name__)


class Part(StrEnum):
    """What one process runs."""

    ALL = "all"
    API = "api"
    WORKER = "worker"


def main(service: Service) -> None:
    """Read the command line and run the command; ``main.py`` ends with this call."""
    cli(service)()


def cli(service: Service) -> typer.Typer:
    """The command line of a service."""
    app = typer.Typer(help=f"Marshrut {service.name}", no_args_is_help=True, pretty_exceptions_enable=False)

    def run_part(part: Part) -> None:
        with _refusals_in_words(service.name):
            settings = service.settings_type()
            logs.configure(service.name, settings.log_level)
            uvloop.run(run(service, settings, part))

    @app.command("all")
    def run_all() -> None:
        """Run API and worker in one process."""
        run_part(Part.ALL)

    @app.command()
    def api() -> None:
        """Run the API."""
        run_part(Part.API)

    @app.command()
    def worker() -> None:
        """Run relay, consumers, timers and audit chain."""
        run_part(Part.WORKER)

    @app.command()
    def migrate() -> None:
        """Bring the database to the newest revision and install the policies."""
        with _refusals_in_words(service.name):
            settings = service.settings_type()
            logs.configure(service.name, settings.log_level)
            asyncio.run(service.migrate(settings.database_owner_url))

    @app.command()
    def openapi() -> None:
        """Print the OpenAPI document."""
        json.dump(service.app().openapi(), sys.stdout, ensure_ascii=False, indent=2)

    return app


@contextlib.contextmanager
def _refusals_in_words(service: str) -> Iterator[None]:
    """One line an operator can act on instead of a traceback; exit code 1."""
    logs.configure(service)
    try:
        yield
    except (UnsafeError, BrokenPackError, ValidationError) as error:
        log.critical("refused to start", reason=str(error))
        raise typer.Exit(1) from None


async def run(service: Service, settings: ServiceSettings, part: Part) -> None:
    """Start, serve until SIGTERM or SIGINT, drain, stop.

    Raises:
        UnsafeError: the database or the bus may forget what it confirmed, or stays away.
        BrokenPackError: a region pack breaks a rule.
    """
    start_tracing(service.name, settings.otlp_endpoint)
    # first, for it asks no server: a broken pack is told at once
    decided = load_regions(settings.regions_dir), service.packs(settings.regions_dir)
    async with AsyncExitStack() as stack:
        connection = await once_it_answers("NATS", lambda: connect(settings.nats_url, service.name))
        stack.push_async_callback(connection.drain)
        monitor = settings.nats_monitor_url
        await once_it_answers("NATS", lambda: refuse_unsafe_bus(connection, service.topology, monitor_url=monitor))
        metrics = Metrics(service.name)
        api = worker = None
        if part is not Part.WORKER:
            api = await _runtime(service, settings, settings.database_api_url, connection, decided, stack)
        if part is not Part.API:
            worker = await _runtime(service, settings, settings.database_worker_url, connection, decided, stack)
        loops = Worker(service, worker, connection, metrics) if worker else None
        app = service.app(api, metrics) if api else Starlette()
        either = api or worker
        assert either is not None
        app.router.routes.extend(health_routes(_checks(either, connection), metrics))
        _leave_the_program_to_itself()
        await _serve(app, settings, loops)


def _leave_the_program_to_itself() -> None:
    """Modules, models and routes live as long as the process: no collection need look at them again."""
    configure_mappers()
    gc.collect()
    gc.freeze()


async def _runtime(
    service: Service,
    settings: ServiceSettings,
    url: str,
    connection: Client,
    decided: tuple[Mapping[str, Region], Packs],
    stack: AsyncExitStack,
) -> Runtime:
    clock = SteeredClock(settings.clock_file) if settings.clock_file else SystemClock()
    database = Database(url, pool_size=settings.database_pool_size, clock=clock, name=service.name)
    stack.push_async_callback(database.close)
    await once_it_answers("PostgreSQL", lambda: refuse_unsafe_database(database.engine, service.guarded))
    jetstream, (regions, packs) = connection.jetstream(), decided
    return Runtime(
        name=service.name,
        settings=settings,
        database=database,
        policy=service.policy,
        keys=KeySource(settings.key_encryption_key, jetstream, owner=service.owns_keys),
        blobs=BlobBucket(jetstream, service.name),
        regions=regions,
        packs=packs,
        clock=clock,
    )


def _checks(runtime: Runtime, connection: Client) -> dict[str, Check]:
    async def database() -> bool:
        async with runtime.database.engine.connect() as session:
            return bool(await session.scalar(text("SELECT true")))

    async def nats() -> bool:
        return connection.is_connected

    return {"database": database, "nats": nats, "authority": runtime.authority.alive}


async def _serve(app: ASGIApp, settings: ServiceSettings, loops: Worker | None) -> None:
    server = _Server(_config(app, settings))
    background = asyncio.create_task(loops.run()) if loops else None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.ask_to_stop)
    try:
        await server.serve()
    finally:
        if background:
            background.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await background


def _config(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="none",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        lifespan="off",
    )


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them again after draining, before the worker could end its batch."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def ask_to_stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
