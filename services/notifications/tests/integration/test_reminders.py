"""The day before: one reminder for each thing to remind of, in the family's own day (traps T4, T12)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from contracts.scheduling import AppointmentCancelled
from embedded import MailSink
from notifications.kinds import MessageKind
from notifications.messages.model import MessageState
from notifications.testing import REGION, Household, Office, local

NOON = local(10, 12)
REMINDERS = {MessageKind.APPOINTMENT_REMINDER, MessageKind.VISIT_REMINDER}


async def reminders(office: Office, home: Household) -> list[MessageState]:
    return [message.state for message in await office.messages(home) if message.kind in REMINDERS]


async def test_an_appointment_is_reminded_of_at_noon_of_the_day_before(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    await office.app.deliver(home.booked(NOON))
    await office.send()
    office.app.clock.set(local(9, 11, 59))
    assert await office.app.fire_timers() == 0
    office.app.clock.set(local(9, 12))
    assert await office.app.fire_timers() == 1
    await office.send()
    mail = sink.messages(home.email)[-1]
    assert mail.subject == "Завтра приём, 12:00"
    assert await office.app.fire_timers() == 0
    assert len(sink.messages(home.email)) == 3


async def test_T4_a_moved_visit_is_reminded_of_once_and_at_the_new_time(office: Office, sink: MailSink) -> None:
    home, plan = await office.acquainted(), uuid4()
    event = home.visit(NOON, plan)
    await office.app.deliver(event)
    await office.app.deliver(home.visit(local(12, 9), plan, event.visit_id))
    office.app.clock.set(local(9, 12))
    assert await office.app.fire_timers() == 0
    office.app.clock.set(local(11, 12))
    assert await office.app.fire_timers() == 1
    await office.send()
    assert await reminders(office, home) == [MessageState.SENT]
    assert sink.messages(home.email)[-1].subject == "Завтра занятие, 09:00"


async def test_T4_a_reminder_that_fires_twice_is_sent_once(office: Office) -> None:
    home = await office.acquainted()
    event = home.visit(NOON)
    await office.app.deliver(event)
    office.app.clock.set(local(9, 12))
    await office.app.fire_timers()
    await office.app.deliver(event)  # told again: the reminder's time has passed, so none is set
    assert await office.app.fire_timers() == 0
    await office.send()
    assert len(await reminders(office, home)) == 1


async def test_T7_two_visits_of_one_day_have_two_reminders(office: Office) -> None:
    home, plan = await office.acquainted(), uuid4()
    await office.app.deliver(home.visit(NOON, plan))
    await office.app.deliver(home.visit(NOON, plan))
    office.app.clock.set(local(9, 12))
    assert await office.app.fire_timers() == 2
    assert len(await reminders(office, home)) == 2


@pytest.mark.parametrize("fired", [False, True])
async def test_a_cancelled_appointment_is_not_reminded_of(office: Office, sink: MailSink, fired: bool) -> None:
    home = await office.acquainted()
    event = home.booked(NOON)
    await office.app.deliver(event)
    await office.send()
    office.app.clock.set(local(9, 12))
    if fired:
        await office.app.fire_timers()
    cancelled = AppointmentCancelled(
        appointment_id=event.appointment_id,
        application_id=None,
        child_id=home.child_id,
        region=REGION,
        reason_code="family_asked",
    )
    await office.app.deliver(cancelled)
    assert await office.app.fire_timers() == 0
    await office.send()
    assert await reminders(office, home) == ([MessageState.CANCELLED] if fired else [])
    assert [mail.subject for mail in sink.messages(home.email)][2:] == ["Приём отменён"]


async def test_what_is_booked_for_tomorrow_after_noon_has_no_reminder(office: Office) -> None:
    home = await office.acquainted()
    office.app.clock.set(local(9, 12, 1))
    await office.app.deliver(home.booked(NOON))
    office.app.clock.set(local(10, 11))
    assert await office.app.fire_timers() == 0


async def test_a_reminder_that_missed_its_visit_is_dropped_without_alarm(office: Office) -> None:
    home = await office.acquainted()
    await office.app.deliver(home.visit(NOON))
    await office.send()
    office.app.clock.set(local(9, 12))
    await office.app.fire_timers()
    office.app.clock.set(local(10, 13))
    await office.send()
    assert await reminders(office, home) == [MessageState.CANCELLED]


async def test_T12_the_day_before_is_the_family_s_not_the_server_s(office: Office) -> None:
    home = await office.acquainted()
    # 00:30 of the 10th in Moscow is still the 9th in UTC
    await office.app.deliver(home.visit(local(10, 0, 30)))
    office.app.clock.set(local(8, 12))
    assert await office.app.fire_timers() == 0
    office.app.clock.set(local(9, 12))
    assert await office.app.fire_timers() == 1
