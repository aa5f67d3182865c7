"""Pull requests to one durable, kept topped up: messages flow in while earlier ones are being handled.

nats-py's ``fetch`` starts two tasks for every message and can lose a batch to a timeout it raises itself; with a plain
subscription and our own requests neither happens, and the next messages are here before they are asked for.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

EXPIRES_SECONDS = 5.0
_SLACK_SECONDS = 1.0


class Pull:
    """An open flow of messages of one durable. ``batch``: most messages per request and per `next`."""

    def __init__(self, bus: Client, stream: str, durable: str, batch: int) -> None:
        self._bus = bus
        self._request_subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._batch = batch
        self._inbox = bus.new_inbox()
        self._subscription: Subscription | None = None
        self._arrived: deque[Msg] = deque()
        self._something = asyncio.Event()
        self._expected = 0
        self._heard_at = time.monotonic()
        self._refusal: str | None = None

    async def open(self) -> None:
        """Subscribe; messages come once `next` asks."""
        self._subscription = await self._bus.subscribe(self._inbox, cb=self._receive)

    async def close(self) -> None:
        """Stop the flow and give back what arrived and was not taken."""
        if self._subscription:
            await self._subscription.unsubscribe()
        while self._arrived:
            await self._arrived.popleft().nak()

    def wake(self) -> None:
        """Let a waiting `next` return at once."""
        self._something.set()

    async def next(self) -> list[Msg]:
        """The messages that have arrived, at most a batch. Waits a few seconds for the first; empty after that.

        Raises:
            ConnectionError: the server refused, for example because the durable is gone.
        """
        await self._top_up()
        if not self._arrived:
            self._something.clear()
            try:
                await asyncio.wait_for(self._something.wait(), EXPIRES_SECONDS)
            except TimeoutError:
                return []
        if self._refusal:
            raise ConnectionError(self._refusal)
        return [self._arrived.popleft() for _ in range(min(len(self._arrived), self._batch))]

    async def _top_up(self) -> None:
        if time.monotonic() - self._heard_at > EXPIRES_SECONDS + _SLACK_SECONDS:
            self._expected = 0  # a request lost with the connection is never answered
        if self._expected + len(self._arrived) <= self._batch // 2:
            wish = {"batch": self._batch, "expires": int(EXPIRES_SECONDS * 1e9)}
            self._expected += self._batch
            self._heard_at = time.monotonic()
            await self._bus.publish(self._request_subject, json.dumps(wish).encode(), reply=self._inbox)

    async def _receive(self, message: Msg) -> None:
        self._heard_at = time.monotonic()
        status = (message.headers or {}).get("Status") if not message.data else None
        if status is None:
            self._expected = max(0, self._expected - 1)
            self._arrived.append(message)
        else:
            self._request_ended(status, message.headers or {})
        self._something.set()

    def _request_ended(self, status: str, headers: dict[str, str]) -> None:
        """408 and 409 close one request and say how much of it stays unfilled; 503 means there is no such durable."""
        unfilled = int(headers.get("Nats-Pending-Messages", self._expected))
        self._expected = max(0, self._expected - unfilled)
        if status == "503" or "Consumer Deleted" in headers.get("Description", ""):
            self._refusal = f"pull refused: {status} {headers.get('Description', 'no such durable')}"
