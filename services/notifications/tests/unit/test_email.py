"""The mail itself: readable Russian headers, both bodies, one Message-ID for all attempts."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from uuid import uuid4

import pytest
from chassis.testing.testbed import ManualClock
from notifications.channels.email import compose
from notifications.channels.letter import Letter, Words

CLOCK = ManualClock(datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
WORDS = Words(subject="Приём 10 марта", text="Здравствуйте!\n" + "длинная строка " * 40, html="<p>Здравствуйте!</p>")
LETTER = Letter(name="Пробная Анна Петровна", address="anna@families.example", words=WORDS)


def test_a_mail_reads_the_same_after_the_journey() -> None:
    id = uuid4()
    raw = compose(LETTER, id, "Центр помощи", "marshrut@marshrut.example", CLOCK).as_bytes()
    raw.decode("ascii")
    assert max(map(len, raw.splitlines())) <= 998
    mail = message_from_bytes(raw, policy=default)
    assert mail["Subject"] == "Приём 10 марта"
    assert mail["From"].addresses[0].display_name == "Центр помощи"
    assert mail["To"].addresses[0].addr_spec == "anna@families.example"
    assert mail["Message-ID"] == f"<{id}@marshrut.example>"
    assert mail["Date"].datetime == CLOCK.now()
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n").strip() == WORDS.text.strip()
    assert "Здравствуйте" in html.get_content()


@pytest.mark.parametrize("name", ["Анна\r\nBcc: all@world.example", 'Анна "Анюта" <x@y.example>'])
def test_a_name_cannot_bring_in_a_header_or_another_address(name: str) -> None:
    try:
        mail = compose(LETTER.model_copy(update={"name": name}), uuid4(), "Центр", "m@m.example", CLOCK)
    except ValueError:
        return
    parsed = message_from_bytes(mail.as_bytes(), policy=default)
    assert parsed["Bcc"] is None
    assert [address.addr_spec for address in parsed["To"].addresses] == ["anna@families.example"]


def test_a_letter_does_not_show_its_words_in_logs() -> None:
    assert "Анна" not in repr(LETTER)
