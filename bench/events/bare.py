"""The measuring stick of the doors: the same pull subscription and the same consumer, with nothing in between."""

from __future__ import annotations

import contextlib

from chassis.bus.consumer import Consumer
from chassis.bus.doors import BATCH
from chassis.bus.incoming import read
from chassis.bus.pull import Pull
from nats.aio.client import Client
from nats.aio.msg import Msg


class BareLoop:
    """Pulls, lets the consumer commit, tells the bus. No watchdog, no sign of life, no second start."""

    def __init__(self, bus: Client, consumer: Consumer) -> None:
        self._consumer = consumer
        self._flow = Pull(bus, consumer.subscription.stream, consumer.name, BATCH)
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`; the batch in hand is finished first."""
        await self._flow.open()
        try:
            while not self._stopping:
                if messages := await self._flow.next():
                    await self._take(messages)
        finally:
            with contextlib.suppress(Exception):
                await self._flow.close()

    def stop(self) -> None:
        """Ask the loop to end."""
        self._stopping = True
        self._flow.wake()

    async def _take(self, messages: list[Msg]) -> None:
        own = self._consumer.subscription
        batch = [
            read(message, own, message.metadata.sequence.stream, deliveries=message.metadata.num_delivered)
            for message in messages
        ]
        settlement = await self._consumer.take(batch)
        for incoming in settlement.done:
            assert isinstance(incoming.message, Msg)
            await incoming.message.ack()
        for incoming, delay in settlement.later:
            assert isinstance(incoming.message, Msg)
            await incoming.message.nak(delay)
