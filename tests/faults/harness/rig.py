"""Plays the pottery under misfortune and judges it: the small stage on which protections are switched off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chassis.bus import dead_letters
from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.dead_letters import Decision
from chassis.bus.doors import ServiceBroker
from chassis.bus.ordering import Incoming
from chassis.bus.redrive import Redriver
from chassis.bus.relay import Relay, Row
from chassis.bus.router import Subscription, subscriptions
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from nats.aio.client import Client
from nats.aio.msg import Msg

from tests.faults.harness import evidence, pottery
from tests.faults.harness.fate import DiedError, Fate
from tests.faults.harness.invariants import bus_holds, consumer_whole, effects_once, outbox_whole

POTS, COATS = 5, 6
STANDSTILL_SECONDS = 7.0
_REBIRTH_SECONDS = 0.05


class MortalRelay(Relay):
    """Dies before and after it sends."""

    fate: Fate

    async def _send(self, rows: Sequence[Row]) -> Sequence[Row]:
        self.fate.may_die("before the bus has the facts")
        stored = await super()._send(rows)
        self.fate.may_die("after the bus has the facts")
        return stored


class MortalConsumer(Consumer):
    """Dies before and after it handles what one fetch brought. ``hasty``: acknowledges before the commit.

    FastStream swallows what a handler raises, so death is no exception here: the consumer stands still for ever at the
    point where it died, and whoever waits for ``died`` ends its process.
    """

    fate: Fate
    hasty = False
    _apart = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.died = asyncio.Event()

    async def take(self, batch: Sequence[Incoming]) -> Settlement:
        if self._apart:  # a batch that fell apart comes back here message by message
            return await super().take(batch)
        self._apart = True
        if self.hasty:
            for incoming in batch:
                assert isinstance(incoming.message, Msg)
                await incoming.message.ack()
        await self._may_die("before the effects are committed")
        settlement = await super().take(batch)
        await self._may_die("after the effects are committed")
        self._apart = False
        return settlement

    async def _may_die(self, point: str) -> None:
        try:
            self.fate.may_die(point)
        except DiedError:
            self.died.set()
            await asyncio.Event().wait()


@dataclass
class Rig:
    """The two services with databases of their own on real servers."""

    bus: Client
    pottery: Database
    museum: Database
    fate: Fate
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def subscription(self) -> Subscription:
        (found,) = subscriptions([pottery.museum(self.fate)])
        return found

    async def play(self) -> list[str]:
        """Pots are made while relay and consumer die; then peace, a redrive, and the verdict."""
        self.tasks = [asyncio.create_task(self._reborn(part)) for part in (self._relay, self._pull)]
        try:
            await asyncio.gather(*(self._life_of_a_pot(number) for number in range(POTS)))
            unsettled = await self._settle()
            self.fate.merciful = True
            self.fate.heal()
            await self._redrive()
            return [*unsettled, *await self._judge()]
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _life_of_a_pot(self, number: int) -> None:
        pot_id = await pottery.throw(self.pottery)
        if number == 0:
            self.fate.refused = (pot_id, 3)
        for _ in range(COATS):
            await pottery.glaze(self.pottery, pot_id)
            await asyncio.sleep(0.05)

    async def _reborn(self, live: Callable[[], Awaitable[None]]) -> None:
        while True:
            with suppress(DiedError):
                await live()
            await asyncio.sleep(_REBIRTH_SECONDS)

    async def _relay(self) -> None:
        relay = MortalRelay(self.pottery.dsn, self.bus, pottery.PRODUCER)
        relay.fate = self.fate
        await relay.run()

    async def _pull(self) -> None:
        consumer = self._consumer()
        broker = ServiceBroker(self.bus, [consumer])
        await broker.start()
        try:
            await consumer.died.wait()
        finally:
            for door in broker.subscribers:
                door.running = False
                for task in door.tasks:  # type: ignore[attr-defined]
                    task.cancel()
            await broker.close_doors()

    def _consumer(self) -> MortalConsumer:
        consumer = MortalConsumer(self.subscription, pottery.runtime(self.museum))
        consumer.fate = self.fate
        return consumer

    async def _settle(self) -> list[str]:
        """Wait for lag 0; a complaint where it stands still before."""
        durable = (pottery.STREAM, self.subscription.durable(pottery.CONSUMER))
        lag, since = -1, time.monotonic()
        while time.monotonic() < since + STANDSTILL_SECONDS:
            before, lag = lag, await evidence.unsent(self.pottery.dsn) + await evidence.waiting(self.bus, [durable])
            if lag == 0:
                return []
            since = since if lag == before else time.monotonic()
            await asyncio.sleep(0.1)
        return ["never settled"]

    async def _redrive(self) -> None:
        consumer, now = self._consumer(), datetime.now(UTC)
        async with self.museum.transaction(SYSTEM) as session:
            for letter in await dead_letters.listed(session):
                await dead_letters.decide(session, letter.id, Decision.REDRIVE, by=None, now=now)
        await Redriver([consumer], consumer.runtime).carry_out()

    async def _judge(self) -> list[str]:
        facts = await evidence.facts(self.pottery.dsn)
        name: str = self.subscription.durable(pottery.CONSUMER)
        handled = {event.subject() for event in self.subscription.events.values()}
        stream = await evidence.in_stream(self.bus, pottery.STREAM)
        taken = await evidence.inbox(self.museum.dsn, name)
        positions: dict[Any, int] = await evidence.positions(self.museum.dsn, name)
        return [
            *outbox_whole(pottery.PRODUCER, facts),
            *bus_holds(pottery.PRODUCER, facts, stream),
            *consumer_whole(name, facts, handled, taken, positions),
            *effects_once([f for f in facts if f.subject in handled], await pottery.register(self.museum)),
        ]
