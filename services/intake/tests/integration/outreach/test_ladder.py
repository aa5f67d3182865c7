"""The contact ladder over HTTP: called, visited, written to, met (D3-15…D3-21)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.testing.running import Caller
from contracts.intake import (
    OutreachAttempted,
    OutreachOpened,
    OutreachOverdue,
    OutreachStepOpened,
)
from contracts.personal import Address, Contact
from contracts.sealed import place, unseal
from intake.outreach import tracking
from intake.testing import Route
from intake.testing.outreach import do, found

posted = iter(range(1, 10_000))


def tracking_number() -> str:
    thirteen = f"66400{next(posted):08d}"
    return thirteen + tracking.inland_check(thirteen)


async def test_D3_15_an_extract_puts_the_family_on_the_ladder_with_its_term_explained(
    irkutsk: Route, curator: Caller
) -> None:
    card = await found(irkutsk, curator)
    assert (card["way"], card["step"], card["state"]) == ("ipra_extract", "phone", "open")
    assert card["start_due_at"] == "2026-03-10T10:00:00Z"
    assert "5 рабочих дней" in card["steps"][0]["explanation"]
    items = (await curator.get("/worklist")).json()["items"]
    (item,) = [item for item in items if item["subject_id"] == card["id"]]
    assert (item["kind"], item["due_at"]) == ("outreach_phone", card["due_at"])
    called = await do(curator, card, "calls", outcome="no_answer")
    assert called["started_on_time"] is True
    (opened,) = [e for e in await irkutsk.app.published(OutreachOpened) if str(e.aggregate_id) == card["id"]]
    assert isinstance(opened, OutreachOpened)
    assert str(opened.origin_id) == card["origin_id"]


async def test_D3_15_a_late_start_is_told_as_late_and_escalated_once(irkutsk: Route, curator: Caller) -> None:
    card = await found(irkutsk, curator)
    irkutsk.app.clock.set(datetime(2026, 3, 10, 10, 1, tzinfo=UTC))
    await irkutsk.app.fire_timers()
    await irkutsk.app.fire_timers()
    told = [e for e in await irkutsk.app.published(OutreachOverdue) if str(e.aggregate_id) == card["id"]]
    assert len(told) == 1
    late = (await curator.get(f"/outreaches/{card['id']}")).json()
    assert (late["standing"], late["escalated_at"]) == ("overdue", "2026-03-10T10:01:00Z")
    assert (await do(curator, card, "calls", outcome="no_answer"))["started_on_time"] is False


async def test_D3_16_every_attempt_is_logged_with_its_outcome_and_next_try(irkutsk: Route, curator: Caller) -> None:
    card = await do(curator, await found(irkutsk, curator), "calls", outcome="no_answer")
    again = await do(curator, card, "calls", outcome="asked_later", next_try_at="2026-03-04T03:00:00Z")
    assert [(a["outcome"], a["next_try_at"]) for a in again["attempts"]] == [
        ("no_answer", "2026-03-03T10:00:00Z"),
        ("asked_later", "2026-03-04T03:00:00Z"),
    ]
    assert again["due_at"] == "2026-03-04T03:00:00Z"
    assert again["notified_by"] == "phone"


async def test_D3_19_no_contact_by_phone_opens_the_visit_with_where_to_go_sealed(
    irkutsk: Route, curator: Caller
) -> None:
    card = await found(irkutsk, curator)
    for _ in range(3):
        card = await do(curator, card, "calls", outcome="no_answer")
    assert [(s["step"], s["because"], s["ended_by"]) for s in card["steps"]] == [
        ("phone", "found", "phone-exhausted"),
        ("visit", "phone-exhausted", None),
    ]
    (told,) = [e for e in await irkutsk.app.published(OutreachStepOpened) if str(e.aggregate_id) == card["id"]]
    assert isinstance(told, OutreachStepOpened)
    assert told.contact is not None
    assert told.address is not None
    async with irkutsk.app.unit() as unit:
        key = await unit.keys.get(told.contact.key_id)
    fact, own = told.fact_name(), UUID(card["id"])
    assert unseal(told.contact, Contact, key, place(fact, "contact", own)).phone == "+79050005566"
    assert unseal(told.address, Address, key, place(fact, "address", own)).text == "ул. Речная, д. 3, кв. 4"


async def test_D3_19_a_family_that_cannot_come_is_met_at_home_with_the_survey_the_same_day(
    irkutsk: Route, curator: Caller
) -> None:
    card = await do(curator, await found(irkutsk, curator), "calls", outcome="cannot_come")
    assert (card["step"], card["steps"][-1]["meeting"]) == ("visit", True)
    met = await do(curator, card, "visits", outcome="agreed")
    assert (met["state"], met["place"], met["due_at"]) == ("met", "home", "2026-03-02T15:59:00Z")
    surveyed = await do(curator, met, "survey", measures=["rehabilitation", "respite"], need="Нужен логопед")
    assert surveyed["survey_same_day"] is True
    assert surveyed["social"] == {"need": "Нужен логопед", "measures": ["rehabilitation", "respite"]}


async def test_D3_20_the_letter_counts_with_its_tracking_number_and_its_answer_has_a_term(
    irkutsk: Route, curator: Caller
) -> None:
    card = await found(irkutsk, curator)
    for what, outcome in [*3 * [("calls", "no_answer")], *2 * [("visits", "nobody_home")]]:
        card = await do(curator, card, what, outcome=outcome)
    assert card["step"] == "post"
    url = f"/outreaches/{card['id']}/letters"
    wrong = await curator.post(url, json={"tracking_number": "66400000000009", "posted_on": "2026-03-02"})
    assert (wrong.status_code, wrong.json()["errors"][0]["rule"]) == (422, "tracking_number_invalid")
    card = await do(curator, card, "letters", tracking_number=tracking_number(), posted_on="2026-03-02")
    assert card["notified_at"] is None
    irkutsk.app.clock.advance(timedelta(days=4))
    (letter,) = card["letters"]
    told = await do(curator, card, f"letters/{letter['id']}/outcome", outcome="delivered", on="2026-03-05")
    assert (told["state"], told["notified_by"]) == ("open", "post")
    irkutsk.app.clock.set(datetime(2026, 4, 2, 10, 1, tzinfo=UTC))
    await irkutsk.app.fire_timers()
    ended = (await curator.get(f"/outreaches/{card['id']}")).json()
    assert (ended["state"], ended["steps"][-1]["ended_by"]) == ("not_reached", "post-exhausted")


async def test_a_family_that_calls_back_after_the_letter_is_agreed_with(irkutsk: Route, curator: Caller) -> None:
    card = await found(irkutsk, curator)
    for what, outcome in [*3 * [("calls", "no_answer")], *2 * [("visits", "nobody_home")]]:
        card = await do(curator, card, what, outcome=outcome)
    await do(curator, card, "letters", tracking_number=tracking_number(), posted_on="2026-03-02")
    agreed = await do(curator, card, "calls", outcome="agreed", meets_at="2026-03-09T03:00:00Z")
    assert agreed["state"] == "agreed"


async def test_every_skipped_step_and_break_is_explained(irkutsk: Route, curator: Caller) -> None:
    card = await found(irkutsk, curator)
    unknown = await curator.post(f"/outreaches/{card['id']}/skip", json={"reason_code": "road_closed"})
    assert (unknown.status_code, unknown.json()["known"]) == (422, ["no_phone", "met_on_the_road"])
    card = await do(curator, card, "skip", reason_code="no_phone")
    assert (card["steps"][0]["ended_by"], card["steps"][0]["reason"]) == ("skipped", "no_phone")
    ended = await do(curator, card, "break-off", reason_code="moved_away")
    assert (ended["state"], ended["reason"]) == ("broken_off", "moved_away")
    late = await curator.post(f"/outreaches/{card['id']}/calls", json={"outcome": "no_answer"})
    assert (late.status_code, late.json()["slug"]) == (409, "wrong_state")


async def test_D3_21_a_survey_on_another_day_is_kept_as_late(irkutsk: Route, curator: Caller) -> None:
    card = await do(curator, await found(irkutsk, curator), "calls", outcome="agreed", meets_at="2026-03-02T08:00:00Z")
    irkutsk.app.clock.advance(timedelta(hours=2))
    card = await do(curator, card, "meeting")
    irkutsk.app.clock.advance(timedelta(hours=8))
    late = await do(curator, card, "survey", measures=["education"])
    assert late["survey_same_day"] is False


async def test_a_missed_meeting_begins_again_with_a_call(irkutsk: Route, curator: Caller) -> None:
    card = await do(curator, await found(irkutsk, curator), "calls", outcome="agreed", meets_at="2026-03-03T03:00:00Z")
    again = await do(curator, card, "missed-meeting")
    assert (again["state"], again["step"], again["steps"][-1]["because"]) == ("open", "phone", "meeting-missed")


async def test_a_repeated_call_with_one_key_is_one_attempt(irkutsk: Route, curator: Caller) -> None:
    card = await found(irkutsk, curator)
    url, key = f"/outreaches/{card['id']}/calls", {"Idempotency-Key": card["id"]}
    for _ in range(2):
        assert (await curator.post(url, json={"outcome": "no_answer"}, headers=key)).status_code == 201
    attempts = [e for e in await irkutsk.app.published(OutreachAttempted) if str(e.aggregate_id) == card["id"]]
    assert len(attempts) == 1
    stale = await curator.post(url, json={"outcome": "no_answer"}, headers={"If-Match": "1"})
    assert (stale.status_code, stale.json()["slug"]) == (409, "stale_version")
