"""E-mail over SMTP. What the outcome means depends on how far the dialogue had come when it broke off."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from typing import NamedTuple
from uuid import UUID

import aiosmtplib
from chassis.clock import Clock

from notifications.channels.letter import Letter, NotNow, Outcome, Refused, Taken, Unclear

# The newer policies parse and fold every header as a tree: ten times the processor time of a letter with Russian names.
_POLICY = compat32.clone(linesep="\r\n")
_QUEUED = re.compile(r"queued as ([A-Za-z0-9.-]{1,64})", re.IGNORECASE)
_GREETING_SECONDS = 45.0
"""For everything before the content; with twice the longest answer after it a delivery stays under two minutes."""
_BYE_SECONDS = 2.0
_LOST = (aiosmtplib.SMTPException, OSError, TimeoutError)


class MailServer(NamedTuple):
    """Where letters are handed over, and as whom. ``tls``: ``auto``, ``starttls`` or ``tls``."""

    host: str
    port: int
    from_address: str
    tls: str
    username: str | None
    password: str | None
    timeout_seconds: float


def compose(letter: Letter, message_id: UUID, sender: str, from_address: str, clock: Clock) -> Message:
    """The mail: plain text and HTML. Its Message-ID is the message's own id, the same at every attempt.

    Raises ``ValueError``, ``IndexError`` or ``MessageError`` for an address or name that fits no header.
    """
    mail = MIMEMultipart("alternative", policy=_POLICY)
    mail["From"] = _mailbox(sender, from_address)
    mail["To"] = _mailbox(letter.name, letter.address)
    mail["Subject"] = _folded(letter.words.subject, "Subject")
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message_id}@{from_address.rpartition('@')[2]}>"
    mail["Content-Language"] = "ru"
    mail["Auto-Submitted"] = "auto-generated"
    # base64: not every server on the way takes eight bits
    mail.attach(MIMEText(letter.words.text, "plain", "utf-8"))
    mail.attach(MIMEText(letter.words.html, "html", "utf-8"))
    return mail


def _mailbox(name: str, address: str) -> str:
    known = Address(addr_spec=address)
    return f"{_folded(name, 'From')} <{known.addr_spec}>" if name else known.addr_spec


def _folded(words: str, header: str) -> str:
    if len(words.splitlines()) > 1:
        raise ValueError("a header is one line")
    return Header(words, "utf-8", header_name=header).encode(linesep="\r\n")


async def deliver(letter: Letter, message_id: UUID, sender: str, server: MailServer, clock: Clock) -> Outcome:
    """Hand one letter to the mail server. Does not raise for anything the server or the network does.

    Until the content is offered (DATA) a broken dialogue means "not taken"; after it nobody can tell.
    """
    try:
        mail = compose(letter, message_id, sender, server.from_address, clock)
        content, recipient = mail.as_bytes(), letter.address.encode("ascii").decode()
    except (ValueError, IndexError, MessageError):
        # which of them the standard library raises depends on how the address is malformed
        return Refused("address_invalid")
    try:
        async with _dialogue(server) as client:
            refusal = await _address(client, server.from_address, recipient)
            return refusal or await _offer(client, content)
    except _LOST:
        return NotNow("channel_unavailable")


async def _address(client: aiosmtplib.SMTP, sender: str, recipient: str) -> Outcome | None:
    async with asyncio.timeout(_GREETING_SECONDS):
        await client.connect()
        await client.mail(sender)
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as refusal:
            return _refusal(refusal.code, "address_refused")
    return None


async def _offer(client: aiosmtplib.SMTP, content: bytes) -> Outcome:
    try:
        answer = await client.data(content)
    except aiosmtplib.SMTPDataError as refusal:
        return _refusal(refusal.code, "content_refused")
    except _LOST:
        return Unclear()
    queued = _QUEUED.search(answer.message)
    # The rest of the answer may quote the address.
    return Taken(queued[1] if queued else None)


@contextlib.asynccontextmanager
async def _dialogue(server: MailServer) -> AsyncIterator[aiosmtplib.SMTP]:
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=server.timeout_seconds,
        use_tls=server.tls == "tls",
        start_tls={"auto": None, "starttls": True, "tls": False}[server.tls],
        username=server.username,
        password=server.password,
    )
    try:
        yield client
    finally:
        # The outcome is known; how the goodbye goes changes nothing.
        with contextlib.suppress(*_LOST):
            await client.quit(timeout=_BYE_SECONDS)
        client.close()


def _refusal(code: int, reason_code: str) -> Outcome:
    return Refused(reason_code) if code >= 500 else NotNow("channel_unavailable")
