"""Checks of the bus at start: a server that acknowledges before storing, or has foreign settings, is refused."""

from __future__ import annotations

from typing import Any

import httpx
from nats.aio.client import Client

from chassis.bus.topology import Topology, verify
from chassis.run.safety import UnsafeError

_OLDEST_SERVER = (2, 14)


async def refuse_unsafe_bus(bus: Client, wanted: Topology, *, monitor_url: str) -> None:
    """Check the server and everything of JetStream this service depends on.

    Args:
        bus: the service's own connection.
        wanted: what `chassis.bus.topology.of_service` says.
        monitor_url: address of the server's HTTP monitoring: clients cannot see ``sync_interval``.

    Raises:
        UnsafeError: with every reason.
    """
    found = [*await _unsafe_server(monitor_url), *await verify(bus, wanted)]
    if found:
        raise UnsafeError("NATS: " + "; ".join(found))


async def _unsafe_server(monitor_url: str) -> list[str]:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        answer = await client.get(f"{monitor_url.rstrip('/')}/varz")
        answer.raise_for_status()
        return unsafe_server(answer.json())


def unsafe_server(varz: dict[str, Any]) -> list[str]:
    """The faults of a server, judged by its ``/varz``."""
    store = varz.get("jetstream", {}).get("config", {})
    reasons = {
        "JetStream is off": not store,
        "sync_interval must be always: acknowledged events are lost in a power cut": not store.get("sync_always"),
        "max_file_store must be set": store.get("max_storage", 0) <= 0,
        f"server {varz.get('version')} is older than {'.'.join(map(str, _OLDEST_SERVER))}": _too_old(varz),
    }
    return [reason for reason, holds in reasons.items() if holds]


def _too_old(varz: dict[str, Any]) -> bool:
    major, minor = str(varz.get("version", "0.0")).split(".")[:2]
    return (int(major), int(minor)) < _OLDEST_SERVER
