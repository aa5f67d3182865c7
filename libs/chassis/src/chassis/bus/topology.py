"""Makes streams, durables and buckets in one step, and reports differences from the expected topology.

Only the bootstrap user may change any of it; services verify at start and refuse to run on something else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.catalogue import stream
from nats.aio.client import Client
from nats.errors import TimeoutError as BusTimeoutError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ReplayPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from chassis.bus.router import EventRouter, Subscription, subscriptions

DUPLICATE_WINDOW_SECONDS = 600
ACK_WAIT_SECONDS = 10
"""After so long the messages in the hands of a killed worker go to another; a living one says that it is at work."""
MOST_UNACKNOWLEDGED = 1000
KEYS_BUCKET = "keys"
ANSWER_SECONDS = 3
_DENIED = "permissions violation"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Upper limits in bytes (a full stream refuses, it never drops) and the number of copies."""

    events: int = 1 << 30
    keys: int = 64 << 20
    blobs: int = 1 << 30
    replicas: int = 1


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything JetStream has to hold: streams by configuration, durables with the stream they read."""

    streams: tuple[StreamConfig, ...] = ()
    consumers: tuple[tuple[str, ConsumerConfig], ...] = field(default=())


def topology(
    producers: Iterable[str], routers: Mapping[str, Sequence[EventRouter]], sizes: Sizes | None = None
) -> Topology:
    """The topology of all services: their streams, blob stores, the key bucket, and a durable per subscription.

    ``routers``: the event routers of each service, by service name.
    """
    sizes = sizes or Sizes()
    streams = [event_stream(producer, sizes) for producer in producers]
    streams += [blob_stream(service, sizes) for service in routers]
    streams.append(key_stream(sizes))
    consumers = [
        (subscription.stream, durable(service, subscription))
        for service, own in routers.items()
        for subscription in subscriptions(own)
    ]
    return Topology(tuple(streams), tuple(consumers))


def of_service(
    service: str, routers: Sequence[EventRouter], *, publishes: bool, sizes: Sizes | None = None
) -> Topology:
    """The part one service depends on and verifies at start."""
    sizes = sizes or Sizes()
    streams = (event_stream(service, sizes),) if publishes else ()
    consumers = tuple((one.stream, durable(service, one)) for one in subscriptions(routers))
    return Topology(streams, consumers)


def event_stream(producer: str, sizes: Sizes) -> StreamConfig:
    """Facts of one service, for ever: no age limit, nothing can be deleted or purged, a full stream refuses."""
    return StreamConfig(
        name=stream(producer),
        subjects=[f"evt.{producer}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=0,
        max_msgs=-1,
        max_bytes=sizes.events,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        num_replicas=sizes.replicas,
        deny_delete=True,
        deny_purge=True,
        allow_atomic=True,
        allow_direct=True,
    )


def key_stream(sizes: Sizes) -> StreamConfig:
    """The key bucket. Deletion is allowed: erasing a person overwrites the key's bytes (STREAM.MSG.DELETE)."""
    return StreamConfig(
        name=f"KV_{KEYS_BUCKET}",
        subjects=[f"$KV.{KEYS_BUCKET}.>"],
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_msgs_per_subject=1,
        max_bytes=sizes.keys,
        num_replicas=sizes.replicas,
        duplicate_window=120,
        allow_rollup_hdrs=True,
        allow_direct=True,
        deny_delete=False,
    )


def blob_stream(service: str, sizes: Sizes) -> StreamConfig:
    """The object store of one service."""
    bucket = f"blobs_{service}"
    return StreamConfig(
        name=f"OBJ_{bucket}",
        subjects=[f"$O.{bucket}.C.>", f"$O.{bucket}.M.>"],
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_bytes=sizes.blobs,
        num_replicas=sizes.replicas,
        duplicate_window=120,
        allow_rollup_hdrs=True,
        allow_direct=True,
    )


def durable(service: str, subscription: Subscription) -> ConsumerConfig:
    """A pull consumer that never gives a message up: attempts are counted in the service's own table."""
    name = subscription.durable(service)
    return ConsumerConfig(
        name=name,
        durable_name=name,
        deliver_policy=DeliverPolicy.ALL,
        replay_policy=ReplayPolicy.INSTANT,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=MOST_UNACKNOWLEDGED,
        filter_subject=subscription.filter_subject,
    )


async def bootstrap(bus: Client, wanted: Topology) -> list[str]:
    """Create missing parts and correct differing ones; the names of the parts touched. Repeatable."""
    js = bus.jetstream(timeout=15)
    touched = []
    for config in wanted.streams:
        if await _stream_differences(js, config):
            await _put_stream(js, config)
            touched.append(str(config.name))
    for stream_name, consumer in wanted.consumers:
        if await _consumer_differences(js, stream_name, consumer):
            await js.add_consumer(stream_name, consumer)
            touched.append(str(consumer.durable_name))
    return touched


async def verify(bus: Client, wanted: Topology) -> list[str]:
    """Differences of the server, one sentence each; empty when there are none. Changes nothing.

    Raises:
        nats.errors.TimeoutError: the server does not answer.
    """
    js = bus.jetstream(timeout=ANSWER_SECONDS)
    found = []
    for config in wanted.streams:
        found += await _unless_denied(bus, _stream_differences(js, config))
    for stream_name, consumer in wanted.consumers:
        found += await _unless_denied(bus, _consumer_differences(js, stream_name, consumer))
    return found


async def _unless_denied(bus: Client, differences: Awaitable[list[str]]) -> list[str]:
    """A question the user may not ask is answered by silence; why, the connection has heard beside it."""
    earlier = bus.last_error
    try:
        return await differences
    except BusTimeoutError:
        heard = bus.last_error
        if heard is None or heard is earlier or _DENIED not in str(heard):
            raise
        return [f"the user's permissions are too narrow: {heard}"]


async def _put_stream(js: JetStreamContext, config: StreamConfig) -> None:
    try:
        await js.stream_info(str(config.name))
    except NotFoundError:
        await js.add_stream(config)
    else:
        await js.update_stream(config)


async def _stream_differences(js: JetStreamContext, wanted: StreamConfig) -> list[str]:
    try:
        info = await js.stream_info(str(wanted.name))
    except NotFoundError:
        return [f"stream {wanted.name} is missing"]
    return _differences(f"stream {wanted.name}", wanted, info.config, _SIZES)


async def _consumer_differences(js: JetStreamContext, stream_name: str, wanted: ConsumerConfig) -> list[str]:
    try:
        info = await js.consumer_info(stream_name, str(wanted.durable_name))
    except NotFoundError:
        return [f"durable {wanted.durable_name} is missing on {stream_name}"]
    # A durable restored from the middle of its stream is an operator's decision; the consumer allows for it.
    return _differences(f"durable {wanted.durable_name}", wanted, info.config, {"deliver_policy"})


# How large and how many is the installation's choice; bounded and refusing when full is not.
_SIZES = {"max_bytes", "num_replicas"}


def _differences(what: str, wanted: Any, actual: Any, free: set[str]) -> list[str]:
    found = []
    for name, value in vars(wanted).items():
        present = getattr(actual, name)
        if value is not None and name not in free and (present or None) != (value or None):
            found.append(f"{what}: {name} is {present!r}, must be {value!r}")
    if getattr(actual, "max_bytes", 1) == -1:
        found.append(f"{what}: max_bytes is unlimited")
    if getattr(actual, "backoff", None):
        found.append(f"{what}: backoff replaces ack_wait")
    return found
