"""One service as tests drive it: over HTTP as any caller, by events through the real inbox path, and by the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, overload
from uuid import UUID, uuid4

import httpx
from contracts.access import Role
from contracts.catalogue import decode
from contracts.event import Envelope, Event
from fastapi import FastAPI
from nats.aio.client import Client
from sqlalchemy import text

from chassis.access.authority import authority_row
from chassis.access.tokens import SYSTEM, Principal, subject_digest
from chassis.bus.consumer import Consumer
from chassis.bus.incoming import read
from chassis.bus.topology import bootstrap
from chassis.clock import new_id
from chassis.data.context import Cause
from chassis.data.database import Database
from chassis.data.outbox import TWIN_HEADER
from chassis.http.door import STATUS_TOKEN
from chassis.privacy.blobs import BlobBucket
from chassis.privacy.keyring import KeySource
from chassis.regions import load_regions
from chassis.run.service import Service
from chassis.settings import ServiceSettings
from chassis.telemetry.metrics import Metrics
from chassis.telemetry.tracing import start_tracing
from chassis.testing.testbed import Databases, DatabaseUrls, ManualClock, TokenIssuer, subject_of
from chassis.work.runtime import Runtime
from chassis.work.sweep import TimerSweep
from chassis.work.unit import Unit

E = TypeVar("E", bound=Event)
TEST_KEY = "bWFyc2hydXQtdGVzdC1rZXktb2YtMzItYnl0ZXMhISE="
REGIONS = Path(__file__).parents[5] / "regions"


class Caller(httpx.AsyncClient):
    """An HTTP client of one principal; no socket is involved."""

    principal: Principal


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the bus as `chassis.bus.incoming.read` needs it."""

    subject: str
    data: bytes
    headers: dict[str, str] | None


