"""Fetches batches of one durable for its consumer, settles them with the bus, and starts anew when nothing moves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, DeliverPolicy

from chassis.consumer import Consumer, Settlement
from chassis.failures import describe
from chassis.incoming import read

log = structlog.get_logger(__name__)

BATCH = 200
FETCH_SECONDS = 5.0
IN_PROGRESS_SECONDS = 10.0
WATCH_SECONDS = 10.0
STUCK_SECONDS = 30.0
BACK_OFF_SECONDS = 1.0


class Puller:
    """The loop around one `Consumer`. Never ends by itself: errors are logged and the subscription is made anew."""

    def __init__(self, bus: Client, consumer: Consumer, *, batch: int = BATCH) -> None:
        self._js: JetStreamContext = bus.jetstream(timeout=FETCH_SECONDS)
        self._consumer = consumer
        self._batch = batch
        self._stopping = asyncio.Event()
        self._stuck = asyncio.Event()
        self._moved_at = time.monotonic()
        self.pending = 0
        """Messages the durable has not been given yet, as of the last look."""

    async def run(self) -> None:
        """Pull until `stop`; the batch in hand is finished first."""
        watch = asyncio.create_task(self._watch())
        try:
            while not self._stopping.is_set():
                try:
                    await self._pull()
                except Exception as error:
                    log.warning("pull failed", consumer=self._consumer.name, error=describe(error))
                    await asyncio.sleep(BACK_OFF_SECONDS)
        finally:
            watch.cancel()

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stopping.set()

    async def _pull(self) -> None:
        name, stream = self._consumer.name, self._consumer.subscription.stream
        info = await self._js.consumer_info(stream, name)
        self._consumer.from_first = info.config.deliver_policy is DeliverPolicy.ALL
        subscription = await self._js.pull_subscribe_bind(durable=name, stream=stream)
        self._stuck.clear()
        self._moved_at = time.monotonic()
        # The next batch is on its way while this one waits for the database.
        upcoming = asyncio.ensure_future(self._fetch(subscription))
        try:
            while (messages := await upcoming) is not None:
                upcoming = asyncio.ensure_future(self._fetch(subscription))
                if messages:
                    await self._take(messages)
        finally:
            await self._give_back(upcoming)
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()

    async def _give_back(self, upcoming: asyncio.Future[list[Msg] | None]) -> None:
        """What was fetched and not begun need not wait for ack_wait."""
        upcoming.cancel()
        with contextlib.suppress(Exception, asyncio.CancelledError):
            for message in await upcoming or ():
                await message.nak()

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> list[Msg] | None:
        """The next messages, an empty list when there are none, None when it is time to leave."""
        fetch = asyncio.ensure_future(subscription.fetch(self._batch, timeout=FETCH_SECONDS))
        signals = [asyncio.ensure_future(event.wait()) for event in (self._stopping, self._stuck)]
        try:
            await asyncio.wait([fetch, *signals], return_when=asyncio.FIRST_COMPLETED)
            if not fetch.done():
                return None
            return fetch.result()
        except TimeoutError:
            # The builtin one as well: nats-py raises it from inside a fetch. Whatever arrived is still queued.
            return [] if not self._stopping.is_set() else None
        finally:
            for task in (fetch, *signals):
                task.cancel()

    async def _take(self, messages: Sequence[Msg]) -> None:
        batch = [
            read(message, self._consumer.subscription, place.sequence.stream, deliveries=place.num_delivered)
            for message in messages
            for place in [message.metadata]
        ]
        alive = asyncio.create_task(_keep_alive(messages))
        try:
            settlement = await self._consumer.take(batch)
        finally:
            alive.cancel()
        self._moved_at = time.monotonic()
        # A message whose acknowledgement is lost comes back after ack_wait and is passed over.
        with contextlib.suppress(Exception):
            await _tell(settlement)

    async def _watch(self) -> None:
        """A pull subscription can look alive and be dead: after a while without movement make a new one."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            with contextlib.suppress(Exception):
                info = await self._js.consumer_info(self._consumer.subscription.stream, self._consumer.name)
                self._look(info)

    def _look(self, info: ConsumerInfo) -> None:
        self.pending = info.num_pending or 0
        if self.pending and time.monotonic() - self._moved_at > STUCK_SECONDS:
            log.error("consumer stuck", consumer=self._consumer.name, pending=self.pending)
            self._stuck.set()


async def _tell(settlement: Settlement) -> None:
    for incoming in settlement.done:
        assert isinstance(incoming.message, Msg)
        await incoming.message.ack()
    for incoming, delay in settlement.later:
        assert isinstance(incoming.message, Msg)
        await incoming.message.nak(delay)


async def _keep_alive(messages: Sequence[Msg]) -> None:
    """Tell the bus that a long batch is still being worked on."""
    while True:
        await asyncio.sleep(IN_PROGRESS_SECONDS)
        for message in messages:
            with contextlib.suppress(Exception):
                await message.in_progress()
