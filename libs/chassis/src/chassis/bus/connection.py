"""The connection to NATS: reconnects for ever, replies under the service's own inbox prefix."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from nats.aio.client import Client

log = structlog.get_logger(__name__)


async def connect(url: str, name: str, *, inbox: str | None = None) -> Client:
    """Connect and stay connected.

    Args:
        url: ``nats://user:password@host:port``.
        name: shown in the server's monitoring.
        inbox: the user whose replies these are; the user of the address when omitted.

    Raises:
        nats.errors.Error, OSError: the server cannot be reached or refuses us now.
    """
    user = inbox or urlsplit(url.split(",")[0]).username or name
    client = Client()

    async def on_disconnect() -> None:
        # our own close is no news
        if not client.is_closed:
            log.warning("bus disconnected")

    await client.connect(
        url,
        name=name,
        inbox_prefix=f"_INBOX_{user}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type]  # nats-py sleeps that long, whole or not
        connect_timeout=2,
        ping_interval=5,
        max_outstanding_pings=2,
        # What is published while the server is away waits here; the relay's ids make its resending harmless.
        pending_size=8 * 1024 * 1024,
        error_cb=_on_error,
        disconnected_cb=on_disconnect,
        reconnected_cb=_on_reconnect,
    )
    return client


async def _on_error(error: Exception) -> None:
    # A refused publish is only a timeout to its caller; the reason appears here alone.
    log.warning("bus error", error=type(error).__name__, detail=str(error))


async def _on_reconnect() -> None:
    log.info("bus connected again")
