"""A service: its rooms, put together. ``main.py`` declares one and hands it to `chassis.run.process.main`."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from contracts.access import permissions
from contracts.catalogue import PRODUCERS
from fastapi import APIRouter, FastAPI
from sqlalchemy.orm import DeclarativeBase

from chassis.access.policy import Policy
from chassis.access.rls import Entry
from chassis.bus.authority_feed import authority_events
from chassis.bus.router import EventRouter, Subscription, subscriptions
from chassis.bus.topology import Topology, of_service, topology
from chassis.http import operations, problems
from chassis.http.door import Correlation, TransactionalRoute
from chassis.http.literal import take_literally
from chassis.http.openapi import Api, api_routes
from chassis.http.worklist import WorkSource, worklist_router
from chassis.http.worklist.actions import actions
from chassis.regions import PackModel, Packs
from chassis.run import migrations
from chassis.settings import ServiceSettings
from chassis.telemetry.logs import AccessLog
from chassis.telemetry.metrics import MeasuredRequests, Metrics, Probe
from chassis.telemetry.tracing import trace_requests
from chassis.work.runtime import Runtime
from chassis.work.sweep import TimerRouter
from chassis.work.unit import Unit

Background = Callable[[Runtime], Awaitable[None]]
"""A loop of the worker process; it is started again when it fails."""


@dataclass(frozen=True, slots=True)
class RoomGauge:
    """A number a room shows on ``/metrics``, such as the items that wait for a person or are late.

    ``read`` runs in the worker's own transaction at every scrape and answers label values → number; labels are codes,
    never ids. Keep it to one indexed query.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[Unit], Awaitable[Mapping[tuple[str, ...], float]]]


COMMON_TAGS = {
    "worklist": "What waits for a person in this service, most urgent first.",
    "operations": "Messages that could not be handled, for the people who keep the service running.",
}


class UngovernedRouteError(RuntimeError):
    """A route without a permission, or with one the policy does not know, would be open to everybody or to nobody."""


@dataclass(frozen=True, slots=True)
class Room:
    """A feature folder of a service: its doors and what it contributes to the common ones."""

    name: str
    api: APIRouter | None = None
    events: EventRouter | None = None
    timers: TimerRouter | None = None
    worklist: WorkSource | None = None
    actions: Mapping[str, str] = field(default_factory=dict)
    """Kind of work → the operation id of the route that does it."""
    background: tuple[Background, ...] = ()
    gauges: tuple[RoomGauge, ...] = ()
    guarded: tuple[Entry, ...] = ()
    """The room's tables under the policy."""
    packs: tuple[type[PackModel], ...] = ()
    """The pack files the room reads, as ``unit.packs``."""
    pack_rules: tuple[Callable[[Packs], None], ...] = ()
    """What must hold between pack files of one region."""


def rooms(service: str, names: str) -> tuple[Room, ...]:
    """The rooms of a service, from the ground up: ``ROOM`` of ``<service>.<name>.room`` for the names in a row."""
    return tuple(import_module(f"{service}.{name}.room").ROOM for name in names.split())


