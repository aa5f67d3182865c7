"""Telling agencies' systems how their referrals stand: a ledger with retries that survives their outage.

The body is an id and a state. Only hosts of the pack's list are called, over HTTPS, at public addresses, without
following redirects; the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import structlog
from chassis.errors import DomainError, Kind
from chassis.work import Runtime
from sqlalchemy import select
from sqlalchemy.orm import aliased

from intake.directory.model import Organisation
from intake.referrals.agencies import AgencyEndpoint, Callback
from intake.referrals.pack import ReferralsPack
from intake.referrals.region import finding
from intake.referrals.signing import sign, unlocked

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
TIMEOUT_SECONDS = 10.0
EVERY_SECONDS = 1.0
LEASE = timedelta(minutes=1)
log = structlog.get_logger(__name__)


class TargetRefusedError(Exception):
    """The address may not be called; the reason is a code."""


async def call_agencies_back(runtime: Runtime) -> None:
    """The worker's loop: tell what is due, until cancelled."""
    while True:
        if not await call_one_back(runtime):
            await asyncio.sleep(EVERY_SECONDS)


async def call_one_back(runtime: Runtime) -> bool:
    """One try of the callback due longest; whether there was one. Each referral's states leave in their order."""
    async with runtime.transaction() as unit:
        earlier = aliased(Callback)
        first = (
            ~select(earlier.id)
            .where(
                earlier.referral_id == Callback.referral_id,
                earlier.version < Callback.version,
                earlier.delivered_at.is_(None),
                earlier.gave_up_at.is_(None),
            )
            .exists()
        )
        due = (
            select(Callback)
            .where(
                Callback.delivered_at.is_(None), Callback.gave_up_at.is_(None), Callback.next_try_at <= unit.now, first
            )
            .order_by(Callback.next_try_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = await unit.session.scalar(due)
        if row is None:
            return False
        # Another worker keeps off while this one is on the line, and takes over should it die.
        row.next_try_at = unit.now + LEASE
        endpoint = await unit.session.scalar(
            select(AgencyEndpoint).where(AgencyEndpoint.organisation_id == row.organisation_id, AgencyEndpoint.active)
        )
        organisation = await unit.session.get(Organisation, row.organisation_id)
        code = organisation.code if organisation else None
    outcome = await _told(row, endpoint, code, runtime)
    await _note(row.id, outcome, runtime)
    return True


async def _told(row: Callback, endpoint: AgencyEndpoint | None, code: str | None, runtime: Runtime) -> str:
    if endpoint is None or endpoint.callback_url is None:
        return "no_endpoint"
    pack = finding(runtime).pack(row.region)
    body = json.dumps({"id": str(row.referral_id), "state": row.state, "version": row.version}).encode()
    secret = unlocked(endpoint.secret, endpoint.id, runtime.settings.key_encryption_key)
    # The id is the callback's own: a try that was heard but not answered is recognised by the receiver.
    headers = sign(secret, str(row.id), runtime.clock.now(), body) | {"content-type": "application/json"}
    try:
        check_url(endpoint.callback_url, code, pack)
        return await post(endpoint.callback_url, body, headers, allow_private=pack.callbacks.allow_private)
    except TargetRefusedError as error:
        return str(error)
    except DomainError as error:
        return error.slug
    except httpx.TimeoutException:
        return "timeout"
    except (httpx.HTTPError, OSError):
        return "unreachable"


async def _note(callback_id: UUID, outcome: str, runtime: Runtime) -> None:
    async with runtime.transaction() as unit:
        row = await unit.session.get_one(Callback, callback_id, with_for_update=True)
        row.attempts, row.outcome = row.attempts + 1, outcome
        limit = timedelta(hours=finding(runtime).pack(row.region).callbacks.give_up_hours)
        if outcome.startswith("2"):
            row.delivered_at = unit.now
        elif outcome == "no_endpoint" or unit.now - row.created_at >= limit:
            row.gave_up_at = unit.now
            log.warning("callback given up", callback=str(row.id), outcome=outcome)
        else:
            row.next_try_at = unit.now + min(FIRST_RETRY * 2 ** min(row.attempts, 12), LONGEST_RETRY)


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
