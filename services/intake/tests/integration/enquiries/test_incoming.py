"""Letters over IMAP and signed text messages enter the journal by themselves."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from chassis.testing.plugin import START, Runner
from chassis.testing.running import Caller, Running
from chassis.work import Runtime
from intake.directory.background import load_directories
from intake.enquiries.commands.incoming import take_letter
from intake.enquiries.letters import Letter, read_letter
from intake.enquiries.mailbox import read_mailbox
from intake.main import service
from intake.settings import Mailbox
from intake.testing.enquiries import OMSK, Desk
from standardwebhooks import Webhook

SECRET = "whsec_bWFyc2hydXQtdGVzdC1zZWNyZXQtb2YtdGhlLXNtcw=="
PDF = b"%PDF-1.7\n%%EOF\n"


class ImapServer(socketserver.ThreadingTCPServer):
    """A mail server as far as RFC 3501 reaches for reading one folder: real sockets, real protocol."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: dict[int, bytes] = {}
        self.flags: dict[int, set[str]] = {}
        self.password = "secret"

    def put(self, letter: EmailMessage | bytes) -> int:
        uid = len(self.letters) + 1
        self.letters[uid] = letter if isinstance(letter, bytes) else letter.as_bytes()
        self.flags[uid] = set()
        return uid


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self._say("* OK ready")
        for raw in self.rfile:
            tag, _, rest = raw.decode().strip().partition(" ")
            verb, _, arguments = rest.partition(" ")
            if verb == "UID":
                verb, _, arguments = arguments.partition(" ")
            answer = getattr(self, verb.lower(), self._unknown)(arguments)
            self._say(f"{tag} {answer or 'OK done'}")
            if verb == "LOGOUT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _unknown(self, _: str) -> str:
        return "BAD unknown"

    def capability(self, _: str) -> None:
        self._say("* CAPABILITY IMAP4rev1")

    def login(self, arguments: str) -> str | None:
        return None if arguments == f'point "{self.server.password}"' else "NO wrong password"

    def select(self, _: str) -> str:
        self._say(f"* {len(self.server.letters)} EXISTS")
        return "OK [READ-WRITE] selected"

    def search(self, _: str) -> None:
        unseen = [str(uid) for uid, flags in self.server.flags.items() if r"\Seen" not in flags]
        self._say(f"* SEARCH {' '.join(unseen)}".rstrip())

    def fetch(self, arguments: str) -> None:
        uid, _, what = arguments.partition(" ")
        letter = self.server.letters[int(uid)]
        if "HEADER" in what:
            letter = letter.partition(b"\n\n")[0]
        if "RFC822.SIZE" in what:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(letter)})")
        else:
            self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(letter)}}}\r\n".encode() + letter + b")\r\n")

    def store(self, arguments: str) -> None:
        uid, *_ = arguments.split(" ")
        self.server.flags[int(uid)] |= set(re.findall(r"\\\w+", arguments))

    def logout(self, _: str) -> None:
        self._say("* BYE")


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with ImapServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mailbox(imap: ImapServer) -> Mailbox:
    host, port = imap.server_address[:2]
    return Mailbox(region=OMSK, host=str(host), port=int(port), tls=False, user="point", password="secret")


@pytest.fixture(scope="module")
async def point(module_running: Runner) -> Running:
    app = await module_running(service, sms_secrets={OMSK: SECRET}, form_rate="100000/minute")
    await load_directories(app.worker)
    app.clock.set(START)
    return app


@pytest.fixture
async def coordinator(point: Running) -> Caller:
    return await Desk(point).person("socrabota.muromtsevo")


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    values = {
        "From": "Синицына Вера Олеговна <sinitsyna@example.org>",
        "Subject": "Вопрос о ходунках",
        "Message-ID": f"<{datetime.now(UTC).timestamp()}@example.org>",
        "Date": "Mon, 02 Mar 2026 08:00:00 +0600",
    } | headers
    for name, value in values.items():
        message[name] = value
    message.set_content("Здравствуйте! Как получить ходунки? Мой телефон 8 905 000-44-55.")
    return message


