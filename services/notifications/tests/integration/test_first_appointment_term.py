"""D2-19: the week between the call and the first appointment is warned of as well."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from chassis.testing.running import Caller
from contracts.event import Moment
from contracts.intake import ApplicationDeadlineMoved
from contracts.scheduling import AppointmentCancelled
from notifications.testing import REGION, Household, Office, local
from notifications.testing.escalations import DUE, LATER, WARNING, at, items, tell

CALLED = local(2, 11)


async def reached(office: Office) -> Household:
    """A family that was called; its first appointment is due then."""
    home = await office.household()
    await tell(office, home.called(CALLED).model_copy(update={"first_appointment_due": Moment(due_at=DUE)}))
    return home


def cancelled(home: Household, appointment: UUID) -> AppointmentCancelled:
    return AppointmentCancelled(
        appointment_id=appointment,
        application_id=home.application_id,
        child_id=home.child_id,
        region=REGION,
        reason_code="specialist_ill",
        next_appointment_id=None,
    )


async def kinds(caller: Caller) -> list[str]:
    return [item["kind"] for item in await items(caller) if item["id"].startswith("notifications:escalation")]


async def test_D2_19_the_week_of_the_call_is_warned_of_and_raised(office: Office, desk: Caller) -> None:
    home = await reached(office)
    await at(office, DUE - WARNING)
    (item,) = [item for item in await items(desk) if item["kind"] == "first_appointment_near"]
    assert item["title"] == "Скоро истекает срок первого приёма: заявка МРЦ-2026-000017"
    assert item["subject_id"] == str(home.application_id)
    await at(office, DUE + timedelta(seconds=1))
    assert await kinds(desk) == ["first_appointment_overdue"]


async def test_D2_19_from_the_acceptance_on_it_is_the_services_business(office: Office, desk: Caller) -> None:
    home, service = await reached(office), uuid4()
    head = await office.app.as_role("head", organisation_ids=[service])
    await tell(office, home.accepted(local(3, 10), service))
    await at(office, DUE - WARNING)
    assert await kinds(head) == ["first_appointment_near"]
    assert await kinds(desk) == []


async def test_T5_a_booking_ends_it_and_its_cancellation_lets_the_week_count_on(office: Office, desk: Caller) -> None:
    home, appointment = await reached(office), uuid4()
    await tell(office, home.booked(LATER, appointment))
    await at(office, DUE - WARNING)
    assert await kinds(desk) == []
    office.app.clock.set(DUE - timedelta(minutes=30))
    await tell(office, cancelled(home, uuid4()))
    await office.app.fire_timers()
    assert await kinds(desk) == []
    await tell(office, cancelled(home, appointment))
    await office.app.fire_timers()
    assert await kinds(desk) == ["first_appointment_near"]


async def test_a_booking_that_is_heard_of_before_the_call_is_a_booking_all_the_same(
    office: Office, desk: Caller
) -> None:
    home, appointment = await office.household(), uuid4()
    await tell(office, home.booked(LATER, appointment))
    await tell(office, home.called(CALLED).model_copy(update={"first_appointment_due": Moment(due_at=DUE)}))
    await at(office, DUE + timedelta(hours=1))
    assert await kinds(desk) == []
    await tell(office, cancelled(home, appointment))
    await office.app.fire_timers()
    assert await kinds(desk) == ["first_appointment_overdue"]


async def test_D2_19_the_week_that_was_computed_again_is_warned_of_at_its_new_end(office: Office, desk: Caller) -> None:
    home = await reached(office)
    moved = ApplicationDeadlineMoved(
        application_id=home.application_id, kind="first_appointment", due=Moment(due_at=LATER), moved_at=local(3, 9)
    )
    await tell(office, moved)
    await at(office, DUE + timedelta(hours=1))
    assert await kinds(desk) == []
    await at(office, LATER - WARNING)
    assert await kinds(desk) == ["first_appointment_near"]
