"""D2-17: a call back that is about to be late is put before those who can still make it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing.running import Caller
from contracts.event import Moment
from contracts.identifiers import CallOutcome
from contracts.intake import ApplicationDeadlineMoved, ApplicationTaken, ApplicationWithdrawn
from notifications.testing import CENTRE, REGION, Office, local

DUE = local(2, 18)


@pytest.fixture
async def coordinator(office: Office) -> Caller:
    return await office.app.as_role("coordinator", organisation_ids=[CENTRE])


@pytest.fixture
async def manager(office: Office) -> Caller:
    return await office.app.as_role("manager", territories=[REGION])


async def items(caller: Caller) -> list[dict[str, Any]]:
    answer = await caller.get("/worklist")
    assert answer.status_code == 200, answer.text
    return [item for item in answer.json()["items"] if item["kind"].startswith("call_back")]


async def at(office: Office, moment: datetime) -> None:
    office.app.clock.set(moment)
    await office.app.fire_timers()


async def test_D2_17_the_coordinators_are_warned_an_hour_before(
    office: Office, coordinator: Caller, manager: Caller
) -> None:
    home = await office.household()
    await at(office, DUE - timedelta(minutes=61))
    assert await items(coordinator) == []
    await at(office, DUE - timedelta(minutes=60))
    (item,) = await items(coordinator)
    assert (item["kind"], item["standing"]) == ("call_back_near", "soon")
    assert item["title"] == "Скоро истекает срок звонка семье: заявка МРЦ-2026-000017"
    assert item["url"] == f"/intake/applications/{home.application_id}"
    assert await items(manager) == []


async def test_D2_17_overdue_calls_and_open_messages_are_on_the_metrics_page(office: Office) -> None:
    await office.household(email="не адрес")
    await office.send()
    await at(office, DUE + timedelta(seconds=1))
    shown = await office.app.gauges()
    labels = 'region="smolensk",service="notifications",term'
    assert f'terms_overdue{{{labels}="call_back"}} 1.0' in shown
    assert f'terms_overdue{{{labels}="referral"}} 0.0' in shown
    assert 'messages_open{service="notifications",state="failed"} 1.0' in shown
    assert 'messages_open{service="notifications",state="unknown"} 0.0' in shown


async def test_D2_17_an_overdue_call_is_seen_by_the_manager_too(
    office: Office, coordinator: Caller, manager: Caller
) -> None:
    await office.household()
    await at(office, DUE)
    assert [item["kind"] for item in await items(coordinator)] == ["call_back_near"]
    await at(office, DUE + timedelta(seconds=1))
    for caller in (coordinator, manager):
        (item,) = await items(caller)
        assert (item["kind"], item["standing"]) == ("call_back_overdue", "overdue")


@pytest.mark.parametrize(
    ("outcome", "left"), [(CallOutcome.REACHED, 0), (CallOutcome.NO_ANSWER, 1), (CallOutcome.WRONG_NUMBER, 1)]
)
async def test_D2_17_only_a_reached_family_ends_it(
    office: Office, coordinator: Caller, outcome: CallOutcome, left: int
) -> None:
    home = await office.household()
    await office.app.deliver(home.called(office.app.clock.now(), outcome))
    await at(office, DUE + timedelta(hours=1))
    assert len(await items(coordinator)) == left


async def test_a_call_after_the_warning_clears_the_worklist(office: Office, coordinator: Caller) -> None:
    home = await office.household()
    await at(office, DUE - timedelta(minutes=30))
    assert len(await items(coordinator)) == 1
    await office.app.deliver(home.called(office.app.clock.now()))
    assert await items(coordinator) == []


async def test_a_withdrawn_application_is_nobody_s_work(office: Office, coordinator: Caller) -> None:
    home = await office.household()
    now = office.app.clock.now()
    await office.app.deliver(ApplicationWithdrawn(application_id=home.application_id, region=REGION, withdrawn_at=now))
    await at(office, DUE + timedelta(hours=1))
    assert await items(coordinator) == []


async def test_a_taken_application_is_its_coordinator_s(office: Office, coordinator: Caller) -> None:
    home = await office.household()
    now = office.app.clock.now()
    assert coordinator.principal.id
    taken = ApplicationTaken(
        application_id=home.application_id,
        coordinator_id=coordinator.principal.id,
        organisation_id=CENTRE,
        taken_at=now,
    )
    await office.app.deliver(taken)
    await at(office, DUE)
    mine = (await coordinator.get("/worklist", params={"mine": True})).json()["items"]
    assert [item["assigned_to"] for item in mine] == [str(coordinator.principal.id)]


async def test_a_deadline_that_moved_is_watched_at_its_new_time(office: Office, coordinator: Caller) -> None:
    home = await office.household()
    moved = ApplicationDeadlineMoved(
        application_id=home.application_id,
        kind="call_back",
        due=Moment(due_at=DUE + timedelta(days=1)),
        moved_at=office.app.clock.now(),
    )
    await office.app.deliver(moved)
    await at(office, DUE + timedelta(hours=1))
    assert await items(coordinator) == []
    await at(office, DUE + timedelta(days=1, seconds=1))
    assert len(await items(coordinator)) == 1


async def test_strangers_see_no_escalation(office: Office) -> None:
    await office.household()
    await at(office, DUE + timedelta(hours=1))
    elsewhere = await office.app.as_role("coordinator", organisation_ids=[uuid4()])
    abroad = await office.app.as_role("manager", territories=["moscow-early-help"])
    assert await items(elsewhere) == []
    assert await items(abroad) == []