async def newest(who: Caller, **wanted: Any) -> dict[str, Any]:
    found = (await who.get("/enquiries", params={"sort": "-number", "limit": 1, **wanted})).json()["items"]
    card: dict[str, Any] = (await who.get(f"/enquiries/{found[0]['id']}")).json()
    return card


async def test_D1_15_a_letter_enters_the_journal_by_itself_with_its_term(
    point: Running, imap: ImapServer, mailbox: Mailbox, coordinator: Caller
) -> None:
    message = letter()
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="spravka.pdf")
    message.add_attachment(b"MZ\x90", maintype="application", subtype="x-msdownload", filename="virus.exe")
    uid = imap.put(message)
    assert await read_mailbox(point.worker, mailbox) == 1
    card = await newest(coordinator, channel="email")
    assert card["contact"] == {
        "name": "Синицына Вера Олеговна",
        "phone": "+79050004455",
        "email": "sinitsyna@example.org",
        "address": None,
    }
    assert card["social"]["question"].startswith("Вопрос о ходунках\n\nЗдравствуйте!")
    assert (card["answer_channel"], card["theme"], card["state"]) == ("email", None, "registered")
    assert datetime.fromisoformat(card["received_at"]) == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert datetime.fromisoformat(card["due"]["due_at"]) == datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    assert [file["media_type"] for file in card["files"]] == ["application/pdf"]
    # the specialist learns of the file that was not taken over, and somebody looks at it in the mailbox
    assert card["social"]["question"].count("Приложенный файл не принят и остался в почтовом ящике.") == 1
    assert imap.flags[uid] == {r"\Seen", r"\Flagged"}


async def test_D1_15_a_letter_read_twice_is_entered_once(
    point: Running, imap: ImapServer, mailbox: Mailbox, coordinator: Caller
) -> None:
    uid = imap.put(letter())
    assert await read_mailbox(point.worker, mailbox) == 1
    imap.flags[uid].clear()  # a crash between the commit and the mark
    assert await read_mailbox(point.worker, mailbox) == 0
    assert imap.flags[uid] == {r"\Seen"}
    assert await read_mailbox(point.worker, mailbox) == 0


async def test_59FZ_a_letter_too_large_to_be_read_is_registered_too_and_a_person_reads_it_in_the_mailbox(
    point: Running, imap: ImapServer, mailbox: Mailbox, coordinator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.enquiries.mailbox.LARGEST_LETTER_BYTES", 100)
    uid = imap.put(letter())
    assert await read_mailbox(point.worker, mailbox) == 1
    card = await newest(coordinator, channel="email")
    assert card["contact"]["email"] == "sinitsyna@example.org"
    assert card["social"]["question"].startswith("Вопрос о ходунках\n\nПисьмо слишком велико")
    assert card["files"] == []
    assert imap.flags[uid] == {r"\Seen", r"\Flagged"}


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return-Path": "<>"}],
    ids=["auto", "bulk", "bounce"],
)
async def test_a_machines_letter_is_not_entered(
    point: Running, imap: ImapServer, mailbox: Mailbox, headers: dict[str, str]
) -> None:
    uid = imap.put(letter(**headers))
    assert await read_mailbox(point.worker, mailbox) == 0
    assert imap.flags[uid] == {r"\Seen"}


HOSTILE = [
    b"",
    b"\x00\xff\xfe garbage without any header",
    b"From: =?utf-8?B?broken\r\nSubject: =?koi8-r?Q?=FF=\r\n\r\ntext",
    b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>\xd0\x92</p>",
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
    b"From: a@b.example\r\nContent-Type: text/plain; charset=martian\r\n\r\nhello",
    b"From: a@b.example\r\nDate: yesterday\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    b"From: a@b.example\r\nDate: Fri, 31 Dec 9999 23:59:59 -2300\r\n\r\nhello",
    b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nhalf a character: +2AA-",
    b"From: a@b.example\r\nContent-Type: text/html; charset=unicode_escape\r\n\r\n\\ud800 hi",
]


