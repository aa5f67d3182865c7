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

from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.incoming import read
from chassis.bus.pull import Pull
from chassis.failures import describe

log = structlog.get_logger(__name__)

BATCH = 200
ANSWER_SECONDS = 5.0
IN_PROGRESS_SECONDS = 3.0
WATCH_SECONDS = 10.0
STUCK_SECONDS = 30.0
BACK_OFF_SECONDS = 1.0


class Puller:
    """The loop around one `Consumer`. Never ends by itself: errors are logged and the subscription is made anew."""

    def __init__(self, bus: Client, consumer: Consumer, *, batch: int = BATCH) -> None:
        self._bus = bus
        self._js: JetStreamContext = bus.jetstream(timeout=ANSWER_SECONDS)
        self._consumer = consumer
        self._batch = batch
        self._flow: Pull | None = None
        self._stopping = False
        self._stuck = False
        self._moved_at = time.monotonic()

    async def run(self) -> None:
        """Pull until `stop`; the batch in hand is finished first."""
        watch = asyncio.create_task(self._watch())
        try:
            while not self._stopping:
                try:
                    await self._pull()
                except Exception as error:
                    log.warning("pull failed", consumer=self._consumer.name, error=describe(error))
                    await asyncio.sleep(BACK_OFF_SECONDS)
        finally:
            watch.cancel()

    async def pending(self) -> int:
        """Messages the durable has not been given yet, as the bus counts them now; raises while it does not answer."""
        info = await self._js.consumer_info(self._consumer.subscription.stream, self._consumer.name)
        return info.num_pending or 0

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stopping = True
        if self._flow:
            self._flow.wake()

    async def _pull(self) -> None:
        name, stream = self._consumer.name, self._consumer.subscription.stream
        info = await self._js.consumer_info(stream, name)
        self._consumer.from_first = info.config.deliver_policy == DeliverPolicy.ALL
        self._flow = flow = Pull(self._bus, stream, name, self._batch)
        await flow.open()
        self._stuck, self._moved_at = False, time.monotonic()
        try:
            while not (self._stopping or self._stuck):
                if messages := await flow.next():
                    await self._take(messages)
        finally:
            with contextlib.suppress(Exception):
                await flow.close()

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
        if info.num_pending and time.monotonic() - self._moved_at > STUCK_SECONDS:
            log.error("consumer stuck", consumer=self._consumer.name, pending=info.num_pending)
            self._stuck = True
            if self._flow:
                self._flow.wake()


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
