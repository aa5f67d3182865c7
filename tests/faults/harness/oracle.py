"""Judges the whole system after a run: its outboxes, streams, consumers, files and reports against the history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from chassis.bus.connection import connect
from chassis.bus.router import Mode, Subscription
from contracts.catalogue import PRODUCERS, stream
from local_deploy.system import System
from nats.aio.client import Client

from tests.faults.harness import evidence
from tests.faults.harness.history import Command, History
from tests.faults.harness.invariants import Fact, bus_holds, consumer_whole, outbox_whole, same

_POLL_SECONDS = 0.5
_LOOKS, _BETWEEN_LOOKS_SECONDS = 4, 2.0


@dataclass
class Oracle:
    """Knows the system's addresses and nothing of its code but who reads what.

    ``known`` are applications and dead letters of earlier tests on the same system.
    """

    system: System
    admin: Client
    known_applications: set[UUID] = field(default_factory=set)
    known_letters: dict[str, set[UUID]] = field(default_factory=dict)

    @classmethod
    async def of(cls, system: System) -> Oracle:
        """Look at the system before the run."""
        oracle = cls(system, await connect(system.nats.bootstrap_url, "bootstrap"))
        oracle.known_applications = set(await oracle._column("intake", "SELECT id FROM applications"))
        for service, subscription in oracle._durables():
            name = subscription.durable(service)
            oracle.known_letters[name] = await evidence.put_aside(oracle._dsn(service), name)
        return oracle

    async def close(self) -> None:
        await self.admin.close()

    async def lag(self) -> dict[str, int]:
        """What is still on its way: unsent outbox rows by producer, unacknowledged messages by durable."""
        producers = self._producers()
        unsent = await asyncio.gather(*(evidence.unsent(self._dsn(producer)) for producer in producers))
        names = [(one.stream, one.durable(service)) for service, one in self._durables()]
        waiting = await asyncio.gather(*(evidence.waiting(self.admin, [name]) for name in names))
        found = {**dict(zip(producers, unsent, strict=True)), **dict(zip([n for _, n in names], waiting, strict=True))}
        return {name: number for name, number in found.items() if number}

    async def settled(self, within: float) -> float:
        """Seconds until nothing is on its way any more; ``TimeoutError`` when that takes longer than ``within``."""
        began = time.monotonic()
        while time.monotonic() < began + within:
            with suppress(Exception):
                if not await self.lag():
                    return time.monotonic() - began
            await asyncio.sleep(_POLL_SECONDS)
        raise TimeoutError(f"lag {await self.lag()} after {within:.0f} s")

    async def verdict(self, history: History, within: float, before: Collection[str] = ()) -> list[str]:
        """The broken promises in a quiet moment.

        Timers and letters tell of themselves while we read, so a complaint is looked at again: what is on its way
        arrives, what is lost, doubled or out of order stays so. ``before`` are complaints of earlier stories, which
        need no second look; ``TimeoutError`` when it takes longer than ``within`` seconds to come to rest.
        """
        found: list[str] = []
        for _ in range(_LOOKS):
            await self.settled(within)
            found = await self.violations(history)
            if set(found) <= set(before):
                break
            await asyncio.sleep(_BETWEEN_LOOKS_SECONDS)
        return found

    async def violations(self, history: History) -> list[str]:
        """Every broken promise in words, at one look; empty when all is well."""
        outboxes = {producer: await evidence.facts(self._dsn(producer)) for producer in self._producers()}
        found = history.refusals()
        for producer, facts in outboxes.items():
            found += outbox_whole(producer, facts)
            found += bus_holds(producer, facts, await evidence.in_stream(self.admin, stream(producer)))
        for service, subscription in self._durables():
            found += await self._judge(service, subscription, outboxes[subscription.producer])
        return [*found, *await self._applications(history, outboxes["intake"]), *await self._reports(outboxes)]

    async def _judge(self, service: str, subscription: Subscription, facts: list[Fact]) -> list[str]:
        name, dsn = subscription.durable(service), self._dsn(service)
        start = subscription.filter_subject.removesuffix(">")
        letters = await evidence.put_aside(dsn, name)
        read = [fact for fact in facts if fact.subject.startswith(start) and fact.event_id not in letters]
        found = [f"{name}: dead letter {letter}" for letter in letters - self.known_letters[name]]
        positions = await evidence.positions(dsn, name)
        if subscription.mode is Mode.LATEST:
            behind = [f.aggregate_id for f in read if positions.get(f.aggregate_id, 0) < f.sequence]
            return found + [f"{name}: behind with {len(behind)} aggregates"] * bool(behind)
        handled = {event.subject() for event in subscription.events.values()}
        inbox = [row for row in await evidence.inbox(dsn, name) if row.event_id not in letters]
        return found + consumer_whole(name, read, handled, inbox, positions)

    async def _applications(self, history: History, facts: list[Fact]) -> list[str]:
        """Each answered command had its effect once; each accepted application is exactly one case."""
        filed = await self._column("intake", "SELECT id FROM applications")
        cases = await self._column("cases", "SELECT application_id FROM case_files")
        begun, accepted = history.begun(Command.SUBMIT), history.done(Command.ACCEPT)
        new = [id for id in filed if id not in self.known_applications]
        found = [f"applications nobody sent: {len(set(new) - begun)}"] * bool(set(new) - begun)
        found += same("submitted applications", history.done(Command.SUBMIT), [id for id in new if id in begun])
        found += same("case files", accepted, [id for id in cases if id not in self.known_applications])
        for fact, command in _TOLD_ONCE.items():
            told = [f.aggregate_id for f in facts if f.subject == fact and f.aggregate_id in begun]
            found += same(f"facts {fact}", history.done(command), told)
        return found

    async def _reports(self, outboxes: dict[str, list[Fact]]) -> list[str]:
        """The rows of reporting are those of the owners."""
        query = "SELECT id FROM application_rows"
        recounts = {
            query: ("intake", "SELECT id FROM applications"),
            f"{query} WHERE accepted_at IS NOT NULL": ("cases", "SELECT application_id FROM case_files"),
            "SELECT id FROM case_rows": ("cases", "SELECT id FROM case_files"),
        }
        found = []
        for counted, (owner, recount) in recounts.items():
            found += same(counted, await self._column(owner, recount), await self._column("reporting", counted))
        return found

    def _durables(self) -> list[tuple[str, Subscription]]:
        return [(name, one) for name, service in self.system.services.items() for one in service.subscriptions]

    def _producers(self) -> list[str]:
        return [producer for producer in PRODUCERS if producer in self.system.services]

    def _dsn(self, service: str) -> str:
        return self.system.postgres.dsn(service)

    async def _column(self, service: str, query: str) -> list[UUID]:
        return await evidence.column(self._dsn(service), query)


_TOLD_ONCE = {
    "evt.intake.application.submitted.v2": Command.SUBMIT,
    "evt.intake.application.taken.v1": Command.TAKE,
    "evt.intake.application.call_recorded.v1": Command.CALL,
    "evt.intake.application.handed_over.v1": Command.HAND_OVER,
    "evt.intake.application.accepted.v1": Command.ACCEPT,
}
