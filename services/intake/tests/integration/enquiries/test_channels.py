"""Each channel of the journal is answered its own way and within its term (D1-14…D1-17)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from chassis.testing.running import Caller
from contracts.identifiers import EnquiryChannel, MessageChannel
from contracts.intake import EnquiryAnswered, EnquiryAnswerGiven
from contracts.notifications import MessageFailed, MessageSent
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import place, unseal
from contracts.testing import examples
from intake.enquiries.background import recompute_due_times
from intake.testing.enquiries import CALL, LETTER, MESSAGE, OMSK, RESULT, Desk


@pytest.mark.parametrize(("asked", "missing"), [(CALL, "phone"), (CALL, "name"), (MESSAGE, "phone"), (MESSAGE, "name")])
async def test_D1_14_a_call_and_D1_16_a_message_need_name_and_number(
    coordinator: Caller, asked: dict[str, Any], missing: str
) -> None:
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **asked, missing: None})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [missing]


async def test_D1_14_due_two_working_days_after_the_call_and_said_why(desk: Desk, coordinator: Caller) -> None:
    desk.app.clock.set(datetime(2026, 3, 5, 4, 0, tzinfo=UTC))  # Thursday, 10:00 in Omsk; Monday the 9th is a day off
    filed = await desk.registered(coordinator, **CALL)
    assert datetime.fromisoformat(filed["due_at"]) == datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
    assert "2 рабочих дня" in filed["explanation"]


async def test_D1_14_a_call_that_reached_nobody_keeps_the_term_running(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await desk.under_way(coordinator)
    await specialist.post(f"{url}/answer", json={"text": "Приходите в пункт"})
    missed = (await specialist.post(f"{url}/told", json={"outcome": "no_answer"})).json()
    assert (missed["call_attempts"], missed["delivery"], missed["due"]["given_at"]) == (1, "to_be_told", None)
    desk.app.clock.advance(timedelta(days=7))
    await desk.app.fire_timers()
    assert (await specialist.get(url)).json()["due"]["escalated_at"]
    reached = (await specialist.post(f"{url}/told", json={"outcome": "reached"})).json()
    assert reached["due"]["standing"] == "done_late"


async def test_D1_15_the_answer_to_a_letter_leaves_by_mail_and_counts_when_it_is_taken(
    desk: Desk, coordinator: Caller
) -> None:
    url, specialist = await desk.under_way(coordinator, **LETTER)
    card = (await specialist.post(f"{url}/answer", json={"text": "Ходунки выдают по ИПРА."})).json()
    assert (card["delivery"], card["answer_channel"], card["due"]["given_at"]) == ("sending", "email", None)
    event = (await desk.app.published(EnquiryAnswered))[-1]
    assert isinstance(event, EnquiryAnswered)
    assert event.contact is not None
    assert event.answer is not None
    async with desk.app.unit() as unit:
        key = await unit.keys.get(event.contact.key_id)
    fact = event.fact_name()
    contact = unseal(event.contact, Contact, key, place(fact, "contact", event.enquiry_id))
    answer = unseal(event.answer, EnquiryAnswer, key, place(fact, "answer", event.enquiry_id))
    assert (contact.email, answer.text) == ("topoleva@example.org", "Ходунки выдают по ИПРА.")
    sent = examples("notifications.message.sent.v1").popitem()[1]
    assert isinstance(sent, MessageSent)
    update = {"kind": "enquiry_answered", "about_id": event.enquiry_id}
    assert await desk.app.deliver(sent.model_copy(update=update)) is None
    card = (await specialist.get(url)).json()
    assert (card["delivery"], card["due"]["standing"]) == ("given", "done_on_time")


async def test_D1_15_an_answer_that_does_not_go_out_waits_for_a_call(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await desk.under_way(coordinator, **LETTER)
    card = (await specialist.post(f"{url}/answer", json={"text": "Ответ письмом"})).json()
    failed = examples("notifications.message.failed.v1").popitem()[1]
    assert isinstance(failed, MessageFailed)
    update = {"kind": "enquiry_answered", "about_id": UUID(card["id"])}
    assert await desk.app.deliver(failed.model_copy(update=update)) is None
    assert (await specialist.get(url)).json()["delivery"] == "to_be_told"
    items = (await specialist.get("/worklist")).json()["items"]
    assert [item["kind"] for item in items if item["subject_id"] == card["id"]] == ["enquiry_tell"]


async def test_D1_16_a_text_message_is_answered_to_its_number_by_text_message(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await desk.under_way(coordinator, **MESSAGE)
    card = (await specialist.post(f"{url}/answer", json={"text": "Короткий ответ"})).json()
    assert (card["answer_channel"], card["delivery"]) == ("sms", "sending")
    assert (await specialist.post(f"{url}/answer", json={"text": "Ещё раз"})).status_code == 409
    sent = examples("notifications.message.sent.v1").popitem()[1]
    assert isinstance(sent, MessageSent)
    update = {"kind": "enquiry_answered", "about_id": UUID(card["id"]), "channel": MessageChannel.SMS}
    assert await desk.app.deliver(sent.model_copy(update=update)) is None
    assert (await specialist.get(url)).json()["delivery"] == "given"
    given = [event for event in await desk.app.published(EnquiryAnswerGiven) if isinstance(event, EnquiryAnswerGiven)]
    assert given[-1].channel is EnquiryChannel.SMS


async def test_D1_17_the_family_chooses_how_it_is_answered(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await desk.under_way(coordinator, **{**LETTER, "answer_channel": "phone"})
    card = (await specialist.post(f"{url}/answer", json={"text": "Ответ по телефону"})).json()
    assert (card["answer_channel"], card["delivery"]) == ("phone", "to_be_told")
    filed = await desk.submitted(name="Рябов Пётр", phone="89050001122", theme="law")
    family = desk.app.client(status_token=filed["status_token"])
    no_mail = await family.post("/enquiries/status/channel", json={"channel": "email"})
    assert (no_mail.status_code, no_mail.json()["slug"]) == (422, "no_way_to_answer")
    assert (await family.post("/enquiries/status/channel", json={"channel": "sms"})).json()["answer_channel"] == "sms"


async def test_D3_46_a_helpline_signal_is_entered_and_answered(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **{**CALL, "channel": "helpline"})
    assert (await coordinator.get(f"/enquiries/{filed['id']}")).json()["answer_channel"] == "phone"
    listed = (await coordinator.get("/enquiries", params={"channel": "helpline", "limit": 200})).json()["items"]
    assert filed["id"] in [line["id"] for line in listed]


async def test_D0_38_a_complaint_runs_by_the_term_of_the_law(desk: Desk, coordinator: Caller) -> None:
    plain, complaint = [await desk.registered(coordinator, **{**CALL, "complaint": flag}) for flag in (False, True)]
    usual, law = [datetime.fromisoformat(filed["due_at"]) for filed in (plain, complaint)]
    assert law - usual > timedelta(days=25)
    amended = await coordinator.post(
        f"/enquiries/{plain['id']}/amendments", json={"column": "complaint", "value": "true", "why": "Это жалоба"}
    )
    assert datetime.fromisoformat(amended.json()["due"]["due_at"]) == law
    listed = (await coordinator.get("/enquiries", params={"complaint": True, "limit": 200})).json()["items"]
    assert {plain["id"], complaint["id"]} <= {line["id"] for line in listed}


async def test_D0_11_the_window_is_a_thread_between_family_and_specialist(desk: Desk, coordinator: Caller) -> None:
    family = await desk.app.as_role("account")
    filed = await desk.submitted(
        family, channel="window", name="Рябов Пётр", territory=f"{OMSK}/artyn", theme="devices"
    )
    url = f"/enquiries/own/{filed['id']}"
    assert filed["id"] in [line["id"] for line in (await family.get("/enquiries/own")).json()["items"]]
    stranger = await desk.app.as_role("account")
    assert (await stranger.get(url)).status_code == 404
    assert (await stranger.get("/enquiries/own")).json()["items"] == []
    specialist = await desk.serving(coordinator, filed["id"], "lfk.muromtsevo")
    answered = await specialist.post(f"/enquiries/{filed['id']}/answer", json={"text": "Есть группа по средам"})
    assert (answered.json()["answer_channel"], answered.json()["delivery"]) == ("window", "given")
    page = await family.post(f"{url}/messages", json={"text": "А можно дистанционно?"})
    assert page.json()["state"] == "serving"
    assert [m["author"] for m in page.json()["thread"]] == ["family", "specialist", "family"]
    again = await specialist.post(f"/enquiries/{filed['id']}/answer", json={"text": "Можно, по видеосвязи"})
    assert again.json()["due"]["standing"] == "done_on_time"
    await specialist.post(f"/enquiries/{filed['id']}/close", json=RESULT)
    late = await family.post(f"{url}/messages", json={"text": "И ещё вопрос"})
    assert (late.status_code, late.json()["slug"]) == (409, "wrong_step")
    given = [e for e in await desk.app.published(EnquiryAnswerGiven) if str(e.aggregate_id) == filed["id"]]
    assert [e.channel for e in given if isinstance(e, EnquiryAnswerGiven)] == [EnquiryChannel.WINDOW] * 2


async def test_a_letter_written_down_late_counts_from_its_receipt(desk: Desk, coordinator: Caller) -> None:
    earlier = (desk.app.clock.now() - timedelta(days=3)).isoformat()
    late = await desk.registered(coordinator, **{**LETTER, "received_at": earlier})
    fresh = await desk.registered(coordinator, **LETTER)
    assert late["due_at"] < fresh["due_at"]
    future = (desk.app.clock.now() + timedelta(days=1)).isoformat()
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **LETTER, "received_at": future})
    assert (refused.status_code, refused.json()["slug"]) == (422, "time_impossible")


async def test_D1_14_running_terms_follow_a_calendar_that_changed(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url, specialist = await desk.under_way(coordinator)
    now = desk.app.clock.now().isoformat()
    await specialist.post(f"{url}/answer", json={"text": "Сказали сразу", "told_at": now})
    before = (await specialist.get(url)).json()["due"]["due_at"]
    known = desk.app.worker.regions
    closed = known[OMSK].model_copy(update={"calendar_extra": {date(2026, 3, 3): "День района"}})
    desk.app.worker.regions = {**known, OMSK: closed}
    await recompute_due_times(desk.app.worker)
    desk.app.worker.regions = known
    moved = (await coordinator.get(f"/enquiries/{filed['id']}")).json()["due"]
    assert datetime.fromisoformat(moved["due_at"]) == datetime.fromisoformat(filed["due_at"]) + timedelta(days=1)
    assert "День района" in moved["explanation"]
    assert (await specialist.get(url)).json()["due"]["due_at"] == before
