"""Door to the point's mailbox over IMAP: a letter becomes an entry of the journal by itself (D1-15)."""

from __future__ import annotations

import asyncio
import imaplib
import re
import ssl
from types import TracebackType

import structlog
from chassis.failures import describe
from chassis.work import Runtime

from intake.enquiries.commands.incoming import take_letter
from intake.enquiries.letters import Letter, read_letter, unread
from intake.settings import IntakeSettings, Mailbox

SECONDS = 30
LARGEST_LETTER_BYTES = 30 * 1024 * 1024
SEEN = r"\Seen"
FLAGGED = rf"{SEEN} \Flagged"
"""Taken, and a person has to look at the letter itself."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
log = structlog.get_logger(__name__)


class Imap:
    """One session with the mail server; every call blocks, so it is made in a thread."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> Imap:
        box = self._mailbox
        if box.tls:
            context = ssl.create_default_context(cafile=str(box.ca_file) if box.ca_file else None)
            self._server: imaplib.IMAP4 = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=SECONDS)
        else:
            self._server = imaplib.IMAP4(box.host, box.port, timeout=SECONDS)
        try:
            self._server.login(box.user, box.password.get_secret_value())
            self._server.select(box.folder)
        except BaseException:
            self._server.shutdown()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.logout()

    def unseen(self) -> list[str]:
        """The letters nobody has taken yet."""
        _, found = self._server.uid("SEARCH", "UNSEEN")
        return [uid.decode() for uid in (found[0] or b"").split()]

    def fetch(self, uid: str) -> bytes | None:
        """A letter without marking it; None where it is too large to be read."""
        _, size = self._server.uid("FETCH", uid, "(RFC822.SIZE)")
        told = _SIZE.search(b" ".join(part if isinstance(part, bytes) else part[0] for part in size if part))
        if told and int(told[1]) > LARGEST_LETTER_BYTES:
            return None
        return self._part(uid, "BODY.PEEK[]")

    def header(self, uid: str) -> bytes:
        """Who wrote, when and about what, of a letter too large to be read."""
        return self._part(uid, "BODY.PEEK[HEADER]") or b""

    def _part(self, uid: str, what: str) -> bytes | None:
        _, parts = self._server.uid("FETCH", uid, f"({what})")
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def mark(self, uid: str, flags: str) -> None:
        """The letter is taken; flagged too where a person has to look at it."""
        self._server.uid("STORE", uid, "+FLAGS", f"({flags})")


async def read_mailboxes(runtime: Runtime) -> None:
    """Look into every mailbox again and again; ends at once where the deployment has none."""
    settings = runtime.settings
    assert isinstance(settings, IntakeSettings)
    while settings.mailboxes:
        for mailbox in settings.mailboxes:
            try:
                await read_mailbox(runtime, mailbox)
            except Exception as error:
                log.warning("mailbox not read", region=mailbox.region, error=describe(error))
        await asyncio.sleep(settings.mail_every_seconds)


async def read_mailbox(runtime: Runtime, mailbox: Mailbox) -> int:
    """Enter every new letter, each in its own transaction; how many were entered.

    A letter is marked after its commit. A crash in between reads it again, and its digest keeps it from a second entry.
    One that cannot be entered stays unseen, is told, and keeps no other from the journal.
    """
    session = Imap(mailbox)
    await asyncio.to_thread(session.__enter__)
    try:
        entered = 0
        for uid in await asyncio.to_thread(session.unseen):
            try:
                entered += await _take(runtime, mailbox, session, uid)
            except (imaplib.IMAP4.error, OSError):
                raise
            except Exception as error:
                log.warning("letter not entered", region=mailbox.region, uid=uid, error=describe(error))
        return entered
    finally:
        await asyncio.to_thread(session.__exit__, None, None, None)


async def _take(runtime: Runtime, mailbox: Mailbox, session: Imap, uid: str) -> bool:
    letter, flags = await _read(mailbox, session, uid)
    new = not letter.by_robot and await take_letter(runtime, mailbox.region, letter)
    await asyncio.to_thread(session.mark, uid, flags)
    return new


async def _read(mailbox: Mailbox, session: Imap, uid: str) -> tuple[Letter, str]:
    """The letter and how it is marked: flagged where a person has to read it in the mailbox.

    That is one too large, which is registered by its header, and one with a file the journal does not keep.
    """
    raw = await asyncio.to_thread(session.fetch, uid)
    if raw is not None:
        letter = await asyncio.to_thread(read_letter, raw)
        return letter, FLAGGED if letter.refused else SEEN
    log.warning("letter too large", region=mailbox.region)
    return unread(await asyncio.to_thread(session.header, uid)), FLAGGED
