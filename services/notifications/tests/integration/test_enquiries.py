"""Answers to questions: by mail where intake asks for it, and only there."""

from __future__ import annotations

from uuid import uuid4

from contracts.event import Moment
from contracts.identifiers import EnquiryChannel
from contracts.intake import EnquiryRegistered
from contracts.notifications import MessageSent
from embedded import MailSink
from notifications.kinds import MessageKind
from notifications.messages.model import MessageState
from notifications.testing import CENTRE, REGION, Household, Office

NUMBER = "ОМЦ-2026-000007"


def registered(home: Household, office: Office) -> EnquiryRegistered:
    now = office.app.clock.now()
    return EnquiryRegistered(
        enquiry_id=home.application_id,
        number=NUMBER,
        region=REGION,
        territory=REGION,
        organisation_id=CENTRE,
        person_id=home.child_id,
        channel=EnquiryChannel.EMAIL,
        registered_at=now,
        due=Moment(due_at=now),
        contact=home.contact_in(EnquiryRegistered),
    )


async def test_D1_15_the_answer_goes_by_mail_to_the_address_it_was_asked_from(office: Office, sink: MailSink) -> None:
    home = await office.asker()
    assert await office.app.deliver(registered(home, office)) is None
    await office.send()
    assert await office.app.deliver(office.answered(home)) is None
    await office.send()
    first, second = sink.messages(home.email)
    assert NUMBER in first.text
    assert "Ответ на вопрос" in second.subject
    assert "Ходунки выдают по ИПРА." in second.text
    assert "&lt;написать&gt;" in (second.html or "")
    sent = [event for event in await office.app.published(MessageSent) if isinstance(event, MessageSent)]
    assert [(event.kind, event.about_id) for event in sent][-1] == ("enquiry_answered", home.application_id)


async def test_D1_17_an_answer_of_another_channel_is_not_mailed(office: Office, sink: MailSink) -> None:
    home = await office.asker()
    for channel in (EnquiryChannel.PHONE, EnquiryChannel.WINDOW):
        assert await office.app.deliver(office.answered(home, channel)) is None
    await office.send()
    assert sink.messages(home.email) == []


async def test_the_answer_stands_only_sealed_in_the_ledger(office: Office) -> None:
    home = await office.asker()
    await office.app.deliver(office.answered(home))
    (message,) = await office.messages(home)
    assert "Ходунки" not in str(message.told)
    assert message.kind is MessageKind.ENQUIRY_ANSWERED


async def test_without_an_address_the_acknowledgement_is_let_go(office: Office) -> None:
    home = await office.asker(email=None)
    await office.app.deliver(registered(home, office))
    await office.send()
    (message,) = await office.messages(home)
    assert (message.state, message.reason_code) == (MessageState.CANCELLED, "no_address")


async def test_the_anonymous_are_never_written_to(office: Office) -> None:
    home = await office.asker()
    nobody = registered(home, office).model_copy(update={"person_id": None, "contact": None, "enquiry_id": uuid4()})
    assert await office.app.deliver(nobody) is None
    assert await office.messages(home) == []
