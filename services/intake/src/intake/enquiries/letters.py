"""What a letter says: who wrote, what, what is attached. Hostile and broken mail included. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser

import phonenumbers
from chassis.errors import DomainError
from chassis.privacy.files import check

from intake.particulars.phone import HOME_REGION
from intake.particulars.requests import EMAIL

LONGEST_TEXT = 20_000
MOST_FILES = 10
TOO_LARGE = "Письмо слишком велико для журнала: прочтите его и приложения в почтовом ящике."
LEFT_OUT = "Приложенный файл не принят и остался в почтовом ящике."
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What no text holds: control characters, and halves of characters that some encodings let through."""
_ROBOTS = frozenset({"bulk", "junk", "list", "auto_reply"})


@dataclass(frozen=True, slots=True)
class Attached:
    name: str | None
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as the journal needs it."""

    digest: str
    name: str | None
    email: str | None
    phone: str | None
    text: str
    sent_at: datetime | None
    files: tuple[Attached, ...]
    refused: tuple[str, ...]
    """Why files of the letter were not taken over, in words for the specialist."""
    by_robot: bool
    """An automatic answer or a mailing: entering it would answer machines for ever."""


def read_letter(raw: bytes) -> Letter:
    """Take a raw letter apart. Never fails on its content: what cannot be read is left out."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    name, address = _sender(message)
    text = "\n\n".join(part for part in (_header(message, "Subject"), _text(message)) if part)
    text = _CONTROL.sub("", text).strip()[:LONGEST_TEXT] or "(письмо без текста)"
    identity = _header(message, "Message-ID").encode() or raw
    files, refused = _sorted_out(_files(message))
    return Letter(
        digest=hashlib.sha256(b"mail\0" + identity).hexdigest(),
        name=name,
        email=address,
        phone=_phone(text),
        text="\n\n".join([text, *(f"{LEFT_OUT} {why}" for why in refused)]),
        sent_at=_sent_at(message),
        files=files,
        refused=refused,
        by_robot=_by_robot(message),
    )


def unread(header: bytes) -> Letter:
    """A letter too large to be read, by its header: it is an enquiry all the same."""
    letter = read_letter(header)
    return replace(letter, text=f"{letter.text}\n\n{TOO_LARGE}", files=())


def _header(message: EmailMessage, name: str) -> str:
    try:
        return _CONTROL.sub("", str(message.get(name, ""))).strip()
    except (MessageError, ValueError, IndexError, AttributeError):
        return ""


def _sender(message: EmailMessage) -> tuple[str | None, str | None]:
    name, own = parseaddr(_header(message, "From"))
    _, wanted = parseaddr(_header(message, "Reply-To"))
    address = next((a for a in (wanted, own) if re.fullmatch(EMAIL, a)), None)
    return (name.strip()[:200] or None), address


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        content = part.get_content() if part is not None else ""
    except (MessageError, LookupError, ValueError, AttributeError):
        return ""
    if part is not None and part.get_content_subtype() == "html":
        return _without_markup(str(content))
    return str(content)


def _files(message: EmailMessage) -> Iterator[Attached]:
    try:
        parts = list(message.iter_attachments())[:MOST_FILES]
    except (MessageError, AttributeError, ValueError):
        return
    for part in parts:
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            name = part.get_filename()
            yield Attached(name and _CONTROL.sub("", name), part.get_content_type(), content)


def _sorted_out(files: Iterable[Attached]) -> tuple[tuple[Attached, ...], tuple[str, ...]]:
    """The files a journal keeps, and why it does not keep the others."""
    kept, refused = [], []
    for file in files:
        try:
            check(file.content, file.name, file.media_type)
            kept.append(file)
        except DomainError as error:
            refused.append(error.ru)
    return tuple(kept), tuple(refused)


def _phone(text: str) -> str | None:
    found = next(iter(phonenumbers.PhoneNumberMatcher(text[:LONGEST_TEXT], HOME_REGION)), None)
    return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164) if found else None


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        moment = message["Date"].datetime if message["Date"] else None
    except (MessageError, ValueError, AttributeError, TypeError, IndexError):
        return None
    return moment if isinstance(moment, datetime) and moment.tzinfo else None


def _by_robot(message: EmailMessage) -> bool:
    automatic = _header(message, "Auto-Submitted").lower()
    bounce = _header(message, "Return-Path") == "<>"
    return automatic not in ("", "no") or bounce or _header(message, "Precedence").lower() in _ROBOTS


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._hidden += tag in ("script", "style")
        if tag in ("p", "br", "div", "li", "tr"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _without_markup(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words))
