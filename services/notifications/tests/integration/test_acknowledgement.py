"""The first letter: the family learns its number and by when we call."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from chassis.privacy.keyring import subject
from contracts.notifications import MessageFailed, MessageSent
from embedded import MailSink
from notifications.messages.model import Message, MessageState
from notifications.testing import CENTRE, Household, Office, lend_key, local
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError


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


async def test_I3_the_acknowledgement_arrives_once_though_the_event_is_delivered_twice(
    office: Office, sink: MailSink
) -> None:
    home = await office.household()
    event, envelope = home.submitted(office.app.clock.now()), uuid4()
    await office.app.deliver(event, sequence=1, id=envelope)
    await office.app.deliver(event, sequence=1)
    assert await office.send() == 1
    await office.app.deliver(event, sequence=1, id=envelope)
    assert await office.send() == 0
    assert len(sink.messages(home.email)) == 1


async def test_T4_one_row_per_recipient_and_message_is_a_rule_of_the_database(office: Office) -> None:
    home = await office.household()
    (message,) = await office.messages(home)
    copied = ", ".join(
        name
        for name in Message.__mapper__.columns.keys()  # noqa: SIM118
        if name != "id"
    )
    twice = text(f"INSERT INTO messages (id, {copied}) SELECT gen_random_uuid(), {copied} FROM messages WHERE id = :id")
    with pytest.raises(IntegrityError, match="uq_messages_kind_about_id_child_id_occasion"):
        async with office.app.unit() as unit:
            await unit.session.execute(twice, {"id": message.id})


async def test_the_acknowledgement_goes_out_at_night_too(office: Office, sink: MailSink) -> None:
    office.app.clock.set(local(2, 23, 30))
    home = await office.acquainted()
    assert len(sink.messages(home.email)) == 1


async def test_without_an_address_the_message_fails_visibly(office: Office) -> None:
    home = await office.household(email=None)
    await office.send()
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.FAILED, "no_address")
    (fact,) = await office.app.published()
    assert isinstance(fact, MessageFailed)
    coordinator = await office.app.as_role("coordinator", organisation_ids=[CENTRE])
    (item,) = (await coordinator.get("/worklist")).json()["items"]
    assert (item["kind"], item["subject_id"]) == ("message_failed", str(message.id))
    assert item["explanation"] == "Электронная почта не указана"
    told = await coordinator.post(f"/messages/{message.id}/confirm", json={"channel": "phone"})
    assert told.json() == {"id": str(message.id), "state": "sent"}
    assert (await coordinator.get("/worklist")).json()["items"] == []


async def test_an_erased_person_gets_no_letter_and_nobody_is_alarmed(office: Office) -> None:
    home = Household.make()
    await office.app.deliver(home.submitted(office.app.clock.now()))
    bus = office.bus.jetstream()
    await bus.publish(subject(home.representative.id), b"", headers={"KV-Operation": "PURGE"})
    await office.send()
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.CANCELLED, "person_erased")


async def test_a_key_that_lags_behind_is_waited_for(office: Office, sink: MailSink) -> None:
    home = Household.make()
    await office.app.deliver(home.submitted(office.app.clock.now()))
    await office.send()
    assert (await office.newest(home)).reason_code == "key_not_here_yet"
    await lend_key(office.app, office.bus, home.representative)
    office.app.clock.advance(timedelta(minutes=1))
    await office.send()
    assert len(sink.messages(home.email)) == 1


async def test_a_contact_sealed_for_another_place_is_not_used(office: Office, sink: MailSink) -> None:
    home, other = Household.make(), Household.make()
    await lend_key(office.app, office.bus, home.representative)
    stolen = home.submitted(office.app.clock.now()).contact
    event = other.submitted(office.app.clock.now()).model_copy(update={"contact": stolen})
    await office.app.deliver(event)
    await office.send()
    assert (await office.newest(other)).reason_code == "contact_unreadable"
    assert sink.messages(home.email) == []
