"""Families invited to a brigade's day at a point (D4-17)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from contracts.scheduling import Invitation, TripPublished
from embedded import MailSink
from notifications.kinds import MessageKind
from notifications.testing import CENTRE, POINT, REGION, Office, local


async def test_D4_17_each_invited_family_learns_when_and_where(office: Office, sink: MailSink) -> None:
    homes = [await office.acquainted(), await office.acquainted()]
    invitations = [
        Invitation(
            child_id=home.child_id,
            case_id=home.child_id,
            starts_at=local(11, 10 + number),
            ends_at=local(11, 13),
            services=3,
        )
        for number, home in enumerate(homes)
    ]
    trip = TripPublished(
        trip_id=uuid4(),
        region=REGION,
        territory=f"{REGION}/gagarin",
        organisation_id=CENTRE,
        point_id=POINT,
        day=date(2026, 3, 11),
        invitations=tuple(invitations),
    )
    await office.app.deliver(trip)
    for home, hour in zip(homes, ("10:00", "11:00"), strict=True):
        await office.send()
        mail = sink.messages(home.email)[-1]
        assert mail.subject == "Приём специалистов 11 марта"
        assert f"среда, 11 марта 2026 года, {hour}" in mail.text
        assert "г. Гагарин, ул. Школьная, д. 2" in mail.text
    office.app.clock.set(local(10, 12))
    assert await office.app.fire_timers() == 2
    assert {(await office.newest(home)).kind for home in homes} == {MessageKind.TRIP_REMINDER}
