"""The first letter: the family learns its number and by when we call."""

from __future__ import annotations

from contracts.notifications import MessageSent
from embedded import MailSink
from notifications.messages.model import MessageState
from notifications.testing import Office


async def test_D0_38_acknowledgement_tells_number_and_due_time(office: Office, sink: MailSink) -> None:
    home = await office.household()
    assert await office.send() == 1
    (mail,) = sink.messages(home.email)
    assert mail.subject == "Заявка МРЦ-2026-000017 принята"
    assert "понедельник, 2 марта 2026 года, до 18:00" in mail.text
    assert "Анна Петровна" in mail.text
    assert "МРЦ-2026-000017" in mail.html


async def test_the_ledger_proves_the_letter_and_tells_the_others(office: Office) -> None:
    home = await office.acquainted()
    message = await office.newest(home)
    assert message.state is MessageState.SENT
    assert message.sent_at == office.app.clock.now()
    (fact,) = await office.app.published()
    assert isinstance(fact, MessageSent)
    assert (fact.message_id, fact.person_id, fact.about_id) == (
        message.id,
        home.representative.id,
        home.application_id,
    )
