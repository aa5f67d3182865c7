"""The pytest plugin itself: delivery through the real inbox, timers by the clock, one set of servers."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from chassis.bus.gaps import LASTING_DELIVERIES
from chassis.testing.running import Running
from contracts.intake import ApplicationReturned, OrganisationRegistered


def registered(code: str = "east") -> OrganisationRegistered:
    return OrganisationRegistered(
        organisation_id=uuid4(), code=code, region="smolensk", territory="gagarin", roles=frozenset({"operator"})
    )


async def test_a_delivered_event_goes_through_the_inbox_once(app: Running) -> None:
    event, id = registered(), uuid4()
    assert await app.deliver(event, id=id) is None
    assert await app.deliver(event, id=id, sequence=1) is None
    reader = await app.as_role("coordinator", organisation_ids=[event.organisation_id])
    assert len((await reader.get("/applications")).json()["items"]) == 1


async def test_a_gap_waits(app: Running) -> None:
    event = registered()
    assert await app.deliver(event, sequence=1) is None
    assert await app.deliver(event, sequence=3) == "gap"


async def test_a_permanent_error_is_told(app: Running) -> None:
    assert "poison" in (await app.deliver(registered("poison")) or "")


async def test_dead_letters_show_at_the_operators_door(app: Running) -> None:
    await app.deliver(registered("poison"))
    operator = await app.as_role("operator")
    (letter,) = (await operator.get("/operations/dead-letters")).json()["items"]
    assert letter["event_type"] == "intake.organisation.registered.v1"
    assert "payload" not in letter


async def test_gaps_that_last_show_at_the_operators_door(app: Running) -> None:
    event = registered()
    await app.deliver(event, sequence=1)
    assert await app.deliver(event, sequence=3, deliveries=LASTING_DELIVERIES) is not None
    operator = await app.as_role("operator")
    (gap,) = (await operator.get("/operations/gaps")).json()["items"]
    assert str(event.aggregate_id) in gap["waits_for"]
    stranger = await app.as_role("coordinator")
    assert (await stranger.get("/operations/gaps")).status_code == 403


async def test_timers_fire_when_the_clock_has_come_there(app: Running) -> None:
    await app.deliver(registered())
    assert await app.fire_timers() == 0
    app.clock.advance(timedelta(days=366))
    assert await app.fire_timers() == 1
    assert [type(event) for event in await app.published()] == [ApplicationReturned]
