"""The mail sink's own process: SMTP and text messages in, files out, and a page that lists them."""

import argparse
import asyncio
import html
import json
import os
import threading
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import NAMESPACE_OID, uuid4, uuid5

from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook, WebhookVerificationError

from embedded.mail import SMS_SECRET, Mail, read_mails
from embedded.ports import LOOPBACK

_LARGEST_LETTER_BYTES = 32 << 20
_LARGEST_SMS_BYTES = 16 << 10
_GATEWAY = "sms@gateway.invalid"


class Delivery:
    """aiosmtpd handler: a letter is acknowledged when its file and its index line are on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        _keep(self._folder, uuid4().hex, envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        return "250 Message accepted for delivery"


def _keep(folder: Path, name: str, sender: str, recipients: list[str], content: bytes) -> None:
    entry = {
        "id": name,
        "received_at": datetime.now().astimezone().isoformat(),
        "sender": sender,
        "recipients": recipients,
    }
    _append(folder / f"{name}.eml", content)
    _append(folder / "index.jsonl", json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


_PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}}
tr+tr{{border-top:1px solid #ccc}}pre{{white-space:pre-wrap}}iframe{{width:100%;height:40rem;border:1px solid #ccc}}
</style><main><h1>{title}</h1>{body}</main></html>"""


def _list_page(mails: list[Mail]) -> str:
    if not mails:
        return _PAGE.format(title="Отправленные письма", body="<p>Писем пока нет.</p>")
    rows = "".join(
        f"<tr><td>{mail.received_at:%d.%m.%Y %H:%M:%S}<td>{html.escape(', '.join(mail.recipients))}"
        f'<td><a href="/{mail.id}">{html.escape(mail.subject or "(без темы)")}</a>'
        for mail in reversed(mails)
    )
    return _PAGE.format(title="Отправленные письма", body=f"<table><tr><th>Когда<th>Кому<th>Тема{rows}</table>")


def _mail_page(mail: Mail) -> str:
    parts = [
        f"<p>{mail.received_at:%d.%m.%Y %H:%M:%S}<br>От: {html.escape(mail.sender)}<br>"
        f"Кому: {html.escape(', '.join(mail.recipients))}</p>"
    ]
    if mail.text:
        parts.append(f"<pre>{html.escape(mail.text)}</pre>")
    if mail.html:
        parts.append(f'<h2>Оформленный вид</h2><iframe sandbox src="/{mail.id}/html" title="Письмо"></iframe>')
    parts.append('<p><a href="/">Все письма</a></p>')
    return _PAGE.format(title=html.escape(mail.subject or "(без темы)"), body="".join(parts))


class Page(BaseHTTPRequestHandler):
    """``/`` the list, ``/<id>`` a letter, ``/<id>/html`` its formatted body, locked in a sandbox.

    ``POST /sms`` takes a text message: 202 with a reference, the same for the same id; 401 for a foreign signature.
    """

    folder: Path

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        if self.path != "/sms" or size > _LARGEST_SMS_BYTES:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            told = Webhook((self.folder / SMS_SECRET).read_text()).verify(self.rfile.read(size), dict(self.headers))
        except WebhookVerificationError:
            self.send_error(HTTPStatus.UNAUTHORIZED)
            return
        reference = uuid5(NAMESPACE_OID, told["id"]).hex
        if not (self.folder / f"{reference}.eml").exists():
            _keep(self.folder, reference, _GATEWAY, [told["to"]], _as_letter(told["text"]))
        self._answer(json.dumps({"reference": reference}), HTTPStatus.ACCEPTED, "application/json")

    def do_GET(self) -> None:
        mails = list(read_mails(self.folder))
        name, _, view = self.path.strip("/").partition("/")
        chosen = next((mail for mail in mails if mail.id == name), None)
        if not name:
            self._answer(_list_page(mails))
        elif chosen is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._answer(chosen.html if view == "html" else _mail_page(chosen))

    def _answer(self, page: str, status: HTTPStatus = HTTPStatus.OK, kind: str = "text/html; charset=utf-8") -> None:
        body = page.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: who read which letter is nobody's business."""


def _as_letter(text: str) -> bytes:
    letter = EmailMessage(policy=SMTP_POLICY)
    letter["Subject"] = "СМС"
    letter.set_content(text)
    return letter.as_bytes()


async def serve(smtp_port: int, http_port: int, maildir: Path) -> None:
    Page.folder = maildir
    pages = ThreadingHTTPServer((LOOPBACK, http_port), Page)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    delivery = Delivery(maildir)

    def session() -> SMTP:
        return SMTP(delivery, data_size_limit=_LARGEST_LETTER_BYTES, enable_SMTPUTF8=True, ident="marshrut-mail")

    server = await asyncio.get_running_loop().create_server(session, LOOPBACK, smtp_port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--maildir", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.smtp_port, options.http_port, options.maildir))


if __name__ == "__main__":
    main()
