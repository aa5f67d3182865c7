"""The worker side of a service: relay, consumers, timers, audit chain, heartbeat and housekeeping, as named loops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from nats.aio.client import Client

from chassis.access import limits
from chassis.bus import dead_letters, gaps
from chassis.bus.authority_feed import Feed
from chassis.bus.consumer import Consumer
from chassis.bus.doors import ANSWER_SECONDS, ServiceBroker, pending
from chassis.bus.redrive import Redriver
from chassis.bus.relay import Relay
from chassis.data import idempotency, outbox
from chassis.failures import describe
from chassis.outage import is_outage
from chassis.privacy import audit_chain
from chassis.privacy.keyring import KeyCopier
from chassis.run.service import Service
from chassis.telemetry.metrics import Metrics
from chassis.work.runtime import Runtime
from chassis.work.sweep import TimerSweep

FIRST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
LONGEST_OUTAGE_BACK_OFF_SECONDS = 2.0
"""A server that comes back finds everybody at work soon."""
CHAIN_EVERY_SECONDS = 1.0
HOUSEKEEPING_EVERY_SECONDS = 3600.0
Loop = Callable[[], Awaitable[None]]
log = structlog.get_logger(__name__)


class Worker:
    """All background loops of one service. Any number of workers may run side by side."""

    def __init__(self, service: Service, runtime: Runtime, bus: Client, metrics: Metrics) -> None:
        self._service, self._runtime, self._bus, self._metrics = service, runtime, bus, metrics
        self.relay = Relay(runtime.database.dsn, bus, service.name)
        self.consumers = [Consumer(subscription, runtime) for subscription in service.subscriptions]
        self.broker = ServiceBroker(bus, self.consumers)
        self.timers = TimerSweep(service.timer_routers, runtime)
        self._chain_key = audit_chain.ChainKey.derive(runtime.settings.key_encryption_key, service.name)
        self._feed = Feed(runtime.authority, bus, self._authority_durable())
        self._register_metrics()

    async def run(self) -> None:
        """Run every loop until cancelled; a batch in hand is finished first."""
        await self.broker.start()
        tasks = [asyncio.create_task(self._kept(name, loop), name=name) for name, loop in self._loops().items()]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await self.broker.close_doors()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _loops(self) -> Mapping[str, Loop]:
        loops: dict[str, Loop] = {
            "relay": self.relay.run,
            "redriver": Redriver(self.consumers, self._runtime).run,
            "timers": self.timers.run,
            "audit_chain": self._chain,
            "authority_feed": self._feed.run,
            "housekeeping": self._housekeeping,
        }
        if self._service.owns_keys:
            copier = KeyCopier(self._runtime.database, self._bus.jetstream(), self._runtime.clock)
            loops["key_copier"] = copier.run
        for room in self._service.rooms:
            for place, background in enumerate(room.background):
                loops[f"{room.name}:{place}"] = lambda started=background: started(self._runtime)  # type: ignore[misc]
        return loops

    async def _kept(self, name: str, loop: Loop) -> None:
        """Start a loop again when it fails, with growing delay; end when it ends by itself."""
        delay = FIRST_BACK_OFF_SECONDS
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await loop()
                return
            except Exception as error:
                self._metrics.failed(name)
                log.error("background loop failed", task=name, error=describe(error))
                longest = LONGEST_OUTAGE_BACK_OFF_SECONDS if is_outage(error) else LONGEST_BACK_OFF_SECONDS
            ran = asyncio.get_running_loop().time() - started
            delay = FIRST_BACK_OFF_SECONDS if ran > LONGEST_BACK_OFF_SECONDS else min(delay * 2, longest)
            await asyncio.sleep(delay)

    async def _chain(self) -> None:
        while True:
            chained = 1
            while chained:
                async with self._runtime.transaction() as unit:
                    chained = await audit_chain.chain(unit.session, self._chain_key, unit.now)
            await asyncio.sleep(CHAIN_EVERY_SECONDS)

    async def _housekeeping(self) -> None:
        while True:
            async with self._runtime.transaction() as unit:
                await idempotency.forget_old(unit.session, unit.now)
                await limits.forget_expired(unit.session)
                await outbox.make_partitions(unit.session)
            await asyncio.sleep(HOUSEKEEPING_EVERY_SECONDS)

    def _authority_durable(self) -> Consumer:
        return next(c for c in self.consumers if c.subscription.aggregate == "principal")

    def _register_metrics(self) -> None:
        gauge = self._metrics.gauge
        gauge("outbox_oldest_seconds", "Age of the oldest unsent event", (), self._outbox_age)
        gauge("consumer_pending", "Messages a durable has not been given yet", ("consumer",), self._pending)
        gauge("consumer_gaps", "Messages that wait for an earlier one which has not come", ("consumer",), self._gaps)
        gauge("consumer_gap_oldest_seconds", "How long the oldest of them waits", ("consumer",), self._gap_ages)
        gauge("dead_letters", "Messages put aside, by state", ("state",), self._dead_letters)
        gauge("deadlines_overdue", "Timers past their due time; failed ones apart", ("state",), self._overdue)
        self._service.measure(self._runtime, self._metrics)

    async def _outbox_age(self) -> dict[tuple[str, ...], float]:
        async with self._runtime.transaction() as unit:
            return {(): await outbox.oldest_seconds(unit.session)}

    async def _pending(self) -> dict[tuple[str, ...], float]:
        js = self._bus.jetstream(timeout=ANSWER_SECONDS)
        numbers = await asyncio.gather(*(pending(js, consumer) for consumer in self.consumers))
        return {(one.name,): float(number) for one, number in zip(self.consumers, numbers, strict=True)}

    async def _gaps(self) -> dict[tuple[str, ...], float]:
        return {(name,): float(number) for name, (number, _) in (await self._lasting_gaps()).items()}

    async def _gap_ages(self) -> dict[tuple[str, ...], float]:
        return {(name,): oldest for name, (_, oldest) in (await self._lasting_gaps()).items()}

    async def _lasting_gaps(self) -> dict[str, tuple[int, float]]:
        async with self._runtime.transaction() as unit:
            return await gaps.counts(unit.session)

    async def _dead_letters(self) -> dict[tuple[str, ...], float]:
        async with self._runtime.transaction() as unit:
            found = await dead_letters.counts(unit.session)
        return {(str(state),): float(number) for state, number in found.items()}

    async def _overdue(self) -> dict[tuple[str, ...], float]:
        due, failed = await self.timers.overdue()
        return {("due",): float(due), ("failed",): float(failed)}
