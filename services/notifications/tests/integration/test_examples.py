"""The producers' examples go through the real inbox path of this service."""

from __future__ import annotations

import pytest
from contracts.catalogue import CATALOGUE
from contracts.event import Event
from contracts.intake import ApplicationSubmitted
from contracts.scheduling import TripPublished
from contracts.testing import example_key, examples
from notifications.main import service
from notifications.messages.model import Message
from notifications.testing import Household, Office, Person, lend_key
from sqlalchemy import select

HANDLED = sorted(
    event.type()
    for subscription in service.subscriptions
    for event in subscription.events.values()
    if subscription.aggregate != "principal"
)


async def families(office: Office, event: Event) -> None:
    """The families the example is about have applied before."""
    invited = event.invitations if isinstance(event, TripPublished) else (event,)
    for one in invited:
        child_id = getattr(one, "child_id", None)
        if child_id is not None:
            home = Household.make()
            submitted = home.submitted(office.app.clock.now()).model_copy(update={"child_id": child_id})
            await office.app.deliver(submitted)


@pytest.mark.parametrize("name", HANDLED)
async def test_every_example_of_a_handled_event_is_taken(office: Office, name: str) -> None:
    assert name in CATALOGUE
    assert examples(name)
    for event in examples(name).values():
        if not isinstance(event, ApplicationSubmitted):
            await families(office, event)
        assert await office.app.deliver(event, sequence=1) is None


async def test_the_contact_of_intake_s_example_opens(office: Office) -> None:
    (event,) = examples("intake.application.submitted.v2").values()
    assert isinstance(event, ApplicationSubmitted)
    assert example_key(event.contact.key_id)
    await lend_key(office.app, office.bus, Person(event.contact.key_id, None, "", ""))
    await office.app.deliver(event, sequence=1)
    await office.send()
    async with office.app.unit() as unit:
        (message,) = await unit.session.scalars(select(Message))
    assert message.reason_code != "contact_unreadable"
