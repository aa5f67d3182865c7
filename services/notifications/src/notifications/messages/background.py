"""The loop that hands planned messages to their channel. The ledger is written before and after, never around it.

claim (commit) → channel → settle (commit). A crash in between leaves the row ``sending``; two minutes later it is
``unknown`` and waits for a person.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

import structlog
from chassis.data.context import Cause
from chassis.errors import DomainError, Kind
from chassis.failures import describe
from chassis.work import Runtime, Unit
from contracts.identifiers import MessageChannel
from contracts.personal import Contact
from contracts.sealed import BrokenSealError
from sqlalchemy import select

from notifications.channels import email, sms
from notifications.channels.letter import Letter, NotNow, Outcome, Refused, Taken, Unclear
from notifications.messages.commands.plan_message import pack_for, sendable_from, zone_of
from notifications.messages.commands.write_letter import seal_letter, write_letter
from notifications.messages.model import Message, MessageState
from notifications.preferences.commands import family_of, open_contact
from notifications.preferences.model import Family
from notifications.settings import Settings

TOGETHER = 5
EVERY_SECONDS = 0.5
LOST_AFTER = timedelta(minutes=2)
"""Longer than the longest delivery (see `notifications.channels.email`)."""
SETTLE_TRIES = 5
SETTLE_PAUSE_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message about to be handed over. Its row says ``sending`` by now."""

    message_id: UUID
    number: int
    sender: str
    region: str
    channel: MessageChannel
    letter: Letter
    cause: Cause


async def send_messages(runtime: Runtime) -> None:
    """Send what is due until cancelled; letters in hand are finished first."""
    while True:
        round_ = asyncio.create_task(send_due(runtime))
        tried = 0
        try:
            tried = await asyncio.shield(round_)
        except asyncio.CancelledError:
            await asyncio.wait([round_])
            raise
        except Exception as error:
            log.warning("sending failed", error=describe(error))
        await asyncio.sleep(0 if tried == TOGETHER else EVERY_SECONDS)


async def send_due(runtime: Runtime) -> int:
    """One round: list what was lost track of, then try the next few that are due; how many were tried."""
    await list_lost(runtime)
    due = await _due(runtime)
    await asyncio.gather(*(_try(runtime, *one) for one in due))
    return len(due)


async def list_lost(runtime: Runtime) -> int:
    """Mark what has been in the channel's hands for too long as unknown; how many."""
    async with runtime.transaction() as unit:
        since = unit.now - LOST_AFTER
        lost = select(Message).where(Message.state == MessageState.SENDING, Message.sending_since < since)
        messages = (await unit.session.scalars(lost.with_for_update(skip_locked=True))).all()
        for message in messages:
            message.lose_track()
            log.error("message outcome unknown", message=str(message.id), kind=message.kind)
    return len(messages)


async def _due(runtime: Runtime) -> list[tuple[UUID, Cause]]:
    async with runtime.transaction() as unit:
        ready = select(Message.id, Message.correlation_id).where(
            Message.state == MessageState.PLANNED, Message.planned_for <= unit.now
        )
        rows = await unit.session.execute(ready.order_by(Message.planned_for).limit(TOGETHER))
        return [(row.id, Cause(row.correlation_id)) for row in rows]


async def _try(runtime: Runtime, message_id: UUID, cause: Cause) -> None:
    try:
        attempt = await claim_message(runtime, message_id, cause)
    except Exception as error:
        log.error("message not written", message=str(message_id), error=describe(error))
        await _put_off(runtime, message_id, cause)
        return
    if attempt is not None:
        await settle_attempt(runtime, attempt, await hand_over(runtime, attempt))


async def claim_message(runtime: Runtime, message_id: UUID, cause: Cause) -> Attempt | None:
    """Write the letter, seal it for proof and commit ``sending``; None where it is not to be sent now."""
    async with runtime.transaction(cause=cause) as unit:
        message = await unit.session.scalar(
            select(Message)
            .where(Message.id == message_id, Message.state == MessageState.PLANNED)
            .with_for_update(skip_locked=True)
        )
        return None if message is None else await _prepare(message, unit, cause)


