"""Families invited to a brigade's day at a point (D4-17), once, and told when they are not invited any more."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from contracts.scheduling import Invitation, TripCancelled, TripPublished
from embedded import MailSink
from notifications.kinds import MessageKind
from notifications.messages.model import MessageState
from notifications.testing import CENTRE, POINT, REGION, Household, Office, local


def invitation(home: Household, hour: int) -> Invitation:
    return Invitation(
        child_id=home.child_id, case_id=home.child_id, starts_at=local(11, hour), ends_at=local(11, 13), services=3
    )


def trip(*invitations: Invitation) -> TripPublished:
    return TripPublished(
        trip_id=uuid4(),
        region=REGION,
        territory=f"{REGION}/gagarin",
        organisation_id=CENTRE,
        point_id=POINT,
        day=date(2026, 3, 11),
        invitations=invitations,
    )


def again(published: TripPublished, *invitations: Invitation) -> TripPublished:
    return published.model_copy(update={"invitations": invitations})


async def kinds(office: Office, home: Household) -> list[MessageKind]:
    """What the family was told, or is to be told, about trips."""
    rows = [one for one in await office.messages(home) if one.state is not MessageState.CANCELLED]
    return [one.kind for one in rows if one.kind.startswith("trip")]


async def test_D4_17_each_invited_family_learns_when_and_where(office: Office, sink: MailSink) -> None:
    homes = [await office.acquainted(), await office.acquainted()]
    await office.app.deliver(trip(*(invitation(home, 10 + number) for number, home in enumerate(homes))))
    for home, hour in zip(homes, ("10:00", "11:00"), strict=True):
        await office.send()
        mail = sink.messages(home.email)[-1]
        assert mail.subject == "Приём специалистов 11 марта"
        assert f"среда, 11 марта 2026 года, {hour}" in mail.text
        assert "г. Гагарин, ул. Школьная, д. 2" in mail.text
        assert "изменились" not in mail.text
    office.app.clock.set(local(10, 12))
    assert await office.app.fire_timers() == 2
    assert {(await office.newest(home)).kind for home in homes} == {MessageKind.TRIP_REMINDER}


async def test_T4_a_trip_published_again_invites_nobody_twice(office: Office, sink: MailSink) -> None:
    home, newcomer = await office.acquainted(), await office.acquainted()
    published = trip(invitation(home, 10))
    await office.app.deliver(published)
    await office.app.deliver(published)
    assert await kinds(office, home) == [MessageKind.TRIP_INVITATION]
    await office.send()
    await office.app.deliver(again(published, invitation(home, 10), invitation(newcomer, 12)))
    await office.send()
    assert await kinds(office, home) == [MessageKind.TRIP_INVITATION]
    assert len([mail for mail in sink.messages(home.email) if "Приём специалистов" in mail.subject]) == 1
    assert "12:00" in sink.messages(newcomer.email)[-1].text


async def test_T5_a_family_with_a_new_hour_is_told_that_it_is_new(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    published = trip(invitation(home, 10))
    await office.app.deliver(published)
    await office.send()
    await office.app.deliver(again(published, invitation(home, 12)))
    await office.send()
    mail = sink.messages(home.email)[-1]
    assert "12:00" in mail.text
    assert "время или место изменились" in mail.text


async def test_T5_a_family_taken_off_the_trip_gets_a_letter_and_no_reminder(office: Office, sink: MailSink) -> None:
    home, other = await office.acquainted(), await office.acquainted()
    published = trip(invitation(home, 10), invitation(other, 11))
    await office.app.deliver(published)
    await office.send()
    without = again(published, invitation(other, 11))
    for _ in range(2):
        await office.app.deliver(without)
        await office.send()
    assert await kinds(office, home) == [MessageKind.TRIP_INVITATION, MessageKind.TRIP_CANCELLED]
    mail = sink.messages(home.email)[-1]
    assert mail.subject == "Приём специалистов 11 марта для вас отменён"
    office.app.clock.set(local(10, 12))
    await office.app.fire_timers()
    assert MessageKind.TRIP_REMINDER not in await kinds(office, home)
    assert MessageKind.TRIP_REMINDER in await kinds(office, other)


async def test_T5_a_family_that_was_never_told_is_not_told_of_the_end(office: Office) -> None:
    home, other = await office.acquainted(), await office.acquainted()
    published = trip(invitation(home, 10), invitation(other, 11))
    await office.app.deliver(published)
    await office.app.deliver(again(published, invitation(other, 11)))
    assert await kinds(office, home) == []
    assert await kinds(office, other) == [MessageKind.TRIP_INVITATION]


async def test_T5_a_family_taken_off_and_invited_again_is_invited_again(office: Office, sink: MailSink) -> None:
    home, other = await office.acquainted(), await office.acquainted()
    published = trip(invitation(home, 10), invitation(other, 11))
    for event in (published, again(published, invitation(other, 11)), published):
        await office.app.deliver(event)
        await office.send()
    assert await kinds(office, home) == [
        MessageKind.TRIP_INVITATION,
        MessageKind.TRIP_CANCELLED,
        MessageKind.TRIP_INVITATION,
    ]
    assert "изменились" in sink.messages(home.email)[-1].text


def called_off(published: TripPublished) -> TripCancelled:
    about = published.model_dump(include={"trip_id", "region", "day"})
    return TripCancelled(**about, reason_code="vehicle_broken")


async def test_T5_invited_families_are_told_that_the_whole_trip_is_off(office: Office, sink: MailSink) -> None:
    told, late = await office.acquainted(), await office.acquainted()
    published = trip(invitation(told, 10))
    await office.app.deliver(published)
    await office.send()
    both = again(published, invitation(told, 10), invitation(late, 11))
    await office.app.deliver(both)
    assert await office.app.deliver(called_off(published)) is None
    await office.send()
    assert await kinds(office, told) == [MessageKind.TRIP_INVITATION, MessageKind.TRIP_CANCELLED]
    assert "приезжать не нужно" in sink.messages(told.email)[-1].text
    assert await kinds(office, late) == [], "who has not read the invitation is told nothing"
    office.app.clock.set(local(10, 12))
    assert await office.app.fire_timers() == 0, "no reminder of what is off"


async def test_a_cancellation_told_twice_is_told_once(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    published = trip(invitation(home, 10))
    await office.app.deliver(published)
    await office.send()
    for _ in range(2):
        await office.app.deliver(called_off(published))
        await office.send()
    assert await kinds(office, home) == [MessageKind.TRIP_INVITATION, MessageKind.TRIP_CANCELLED]