@dataclass(kw_only=True)
class Running:
    """A service on its own database. ``api`` and ``worker`` are its two runtimes."""

    service: Service
    app: FastAPI
    api: Runtime
    worker: Runtime
    clock: ManualClock
    issuer: TokenIssuer
    metrics: Metrics
    urls: DatabaseUrls
    _databases: Databases
    _callers: list[Caller] = field(default_factory=list)
    _sequences: dict[UUID, int] = field(default_factory=dict)
    _delivered: int = 0

    @classmethod
    async def start(
        cls,
        service: Service,
        databases: Databases,
        issuer: TokenIssuer,
        bus: Client,
        clock: ManualClock,
        settings: dict[str, Any],
    ) -> Running:
        """Clone the database, make the bus's streams and buckets, and open both runtimes."""
        start_tracing("tests", None, record=True)
        await bootstrap(bus, service.full_topology)
        urls = await databases.clone(service)
        values = {**_settings(issuer, urls, databases.servers.monitor_url), **settings}
        made = service.settings_type(**values)
        api, worker = (_runtime(service, made, url, bus, clock, issuer) for url in (urls.api, urls.worker))
        await worker.authority.never_lost()
        metrics = Metrics(service.name)
        return cls(
            service=service,
            app=service.app(api, metrics),
            api=api,
            worker=worker,
            clock=clock,
            issuer=issuer,
            metrics=metrics,
            urls=urls,
            _databases=databases,
        )

    async def close(self) -> None:
        """Close connections and drop the database."""
        for caller in self._callers:
            await caller.aclose()
        for runtime in (self.api, self.worker):
            await runtime.database.close()
        await self._databases.drop(self.urls.name)

    def client(self, token: str | None = None, *, status_token: str | None = None, **headers: str) -> Caller:
        """A client with this bearer token, or none at all."""
        sent = dict(headers)
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if status_token:
            sent[STATUS_TOKEN] = status_token
        caller = Caller(transport=httpx.ASGITransport(self.app), base_url="http://test", headers=sent)
        self._callers.append(caller)
        return caller

    async def as_role(self, *roles: Role | str, id: UUID | None = None, **scopes: Any) -> Caller:
        """A signed-in client of a principal the directory knows.

        ``scopes`` are fields of `Principal`: organisation_ids, regions, territories, child_ids, specialist_id.
        """
        id = id or new_id()
        subject = subject_of(id)
        sets: dict[str, Any] = {
            name: frozenset(value) if isinstance(value, Iterable) else value for name, value in scopes.items()
        }
        digest = subject_digest(self.issuer.issuer, subject)
        principal = Principal(id=id, roles=frozenset(map(Role, roles)), subject_digest=digest, **sets)
        await self.know(principal)
        caller = self.client(self.issuer.token(subject))
        caller.principal = principal
        return caller

    async def know(self, principal: Principal, *, active: bool = True) -> None:
        """Enter a principal in the replica of the directory, or change it there."""
        async with self.worker.transaction() as unit:
            await authority_row(unit.session, principal, active=active, changed_at=self.clock.now())

    @asynccontextmanager
    async def unit(self, actor: Principal = SYSTEM) -> AsyncIterator[Unit]:
        """A unit of work: the system's in the worker, anybody else's under the API role."""
        runtime = self.worker if actor is SYSTEM else self.api
        async with runtime.transaction(actor, Cause()) as unit:
            yield unit

    @overload
    async def published(self) -> list[Event]: ...
    @overload
    async def published(self, *types: type[E]) -> list[E]: ...
    async def published(self, *types: type[Event]) -> Sequence[Event]:
        """Events recorded so far, in order, newest versions only; of these types where some are named."""
        found = [event for event, _ in await self.outbox()]
        return [event for event in found if not types or isinstance(event, types)]

    async def outbox(self) -> list[tuple[Event, Envelope]]:
        """The same with their envelopes."""
        async with self.worker.transaction() as unit:
            rows = (await unit.session.execute(_OUTBOX)).all()
        envelopes = [(Envelope.parse(row.headers), row) for row in rows if TWIN_HEADER not in row.headers]
        return [(decode(envelope.type, row.payload), envelope) for envelope, row in envelopes]

    async def deliver(
        self,
        event: Event,
        *,
        subject: UUID | None = None,
        sequence: int | None = None,
        id: UUID | None = None,
        traceparent: str | None = None,
        deliveries: int = 1,
    ) -> str | None:
        """Hand an event to every durable of the service that reads its aggregate, through the real inbox path.

        ``subject``: the aggregate, by default the event's own. ``sequence``: by default one more than the last
        delivered. ``deliveries``: how often the bus has brought it. The answer is None, or why a durable did not take
        the event: the error of its failed attempt or dead letter, or ``gap``.
        """
        subject = subject or event.aggregate_id
        sequence = sequence or self._sequences.get(subject, 0) + 1
        self._sequences[subject] = max(sequence, self._sequences.get(subject, 0))
        envelope = Envelope(
            id or new_id(), event.type(), self.clock.now(), subject, sequence, uuid4(), None, traceparent
        )
        message = Message(event.subject(), event.model_dump_json().encode(), envelope.headers())
        faults = [await self._take(consumer, message, envelope, deliveries) for consumer in self._consumers(event)]
        return next((fault for fault in faults if fault), None)

    async def gauges(self) -> str:
        """The rooms' gauges as ``/metrics`` would show them."""
        metrics = Metrics(self.service.name)
        self.service.measure(self.worker, metrics)
        return (await metrics.render()).decode()

    async def fire_timers(self) -> int:
        """Fire the timers due at the clock's time; the number that had their effect."""
        return await TimerSweep(self.service.timer_routers, self.worker).fire_due()

    def _consumers(self, event: Event) -> list[Consumer]:
        source = (event.producer, event.aggregate)
        wanted = [s for s in self.service.subscriptions if (s.producer, s.aggregate) == source]
        wanted = [s for s in wanted if s.fact in {None, event.fact}]
        assert wanted, f"{self.service.name} does not subscribe to {event.producer}.{event.aggregate}"
        return [Consumer(subscription, self.worker) for subscription in wanted]

    async def _take(self, consumer: Consumer, message: Message, envelope: Envelope, deliveries: int) -> str | None:
        self._delivered += 1
        settlement = await consumer.take([read(message, consumer.subscription, self._delivered, deliveries=deliveries)])
        async with self.worker.transaction() as unit:
            which = {"consumer": consumer.name, "event": envelope.id}
            fault: str | None = await unit.session.scalar(_FAULT, which)
        return fault or ("gap" if settlement.later else None)


_OUTBOX = text("SELECT headers, payload::text AS payload FROM outbox ORDER BY position")
_FAULT = text("""
SELECT error FROM dead_letters WHERE consumer = :consumer AND event_id = :event AND error IS NOT NULL
UNION ALL SELECT error FROM consumer_attempts WHERE consumer = :consumer AND event_id = :event LIMIT 1
""")


def _settings(issuer: TokenIssuer, urls: DatabaseUrls, monitor_url: str) -> dict[str, Any]:
    return {
        "database_owner_url": urls.owner,
        "database_api_url": urls.api,
        "database_worker_url": urls.worker,
        "nats_monitor_url": monitor_url,
        "oidc_issuer": issuer.issuer,
        "oidc_audience": issuer.audience,
        "keyring_secret": TEST_KEY,
        "regions_dir": REGIONS,
    }


def _runtime(
    service: Service, settings: ServiceSettings, url: str, bus: Client, clock: ManualClock, issuer: TokenIssuer
) -> Runtime:
    jetstream = bus.jetstream()
    return Runtime(
        name=service.name,
        settings=settings,
        database=Database(url, pool_size=5, clock=clock, name="tests"),
        policy=service.policy,
        keys=KeySource(settings.key_encryption_key, jetstream, owner=service.owns_keys),
        blobs=BlobBucket(jetstream, service.name),
        regions=load_regions(settings.regions_dir),
        packs=service.packs(settings.regions_dir),
        clock=clock,
        tokens_over=issuer.transport,
    )