async def _prepare(message: Message, unit: Unit, cause: Cause) -> Attempt | None:
    family = await family_of(unit, message.child_id)
    contact = await _contact(message, family, unit) if _timely(message, family, unit) else None
    if contact is None:
        return None
    channel = _channel(message, contact, unit)
    if channel is None:
        return None
    pack = pack_for(unit, message.region)
    letter = await write_letter(message, channel, contact, zone_of(unit, family), unit)
    message.begin(channel, await seal_letter(letter, message, family, unit), pack.library.version, unit.now)
    return Attempt(message.id, message.attempts, pack.rules.sender, message.region, channel, letter, cause)


def _channel(message: Message, contact: Contact, unit: Unit) -> MessageChannel | None:
    """The channel asked for; by text message also to whom we have no mail address of (D1-16, D1-17)."""
    if message.channel is MessageChannel.EMAIL and contact.email:
        return MessageChannel.EMAIL
    if message.region in _settings(unit).sms_gateways and contact.phone:
        return MessageChannel.SMS
    missing = "no_address" if message.channel is MessageChannel.EMAIL or not contact.phone else "no_gateway"
    (message.cancel if message.kind.courtesy else message.fail)(missing)
    return None


def _settings(where: Unit | Runtime) -> Settings:
    return cast("Settings", where.settings)


def _timely(message: Message, family: Family, unit: Unit) -> bool:
    useless_after = message.facts.useless_after
    if useless_after is not None and unit.now >= useless_after:
        # Who was only to be reminded knows already; who was not told at all needs a person's call.
        (message.cancel if message.kind.reminds else message.fail)("too_late")
        return False
    allowed = sendable_from(message.kind, unit.now, pack_for(unit, message.region), zone_of(unit, family))
    if allowed > unit.now:
        message.wait_until(allowed)
    return allowed <= unit.now


async def _contact(message: Message, family: Family, unit: Unit) -> Contact | None:
    try:
        return await open_contact(family, unit)
    except BrokenSealError:
        message.fail("contact_unreadable")
    except DomainError as error:
        if error.kind is Kind.GONE:
            message.cancel("person_erased")
        else:
            message.not_ready(error.slug, unit.now)
    return None


async def hand_over(runtime: Runtime, attempt: Attempt) -> Outcome:
    """Outside of any transaction: the one effect that cannot be taken back."""
    settings = _settings(runtime)
    try:
        if attempt.channel is MessageChannel.SMS:
            gateway = settings.sms_gateways[attempt.region]
            return await sms.deliver(attempt.letter, attempt.message_id, gateway)
        return await email.deliver(
            attempt.letter, attempt.message_id, attempt.sender, settings.mail_server, runtime.clock
        )
    except Exception as error:
        # A fault of ours at an unknown point of the dialogue: a person looks, nothing is sent again.
        log.error("delivery broke", message=str(attempt.message_id), error=describe(error))
        return Unclear()


async def settle_attempt(runtime: Runtime, attempt: Attempt, outcome: Outcome) -> None:
    """Write down what came of it. A database that is away for a moment must not make it unknown."""
    for left in reversed(range(SETTLE_TRIES)):
        try:
            await _settle(runtime, attempt, outcome)
            return
        except Exception as error:
            log.warning("outcome not written down", message=str(attempt.message_id), error=describe(error))
            if not left:
                return
        await asyncio.sleep(SETTLE_PAUSE_SECONDS)


async def _settle(runtime: Runtime, attempt: Attempt, outcome: Outcome) -> None:
    async with runtime.transaction(cause=attempt.cause) as unit:
        message = await unit.session.scalar(select(Message).where(Message.id == attempt.message_id).with_for_update())
        if message is None or message.attempts != attempt.number or message.sent_at:
            return  # somebody has decided otherwise meanwhile
        match outcome:
            case Taken(reference):
                message.taken(attempt.channel, reference, unit.now)
            case NotNow(reason_code) if message.state is not MessageState.PLANNED:
                message.try_again(reason_code, unit.now)
            case Refused(reason_code):
                message.fail(reason_code)
            case Unclear() if message.state is MessageState.SENDING:
                message.lose_track()
        log.info("message tried", message=str(message.id), kind=message.kind, state=message.state)


async def _put_off(runtime: Runtime, message_id: UUID, cause: Cause) -> None:
    async with runtime.transaction(cause=cause) as unit:
        message = await unit.session.scalar(select(Message).where(Message.id == message_id).with_for_update())
        if message is not None and message.state is MessageState.PLANNED:
            message.not_ready("not_written", unit.now)
