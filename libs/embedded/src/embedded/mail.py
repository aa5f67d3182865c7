"""A mail server and a gateway of text messages that deliver to a folder: a run's messages can be read afterwards."""

import email.policy
import json
import secrets
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from embedded.ports import LOOPBACK, PortBusyError, accepts_connections, free_port, is_free
from embedded.process import Process

SMS_SECRET = "sms.secret"
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Mail:
    """One delivered letter. ``recipients`` are those of the envelope, which may differ from the To line."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    path: Path

    @property
    def message(self) -> EmailMessage:
        parsed = BytesParser(policy=email.policy.default).parsebytes(self.path.read_bytes())
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def read_mails(folder: Path) -> Iterator[Mail]:
    """The letters in a sink's folder, oldest first; also while or after the sink runs."""
    index = folder / "index.jsonl"
    if not index.exists():
        return
    for line in index.read_text().splitlines():
        entry = json.loads(line)
        yield Mail(
            entry["id"],
            datetime.fromisoformat(entry["received_at"]),
            entry["sender"],
            tuple(entry["recipients"]),
            folder / f"{entry['id']}.eml",
        )


class MailSink:
    """SMTP on the loopback address, letters as ``.eml`` files with an index, and a page that shows them.

    Beside the page it takes text messages (``POST /sms``, signed), as a region's gateway would: they stand among the
    letters, addressed to their number.
    """

    def __init__(self, maildir: Path, port: int | None = None, *, http_port: int | None = None) -> None:
        self.maildir = maildir
        self.port = port or free_port()
        self.http_port = http_port or free_port()
        ports = ["--smtp-port", str(self.port), "--http-port", str(self.http_port)]
        self.process = Process(
            "mail sink",
            [sys.executable, "-m", "embedded.mail_server", *ports, "--maildir", maildir],
            maildir / "mail.log",
            ready=lambda: accepts_connections(self.port) and accepts_connections(self.http_port),
        )

    @property
    def url(self) -> str:
        """Address of the page that shows the letters."""
        return f"http://{LOOPBACK}:{self.http_port}/"

    @property
    def sms_url(self) -> str:
        """Where text messages are handed in."""
        return f"{self.url}sms"

    @property
    def sms_secret(self) -> str:
        """What text messages are signed with; made once and kept with the letters."""
        kept = self.maildir / SMS_SECRET
        if not kept.exists():
            self.maildir.mkdir(parents=True, exist_ok=True)
            kept.write_text(f"whsec_{b64encode(secrets.token_bytes(24)).decode()}")
        return kept.read_text()

    def start(self) -> None:
        """Start and wait until both doors are open."""
        self.launch()
        self.process.wait_ready()

    def launch(self) -> None:
        """``start`` without the wait, so that several servers warm up side by side."""
        for port in (self.port, self.http_port):
            if not is_free(port):
                raise PortBusyError("mail sink", port)
        assert self.sms_secret
        self.process.launch()

    def stop(self) -> None:
        self.process.stop()

    def messages(self, to: str | None = None) -> list[Mail]:
        """Letters delivered so far, oldest first; with ``to`` only those to this address."""
        return [mail for mail in read_mails(self.maildir) if to is None or to in mail.recipients]

    def wait_for(self, to: str, *, after: int = 0, holding: str = "", seconds: float = 10) -> Mail:
        """The newest letter to an address, beyond the first ``after``, whose text holds ``holding``.

        Raises ``TimeoutError`` when none comes: other letters to the same person never pass for the awaited one.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := [mail for mail in self.messages(to)[after:] if holding in mail.text]:
                return found[-1]
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"no letter to {to} within {seconds:.0f} s")
