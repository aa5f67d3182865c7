"""Telling agencies' systems how their referrals stand: a ledger with retries that survives their outage.

The body is an id and a state. Only hosts of the pack's list are called, over HTTPS, at public addresses, without
following redirects; the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import httpx
import structlog
from chassis.errors import DomainError
from chassis.regions import Region
from chassis.work import Runtime, Unit
from sqlalchemy import select
from sqlalchemy.orm import aliased

from intake.agencies.commands.verify_message import sign, unlocked
from intake.agencies.model import AgencyEndpoint, Callback
from intake.agencies.target import TargetRefusedError, check_url, post
from intake.calendar_changes import Kept, follow
from intake.directory.model.directory import Organisation
from intake.finding.referrals_pack import ReferralsPack
from intake.referrals.commands import answer_referral
from intake.referrals.model.referral import Referral, ReferralState
from intake.terms import computed

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
EVERY_SECONDS = 1.0
LEASE = timedelta(minutes=1)
log = structlog.get_logger(__name__)


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
    pack = runtime.packs.of(ReferralsPack, row.region)
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
        limit = timedelta(hours=runtime.packs.of(ReferralsPack, row.region).callbacks.give_up_hours)
        if outcome.startswith("2"):
            row.delivered_at = unit.now
        elif outcome == "no_endpoint" or unit.now - row.created_at >= limit:
            row.gave_up_at = unit.now
            log.warning("callback given up", callback=str(row.id), outcome=outcome)
        else:
            row.next_try_at = unit.now + min(FIRST_RETRY * 2 ** min(row.attempts, 12), LONGEST_RETRY)


async def recompute_answer_terms(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, the terms of answer still running are computed again."""
    packs = runtime.packs.all(ReferralsPack)

    async def move(referral: Referral, region: Region, unit: Unit) -> None:
        found = computed(packs[region.code].terms.answer, referral.received_at, region, referral.territory)
        if referral.move_due(found, unit.now):
            await unit.timers.set(answer_referral.ANSWER_DUE, referral.id, referral.due_at)

    terms = {code: (pack.terms.answer,) for code, pack in packs.items()}
    await follow(runtime, Kept("referrals", terms, Referral, Referral.state == ReferralState.RECEIVED, move))