class Service:
    """Everything one service is made of.

    Args:
        name: as in ``contracts``: intake, cases …
        settings_type: `ServiceSettings` or a subclass.
        rooms: the table of contents.
        base: the declarative base of the service's tables.
        guarded: tables under the policy that belong to no room.
        migrations: the package with ``versions``; ``<name>.migrations`` when omitted.
        owns_keys: True in the one service that makes person keys.
    """

    def __init__(
        self,
        name: str,
        settings_type: type[ServiceSettings],
        rooms: Sequence[Room],
        *,
        base: type[DeclarativeBase],
        guarded: Sequence[Entry] = (),
        migrations: str | None = None,
        owns_keys: bool = False,
    ) -> None:
        self.name, self.settings_type, self.rooms = name, settings_type, tuple(rooms)
        self.base, self.owns_keys = base, owns_keys
        self.guarded = (*guarded, *(entry for room in self.rooms for entry in room.guarded))
        self.migrations = migrations or f"{name}.migrations"
        self.policy = Policy(self.guarded)

    @property
    def event_routers(self) -> list[EventRouter]:
        """The rooms' subscribers and the built-in one of the authority replica."""
        return [authority_events, *(room.events for room in self.rooms if room.events)]

    @property
    def timer_routers(self) -> list[TimerRouter]:
        """The rooms' timer handlers."""
        return [room.timers for room in self.rooms if room.timers]

    def packs(self, folder: Path) -> Packs:
        """The rooms' pack files from a folder of region packs; raises `chassis.regions.BrokenPackError`."""
        models = dict.fromkeys(model for room in self.rooms for model in room.packs)
        return Packs(folder, models, (rule for room in self.rooms for rule in room.pack_rules))

    @property
    def subscriptions(self) -> list[Subscription]:
        """The durables the service needs."""
        return subscriptions(self.event_routers)

    @property
    def topology(self) -> Topology:
        """The part of the bus the service depends on."""
        return of_service(self.name, self.event_routers, publishes=self.name in PRODUCERS)

    @property
    def full_topology(self) -> Topology:
        """The topology with every stream the service reads or keeps, as bootstrap makes it for a service alone."""
        sources = {subscription.producer for subscription in self.subscriptions}
        own = {self.name} & set(PRODUCERS)
        return topology(sorted(sources | own), {self.name: self.event_routers})

    async def migrate(self, owner_url: str) -> None:
        """Bring a database to the newest revision and put the policies of this code in place. Repeatable."""
        await migrations.migrate_service(self.migrations, self.name, self.guarded, owner_url)

    def app(self, runtime: Runtime | None = None, metrics: Metrics | None = None) -> FastAPI:
        """The API. Without a runtime it can only describe itself.

        Raises:
            UngovernedRouteError: a route has no permission of the policy.
        """
        issuer = runtime.settings.oidc_issuer if runtime else None
        tags = [{"name": name, "description": words} for name, words in self._tags().items()]
        app = Api(self.name, issuer=issuer, openapi_tags=tags, docs_url=None, redoc_url=None, redirect_slashes=False)
        app.state.runtime = runtime
        problems.install(app)
        for router in self._routers():
            app.include_router(router)
        refuse_ungoverned_routes(app)
        take_literally(app)
        app.add_middleware(Correlation)
        app.add_middleware(AccessLog)
        app.add_middleware(MeasuredRequests, metrics=metrics or Metrics(self.name))
        trace_requests(app)
        return app

    def measure(self, runtime: Runtime, metrics: Metrics) -> None:
        """Register the rooms' gauges; ``runtime`` is the worker's."""
        for room in self.rooms:
            for gauge in room.gauges:
                metrics.gauge(gauge.name, gauge.help, gauge.labels, _probe(gauge, runtime))

    def _tags(self) -> dict[str, str]:
        """What stands behind each tag: the words of the room of that name."""
        named = {str(tag) for room in self.rooms if room.api for tag in room.api.tags}
        rooms = {tag: getattr(sys.modules.get(f"{self.name}.{tag}"), "__doc__", None) for tag in sorted(named)}
        return {tag: words for tag, words in rooms.items() if words} | COMMON_TAGS

    def _routers(self) -> list[APIRouter]:
        sources = [room.worklist for room in self.rooms if room.worklist]
        rooms = [room.api for room in self.rooms if room.api]
        doing = actions(self.name, rooms, {kind: name for room in self.rooms for kind, name in room.actions.items()})
        return [*rooms, *([worklist_router(sources, doing)] if sources else []), operations.router]


def _probe(gauge: RoomGauge, runtime: Runtime) -> Probe:
    async def read() -> dict[tuple[str, ...], float]:
        async with runtime.transaction() as unit:
            return dict(await gauge.read(unit))

    return read


def refuse_ungoverned_routes(app: FastAPI) -> None:
    """Every API route must go through the transactional door with a permission the policy grants to somebody."""
    known = permissions()
    for route in api_routes(app):
        permission = route.door.permission if isinstance(route, TransactionalRoute) else None
        if permission not in known:
            raise UngovernedRouteError(f"{sorted(route.methods or ())} {route.path}: permission {permission!r}")
