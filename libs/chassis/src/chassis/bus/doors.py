"""The doors of a service on the bus: FastStream runs one batch subscriber per durable, on our connection.

FastStream brings broker, subscribers, middlewares, graceful stop, AsyncAPI and the test broker. Transaction, inbox,
order, parking and dead letters are `chassis.bus.consumer`'s, since FastStream has none of them; the pull subscription
is `chassis.bus.pull`'s, since the one of nats-py can lose a batch to a time-out it raises itself. The connection is
adopted from `chassis.bus.connection`: FastStream's own gives up for ever when a server refuses one reconnect.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Union

import nats.errors
import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from faststream.specification import AsyncAPI
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DeliverPolicy

from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.incoming import read
from chassis.bus.ordering import Incoming
from chassis.bus.pull import Pull
from chassis.bus.router import Subscription
from chassis.failures import describe

log = structlog.get_logger(__name__)

BATCH = 200
ANSWER_SECONDS = 5.0
IN_PROGRESS_SECONDS = 3.0
STUCK_SECONDS = 30.0
BACK_OFF_SECONDS = 1.0
GRACE_SECONDS = 10.0
_AT_ONCE = 0.001
"""FastStream's own wait, which must be above zero: `Flow.fetch` does the waiting."""

Take = Callable[[Any], Awaitable[None]]
Decode = Callable[[NatsBatchMessage], Awaitable[list[Incoming]]]


class ServiceBroker(NatsBroker):
    """FastStream's broker of one service: a door per consumer, on a connection that reconnects for ever.

    Args:
        bus: the connection of `chassis.bus.connection.connect`; FastStream neither opens nor drains it.
        batch: most messages a door takes at once.
        middlewares: FastStream's own (OpenTelemetry, Prometheus); each runs once per batch.
    """

    def __init__(
        self, bus: Client, consumers: Sequence[Consumer], *, batch: int = BATCH, middlewares: Sequence[Any] = ()
    ) -> None:
        # no logger: FastStream would log an exception's own words, which may quote rows; `_settle` tells what failed
        super().__init__(
            "nats://adopted", logger=None, apply_types=False, graceful_timeout=GRACE_SECONDS, middlewares=middlewares
        )
        self._bus, self._consumers, self._batch = bus, consumers, batch
        for consumer in consumers:
            own = consumer.subscription
            _declare(self, own, consumer.name, batch, _decoder(own), _taker(consumer))

    async def _connect(self) -> Client:
        self.config.connect(self._bus)
        self.config.connection_state.connect(self._bus, Binding(self._bus, self._consumers, self._batch))
        return self._bus

    async def close_doors(self) -> None:
        """Stop taking messages after the batches in hand. The connection stays open for its other users."""
        await asyncio.gather(*(door.stop() for door in self.subscribers))


class Binding(JetStreamContext):
    """Binds doors to the durables that stand. Nothing is declared and nothing is rewritten: that is bootstrap's."""

    def __init__(self, bus: Client, consumers: Iterable[Consumer], batch: int) -> None:
        super().__init__(bus, timeout=ANSWER_SECONDS)
        self._bus, self._batch = bus, batch
        self._consumers = {consumer.name: consumer for consumer in consumers}

    async def pull_subscribe(self, *_: Any, **options: Any) -> Any:
        """Called by FastStream in the place of nats-py's method; the durable is looked up at the first fetch."""
        return Flow(self._bus, self, self._consumers[options["durable"]], self._batch)


class Flow:
    """The source of FastStream's batch loop: a `Pull`, made anew when the pull fails or only looks alive."""

    def __init__(self, bus: Client, js: JetStreamContext, consumer: Consumer, batch: int) -> None:
        self._bus, self._js, self._consumer, self._batch = bus, js, consumer, batch
        self._pull: Pull | None = None
        self._moved_at, self._closed = time.monotonic(), False

    async def fetch(self, batch: int, timeout: float | None = None) -> list[Msg]:  # noqa: ARG002, ASYNC109
        """The next batch, however long that takes; FastStream calls again at once.

        An error that left this method would restart FastStream's loop without a pause, so none does.
        """
        if batch < self._batch:
            # FastStream tops up the batch it has in hand; a lone message must not wait for company
            raise nats.errors.TimeoutError
        while not self._closed:
            try:
                messages = await self._next()
            except Exception as error:
                log.warning("pull failed", consumer=self._consumer.name, error=describe(error))
                await self._end()
                await asyncio.sleep(BACK_OFF_SECONDS)
                continue
            if messages and not self._closed:
                return messages
            for message in messages:
                # FastStream has begun to stop and would drop them until ack_wait
                await message.nak()
        await asyncio.sleep(BACK_OFF_SECONDS)  # until FastStream cancels its loop
        return []

    async def unsubscribe(self) -> None:
        """Called by FastStream when it stops, after the batch in hand."""
        self._closed = True
        await self._end()

    async def _next(self) -> list[Msg]:
        pull = self._pull or await self._open()
        messages = await pull.next()
        if messages:
            self._moved_at = time.monotonic()
        elif time.monotonic() - self._moved_at > STUCK_SECONDS:
            await self._complain_if_stuck()
        return messages

    async def _open(self) -> Pull:
        stream, name = self._consumer.subscription.stream, self._consumer.name
        info = await self._js.consumer_info(stream, name)
        self._consumer.from_first = info.config.deliver_policy == DeliverPolicy.ALL
        pull = Pull(self._bus, stream, name, self._batch)
        await pull.open()
        self._pull, self._moved_at = pull, time.monotonic()
        return pull

    async def _complain_if_stuck(self) -> None:
        """A pull subscription can look alive and be dead: after a while without movement make a new one."""
        if await pending(self._js, self._consumer):
            raise ConnectionError("messages wait and none comes")
        self._moved_at = time.monotonic()

    async def _end(self) -> None:
        pull, self._pull = self._pull, None
        if pull:
            with contextlib.suppress(Exception):
                await pull.close()