@pytest.mark.parametrize("raw", HOSTILE)
async def test_a_broken_letter_is_still_an_enquiry_and_breaks_nothing(
    point: Running, imap: ImapServer, mailbox: Mailbox, raw: bytes
) -> None:
    read = read_letter(raw)
    assert read.text
    assert "alert" not in read.text
    imap.put(raw)
    uid = imap.put(letter())
    assert await read_mailbox(point.worker, mailbox) in (1, 2)
    assert imap.flags[uid] == {r"\Seen"}


async def test_D1_15_a_letter_that_cannot_be_entered_keeps_no_other_from_the_journal(
    point: Running, imap: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing(runtime: Runtime, region: str, taken: Letter) -> bool:
        if "не войдёт" in taken.text:
            raise ValueError("what nobody has thought of")
        return await take_letter(runtime, region, taken)

    monkeypatch.setattr("intake.enquiries.mailbox.take_letter", refusing)
    wrong, right = imap.put(letter(Subject="Письмо не войдёт")), imap.put(letter())
    assert await read_mailbox(point.worker, mailbox) == 1
    assert (imap.flags[wrong], imap.flags[right]) == (set(), {r"\Seen"})


async def test_a_wrong_password_enters_nothing_and_is_told(point: Running, imap: ImapServer, mailbox: Mailbox) -> None:
    imap.password = "changed"
    imap.put(letter())
    with pytest.raises(Exception, match="wrong password"):
        await read_mailbox(point.worker, mailbox)


def signed(body: dict[str, Any], secret: str = SECRET, moment: datetime | None = None) -> tuple[str, dict[str, str]]:
    text, at = json.dumps(body), moment or datetime.now(UTC)
    signature = Webhook(secret).sign("msg_1", at, text)
    stamp = str(int(at.timestamp()))
    return text, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


async def test_D1_16_a_signed_text_message_enters_the_journal_once(point: Running, coordinator: Caller) -> None:
    gateway = point.client()
    body, headers = signed({"id": "sms-1", "sender": "79050006677", "text": "Рябов Пётр. Где бассейн?"})
    answers = [await gateway.post(f"/gateways/sms/{OMSK}", content=body, headers=headers) for _ in range(2)]
    assert [(a.status_code, a.json()) for a in answers] == [(202, {"new": True}), (202, {"new": False})]
    card = await newest(coordinator, channel="sms")
    assert (card["contact"]["phone"], card["answer_channel"]) == ("+79050006677", "sms")
    assert card["social"]["question"] == "Рябов Пётр. Где бассейн?"
    following = await Desk(point).registered(
        coordinator, channel="in_person", name="Рябов Пётр", question="Где бассейн?"
    )
    assert following["journal_number"] == card["journal_number"] + 1


@pytest.mark.parametrize(
    ("region", "secret", "moment", "status"),
    [
        (OMSK, "whsec_" + "QUJD" * 8, None, 401),
        (OMSK, SECRET, datetime(2020, 1, 1, tzinfo=UTC), 401),
        ("smolensk", SECRET, None, 404),
    ],
    ids=["forged", "replayed", "no gateway"],
)
async def test_D1_16_whoever_is_not_the_gateway_enters_nothing(
    point: Running, region: str, secret: str, moment: datetime | None, status: int
) -> None:
    body, headers = signed({"id": "sms-2", "sender": "79050006677", "text": "Поддельное"}, secret, moment)
    refused = await point.client().post(f"/gateways/sms/{region}", content=body, headers=headers)
    assert refused.status_code == status, refused.text
    bare = await point.client().post(f"/gateways/sms/{OMSK}", content=body)
    assert bare.status_code == 401


async def test_D1_16_a_signed_message_of_another_shape_is_refused(point: Running) -> None:
    body, headers = signed({"id": "sms-3", "text": "Без номера"})
    refused = await point.client().post(f"/gateways/sms/{OMSK}", content=body, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "sender")
