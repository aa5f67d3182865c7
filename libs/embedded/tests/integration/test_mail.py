import json
import smtplib
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from embedded import MailSink, Process
from embedded.mail import read_mails
from standardwebhooks import Webhook


@pytest.fixture
def sink(folder: Path) -> Iterator[MailSink]:
    sink = MailSink(folder)
    sink.start()
    yield sink
    sink.stop()


def send(sink: MailSink, to: str, subject: str, text: str = "Заявка принята.\n") -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "noreply@example.org", to, subject
    letter.set_content(text)
    letter.add_alternative("<p>Заявка <b>принята</b></p><script>alert(1)</script>", subtype="html")
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(letter)


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def test_letters_are_found_by_recipient_and_readable_after_the_run(sink: MailSink) -> None:
    send(sink, "family@example.org", "Заявка № 1")
    send(sink, "other@example.org", "Другое")
    mail = sink.wait_for("family@example.org")
    assert (mail.subject, mail.text, mail.sender) == ("Заявка № 1", "Заявка принята.\n", "noreply@example.org")
    assert "<b>принята</b>" in mail.html
    assert len(sink.messages()) == 2
    sink.stop()
    assert [mail.subject for mail in read_mails(sink.maildir)] == ["Заявка № 1", "Другое"]


def test_the_page_lists_letters_in_russian_and_locks_their_markup_away(sink: MailSink) -> None:
    assert "Писем пока нет" in page(sink.url)
    send(sink, "family@example.org", "Приём <завтра>")
    mail = sink.wait_for("family@example.org")
    assert "Приём &lt;завтра&gt;" in page(sink.url)
    shown = page(f"{sink.url}{mail.id}")
    assert "Заявка принята." in shown
    assert "<script>" not in shown
    assert "<b>принята</b>" in page(f"{sink.url}{mail.id}/html")


def test_it_listens_on_the_loopback_address_only(
    sink: MailSink, listening_addresses: Callable[[Process], set[str]]
) -> None:
    assert listening_addresses(sink.process) == {"127.0.0.1"}


def test_another_letter_never_passes_for_the_awaited_one(sink: MailSink) -> None:
    send(sink, "family@example.org", "Подтверждение", "Откройте http://127.0.0.1/register/1\n")
    send(sink, "family@example.org", "Служба приняла вашу заявку")
    assert sink.wait_for("family@example.org", holding="/register/").subject == "Подтверждение"
    with pytest.raises(TimeoutError):
        sink.wait_for("family@example.org", after=1, holding="/register/", seconds=0.1)


def text_message(sink: MailSink, id: str, secret: str) -> int:
    body = json.dumps({"id": id, "to": "+79000000001", "text": "Завтра приём."})
    now = datetime.now(UTC)
    signed = {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, now, body),
    }
    return httpx.post(sink.sms_url, content=body, headers=signed).status_code


def test_text_messages_stand_among_the_letters_once(sink: MailSink) -> None:
    assert [text_message(sink, "m1", sink.sms_secret) for _ in range(2)] == [202, 202]
    (mail,) = sink.messages("+79000000001")
    assert (mail.subject, mail.text.strip()) == ("СМС", "Завтра приём.")


def test_a_text_message_with_a_foreign_signature_is_refused(sink: MailSink) -> None:
    assert text_message(sink, "m1", "whsec_" + "QUFB" * 8) == 401
    assert sink.messages() == []


def test_waiting_for_a_letter_that_never_comes_says_so(sink: MailSink) -> None:
    with pytest.raises(TimeoutError, match="no letter to nobody"):
        sink.wait_for("nobody@example.org", seconds=0.1)
