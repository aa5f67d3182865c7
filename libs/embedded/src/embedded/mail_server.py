"""The mail sink's own process: SMTP in, files out, and a page that lists them."""

import argparse
import asyncio
import html
import json
import os
import threading
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from embedded.mail import Mail, read_mails
from embedded.ports import LOOPBACK

_LARGEST_LETTER_BYTES = 32 << 20


class Delivery:
    """aiosmtpd handler: a letter is acknowledged when its file and its index line are on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        name = uuid4().hex
        entry = {
            "id": name,
            "received_at": datetime.now().astimezone().isoformat(),
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
        }
        assert isinstance(envelope.content, bytes)
        _append(self._folder / f"{name}.eml", envelope.content)
        _append(self._folder / "index.jsonl", json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        return "250 Message accepted for delivery"


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
    """``/`` the list, ``/<id>`` a letter, ``/<id>/html`` its formatted body, locked in a sandbox."""

    folder: Path

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

    def _answer(self, page: str) -> None:
        body = page.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: who read which letter is nobody's business."""


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