async def pending(js: JetStreamContext, consumer: Consumer) -> int:
    """Messages the durable has not been given yet, as the bus counts them now; raises while it does not answer."""
    info = await js.consumer_info(consumer.subscription.stream, consumer.name)
    return info.num_pending or 0


def received(service: str, subscriptions: Iterable[Subscription]) -> str:
    """The AsyncAPI document of what a service receives: an operation per durable, from the doors themselves."""
    broker = NatsBroker("nats://nats:4222", logger=None, apply_types=False)
    for own in subscriptions:
        _declare(broker, own, own.durable(service), BATCH, _decoder(own), _taker(None))
    described = AsyncAPI(broker, title=f"Marshrut {service}: what it receives", version="1").to_specification()
    # the broker keeps its doors in a set, so their order differs from run to run
    return json.dumps(json.loads(described.to_json()), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _declare(
    broker: NatsBroker, subscription: Subscription, durable: str, batch: int, decode: Decode, take: Take
) -> None:
    # for AsyncAPI alone: the wire carries single events, and nothing is injected
    take.__annotations__["batch"] = Union[tuple(subscription.events.values())]  # noqa: UP007
    broker.subscriber(
        subscription.filter_subject,
        stream=JStream(subscription.stream, declare=False),
        durable=durable,
        title=durable,
        description=f"Handled: {', '.join(sorted(event.type() for event in subscription.events.values()))}.",
        pull_sub=PullSub(batch, timeout=_AT_ONCE, batch=True),
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        decoder=decode,
    )(take)


def _decoder(subscription: Subscription) -> Decode:
    async def decode(message: NatsBatchMessage) -> list[Incoming]:
        return [_read(single, subscription) for single in message.raw_message]

    return decode


def _read(message: Msg, subscription: Subscription) -> Incoming:
    try:
        place = message.metadata
    except nats.errors.NotJSMessageError:  # from FastStream's test broker
        return read(message, subscription)
    return read(message, subscription, place.sequence.stream, deliveries=place.num_delivered)


def _taker(consumer: Consumer | None) -> Take:
    """The handler of a door; None for one that is only described."""

    async def take(batch: Any) -> None:
        if consumer:
            await _settle(consumer, batch)

    return take


async def _settle(consumer: Consumer, batch: Sequence[Incoming]) -> None:
    """Let the consumer commit the batch, then tell the bus. FastStream swallows what is raised here."""
    alive = asyncio.create_task(_keep_alive(batch))
    try:
        settlement = await consumer.take(batch)
    except Exception as error:
        # nothing is settled: the messages come back after ack_wait
        log.error("batch not taken", consumer=consumer.name, size=len(batch), error=describe(error))
        return
    finally:
        alive.cancel()
    # A message whose acknowledgement is lost comes back after ack_wait and is passed over.
    with contextlib.suppress(Exception):
        await _tell(settlement)


async def _tell(settlement: Settlement) -> None:
    for incoming in settlement.done:
        await _message(incoming).ack()
    for incoming, delay in settlement.later:
        await _message(incoming).nak(delay)


async def _keep_alive(batch: Sequence[Incoming]) -> None:
    """Tell the bus that a long batch is still being worked on."""
    while True:
        await asyncio.sleep(IN_PROGRESS_SECONDS)
        for incoming in batch:
            with contextlib.suppress(Exception):
                await _message(incoming).in_progress()


def _message(incoming: Incoming) -> Msg:
    assert isinstance(incoming.message, Msg)
    return incoming.message
