"""Text messages: answers to those who asked by one, and everything for families without mail (D1-16, D1-17)."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

import pytest
from contracts.identifiers import EnquiryChannel, MessageChannel
from contracts.notifications import MessageFailed, MessageSent
from embedded import MailSink
from notifications.channels.sms import SmsGateway
from notifications.kinds import MessageKind
from notifications.messages.model import MessageState
from notifications.settings import Settings
from notifications.testing import REGION, Household, Office
from pydantic import HttpUrl, SecretStr

Gateways = dict[str, SmsGateway]


def texts(sink: MailSink, phone: str) -> list[str]:
    return [mail.text.strip() for mail in sink.messages(phone)]


@pytest.fixture
def gateway(office: Office, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> Gateways:
    """The region's gateway is connected; the test may connect another."""
    known = {REGION: SmsGateway(url=HttpUrl(sink.sms_url), secret=SecretStr(sink.sms_secret))}
    monkeypatch.setattr(cast("Settings", office.app.worker.settings), "sms_gateways", known)
    return known


def own_number() -> str:
    """A number no other test has."""
    return f"+7900{int(uuid4()) % 10**7:07d}"


async def test_D1_16_the_answer_goes_by_text_message_to_the_number_it_was_asked_from(
    office: Office, gateway: Gateways, sink: MailSink
) -> None:
    phone = own_number()
    home = await office.asker(phone=phone)
    await office.app.deliver(office.answered(home, EnquiryChannel.SMS))
    await office.send()
    (text,) = texts(sink, phone)
    assert text.startswith("Ответ на вопрос")
    assert "Ходунки выдают по ИПРА." in text
    assert sink.messages(home.email) == []
    message = await office.newest(home)
    assert (message.state, message.channel) == (MessageState.SENT, MessageChannel.SMS)
    assert message.provider_reference
    sent = [event for event in await office.app.published(MessageSent) if isinstance(event, MessageSent)]
    assert (sent[-1].channel, sent[-1].about_id) == (MessageChannel.SMS, home.application_id)


async def test_a_family_without_mail_is_told_by_text_message(office: Office, gateway: Gateways, sink: MailSink) -> None:
    phone = own_number()
    home = await office.household(email=None, phone=phone)
    await office.send()
    (text,) = texts(sink, phone)
    assert "принята. Позвоним вам до" in text
    message = await office.newest(home)
    assert (message.kind, message.channel) == (MessageKind.APPLICATION_RECEIVED, MessageChannel.SMS)
    assert phone not in str(message.told)


async def test_where_no_gateway_is_connected_a_person_is_asked(office: Office, sink: MailSink) -> None:
    phone = own_number()
    home = await office.asker(phone=phone)
    await office.app.deliver(office.answered(home, EnquiryChannel.SMS))
    await office.send()
    assert texts(sink, phone) == []
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.FAILED, "no_gateway")
    failed = [event for event in await office.app.published(MessageFailed) if isinstance(event, MessageFailed)]
    assert failed[-1].about_id == home.application_id


async def test_a_gateway_that_is_away_is_tried_again(office: Office, gateway: Gateways, own_sink: MailSink) -> None:
    own_sink.stop()
    gateway[REGION] = SmsGateway(url=HttpUrl(own_sink.sms_url), secret=SecretStr(own_sink.sms_secret))
    home = await office.household(email=None, phone=own_number())
    await office.send()
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.PLANNED, "gateway_unavailable")


async def test_a_gateway_that_knows_another_secret_is_no_refusal_of_the_family(
    office: Office, gateway: Gateways, sink: MailSink
) -> None:
    gateway[REGION] = SmsGateway(url=HttpUrl(sink.sms_url), secret=SecretStr("whsec_" + "QUFB" * 8))
    phone = own_number()
    home = await office.household(email=None, phone=phone)
    await office.send()
    assert texts(sink, phone) == []
    assert (await office.newest(home)).state is MessageState.PLANNED


async def test_the_address_of_the_proof_is_the_number(office: Office, gateway: Gateways) -> None:
    home: Household = await office.household(email=None, phone=own_number())
    await office.send()
    message = await office.newest(home)
    manager = await office.app.as_role("coordinator", organisation_ids=[message.organisation_id])
    card = (await manager.get(f"/messages/{message.id}")).json()
    assert card["channel"] == "sms"
    assert card["address"] == home.representative.phone
