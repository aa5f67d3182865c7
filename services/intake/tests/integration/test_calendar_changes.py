"""Every term somebody still has to meet follows a calendar that changes, and says so (ARCHITECTURE §6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from chassis.testing.running import Caller, Running
from contracts.event import Event
from contracts.intake import OutreachDueMoved, QuestionnaireDueMoved, ReferralDueMoved
from intake.applications.background import recompute_deadlines
from intake.outreach.background import recompute_starts
from intake.portal.background import recompute_consultants_terms
from intake.referrals.background import recompute_answer_terms
from intake.testing import Route, portal, signal
from workdays import CalendarYear, Decree

NEW_YEAR_MORNING = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
DECREE = CalendarYear(2027, Decree("1", date(2026, 9, 1)), ((date(2027, 1, 9), date(2027, 2, 26)),))
"""An invented decree that works on Saturday 9 January instead of a Friday in February: every term ends sooner."""


@pytest.fixture
async def decreed(intake: Running) -> AsyncIterator[None]:
    """The worker of a later release, which knows the decree."""
    known, changed = intake.worker.regions, {}
    for code, region in known.items():
        changed[code] = region.model_copy()
        changed[code].__dict__["calendar"] = region.calendar.with_year(DECREE)
    intake.worker.regions = changed
    yield
    intake.worker.regions = known


@pytest.fixture
async def curator(irkutsk: Route) -> Caller:
    irkutsk.app.clock.set(NEW_YEAR_MORNING)
    return await irkutsk.person("koordinator.angarsk")


async def told(app: Running, fact: type[Event], id: str) -> list[Any]:
    return [event for event in await app.published(fact) if str(event.aggregate_id) == id]


async def test_the_term_of_an_answer_to_a_referral_moves(irkutsk: Route, curator: Caller, decreed: None) -> None:
    answer = await curator.post("/referrals", json=signal(sender_organisation_id=None))
    assert answer.status_code == 201, answer.text
    before = answer.json()
    for _ in range(2):
        await recompute_answer_terms(irkutsk.app.worker)
    after = (await curator.get(f"/referrals/{before['id']}")).json()
    assert after["due_at"] < before["due_at"]
    (moved,) = await told(irkutsk.app, ReferralDueMoved, before["id"])
    assert moved.due.due_at == datetime.fromisoformat(after["due_at"])


async def test_the_term_of_the_first_attempt_moves_until_somebody_has_tried(
    irkutsk: Route, curator: Caller, decreed: None
) -> None:
    referral = (await curator.post("/referrals", json=signal())).json()
    accepted = (await curator.post(f"/referrals/{referral['id']}/accept", json={})).json()
    path = f"/outreaches/{accepted['outreach_id']}"
    before = (await curator.get(path)).json()
    await recompute_starts(irkutsk.app.worker)
    after = (await curator.get(path)).json()
    assert after["due_at"] < before["due_at"]
    assert len(await told(irkutsk.app, OutreachDueMoved, before["id"])) == 1


async def test_D2_08_the_day_the_protocol_follows_by_moves(moscow: Route, decreed: None) -> None:
    moscow.app.clock.set(NEW_YEAR_MORNING)
    doctor, coordinator = await moscow.app.as_role("doctor"), await moscow.person("koordinator.moskva")
    filed = await moscow.submitted(doctor, source="health_agency", protocol_follows=True)
    url = f"/applications/{filed['id']}"
    before = (await coordinator.get(url)).json()["protocol_due_at"]
    await recompute_deadlines(moscow.app.worker)
    after = (await coordinator.get(url)).json()["protocol_due_at"]
    assert (before[:10], after[:10]) == ("2027-01-15", "2027-01-14")
    items = (await coordinator.get("/worklist", params={"kind": "protocol"})).json()["items"]
    assert after in [item["due_at"] for item in items if item["subject_id"] == filed["id"]]


async def test_what_waits_for_a_consultant_moves(intake: Running, decreed: None) -> None:
    intake.clock.set(NEW_YEAR_MORNING)
    account = await intake.as_role("account")
    await account.post("/accounts")
    sent = await portal.sent(account)
    await recompute_consultants_terms(intake.worker)
    after = (await account.get(f"/questionnaires/{sent['id']}")).json()
    assert after["due_at"] < sent["due_at"]
    assert len(await told(intake, QuestionnaireDueMoved, sent["id"])) == 1
