"""Door to an agency's system: its address is checked, then the signed message is posted."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
from chassis.errors import DomainError, Kind

from intake.finding.referrals_pack import ReferralsPack


class TargetRefusedError(Exception):
    """The address may not be called; the reason is a code."""


def check_url(url: str, organisation_code: str | None, pack: ReferralsPack) -> None:
    """Refuse a callback address that is not of the pack's list: ``callback_refused``."""
    partner = pack.partner(organisation_code)
    parts = urlsplit(url)
    plain = parts.scheme == "https" or (pack.callbacks.allow_private and parts.scheme == "http")
    listed = partner is not None and parts.hostname in partner.callback_hosts
    if not (plain and listed) or parts.username or parts.password or parts.fragment:
        raise DomainError(
            "callback_refused",
            Kind.INVALID,
            ru="Этот адрес не из списка региона: нужен https и узел из referrals.yaml.",
            en="The address is not of the region's list: https and a host of referrals.yaml are needed.",
            field="callback_url",
        )


async def post(url: str, body: bytes, headers: dict[str, str], *, allow_private: bool) -> str:
    """Send one message to the address the name stands for now; the HTTP status as text."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = await _address(host, port, allow_private)
    literal = f"[{address}]" if ":" in address else address
    pinned = parts._replace(netloc=f"{literal}:{port}").geturl()
    extensions: dict[str, Any] = {"sni_hostname": host} if parts.scheme == "https" else {}
    sent = {**headers, "host": host if parts.port is None else f"{host}:{port}"}
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        request = client.build_request("POST", pinned, content=body, headers=sent, extensions=extensions)
        # The answer's body is nobody's business here: only its status is read.
        response = await client.send(request, stream=True)
        await response.aclose()
        return str(response.status_code)


async def _address(host: str, port: int, allow_private: bool) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    if not allow_private and any(not ipaddress.ip_address(address).is_global for address in addresses):
        raise TargetRefusedError("private_address")
    return addresses[0]


TIMEOUT_SECONDS = 10.0
