"""The feed behind the replica of authority: the built-in subscriber of every service, and its sign of life."""

from __future__ import annotations

import asyncio

import structlog
from contracts.event import Envelope
from contracts.intake import PrincipalChanged
from nats.aio.client import Client

from chassis.access.authority import BEAT_SECONDS, AuthorityReplica, authority_row
from chassis.access.tokens import Principal
from chassis.bus.consumer import Consumer
from chassis.bus.router import EventRouter
from chassis.failures import describe
from chassis.work.unit import Unit

log = structlog.get_logger(__name__)

authority_events = EventRouter()
"""The built-in subscriber of every service."""


@authority_events.on(PrincipalChanged, ordered=False)
async def principal_changed(event: PrincipalChanged, envelope: Envelope, unit: Unit) -> None:
    """Replace the known state of the principal; an older fact changes nothing."""
    principal = Principal(id=event.principal_id, **event.model_dump(exclude={"principal_id", "active"}))
    await authority_row(
        unit.session, principal, active=event.active, changed_at=envelope.time, sequence=envelope.sequence
    )


class Feed:
    """Watches the durable of the replica: the bus answers, and waiting changes get through."""

    def __init__(self, replica: AuthorityReplica, bus: Client, consumer: Consumer) -> None:
        self._replica, self._jetstream = replica, bus.jetstream(timeout=BEAT_SECONDS)
        self._stream, self._durable = consumer.subscription.stream, consumer.name
        self._floor = -1

    async def run(self) -> None:
        """Beat while the feed is alive, until cancelled."""
        while True:
            try:
                if await self._alive():
                    await self._replica.beat()
            except Exception as error:
                log.warning("authority feed silent", error=describe(error))
            await asyncio.sleep(BEAT_SECONDS)

    async def _alive(self) -> bool:
        info = await self._jetstream.consumer_info(self._stream, self._durable)
        floor = info.ack_floor.stream_seq if info.ack_floor else 0
        moved, self._floor = floor != self._floor, floor
        return moved or not (info.num_pending or info.num_ack_pending)
