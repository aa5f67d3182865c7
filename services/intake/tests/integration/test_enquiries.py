"""The journal of enquiries through its HTTP door: five steps, channels, anonymity, terms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from chassis.running import Caller, Running
from contracts.identifiers import EnquiryChannel, MessageChannel
from contracts.intake import EnquiryAnswered, EnquiryAnswerGiven, EnquiryRegistered
from contracts.notifications import MessageFailed, MessageSent
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import place, unseal
from contracts.testing import examples
from intake.enquiries.subscribers import recompute_due_times
from intake.enquiries.testing import OMSK, Desk, enquiries_pack
from intake.testing import IRKUTSK, MOSCOW
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

CALL = {
    "channel": "phone",
    "name": "Тополева Анна Сергеевна",
    "phone": "8 (905) 000-11-22",
    "address": "с. Артын, ул. Лесная, 4",
    "territory": f"{OMSK}/artyn",
    "status": "tzhs",
    "theme": "devices",
    "help_kind": "rehabilitation",
    "question": "Как получить ходунки для ребёнка?",
}
LETTER = {**CALL, "channel": "email", "email": "topoleva@example.org"}
MESSAGE = {**CALL, "channel": "sms"}
NOBODY = {"anonymous": True, "name": None, "phone": None, "address": None}
RESULT = {"outcome": "helped_in_full", "result": "Разъяснён порядок получения ТСР"}
PDF, MP3 = b"%PDF-1.7\n%%EOF\n", b"ID3\x04\x00" + bytes(200)


@pytest.fixture
def desk(intake: Running) -> Desk:
    return Desk(intake)


@pytest.fixture
async def coordinator(desk: Desk) -> Caller:
    return await desk.person("socrabota.muromtsevo")


@pytest.fixture
async def specialist(desk: Desk) -> Caller:
    return await desk.person("lfk.muromtsevo")


async def serving(desk: Desk, coordinator: Caller, **changes: Any) -> tuple[str, Caller]:
    """An enquiry the exercise instructor works on: its path, and the instructor."""
    filed = await desk.registered(coordinator, **{**CALL, **changes})
    return f"/enquiries/{filed['id']}", await desk.serving(coordinator, filed["id"], "lfk.muromtsevo")


async def test_D1_20_five_steps_from_a_call_to_its_result(desk: Desk, coordinator: Caller, specialist: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url = f"/enquiries/{filed['id']}"
    ranked = (await coordinator.get(f"{url}/specialists")).json()
    assert ranked[0]["position"] == "инструктор по лечебной физкультуре"
    assert {reason["code"] for reason in ranked[0]["reasons"]} == {"theme", "help_kind", "territory", "load"}
    card = (await coordinator.post(f"{url}/assign")).json()
    assert (card["state"], card["assigned_to"]) == ("assigned", ranked[0]["principal_id"])
    assert (await specialist.post(f"{url}/serve")).json()["state"] == "serving"
    answered = await specialist.post(f"{url}/answer", json={"text": "По ИПРА ребёнка, поможем."})
    assert (answered.json()["state"], answered.json()["delivery"]) == ("answered", "to_be_told")
    told = await specialist.post(f"{url}/told", json={"outcome": "reached"})
    assert told.json()["due"]["given_at"]
    closed = await specialist.post(f"{url}/close", json=RESULT)
    assert closed.json()["state"] == "closed", closed.text
    assert closed.json()["social"]["result"] == RESULT["result"]


async def test_D1_20_no_step_is_skipped_or_taken_twice(desk: Desk, coordinator: Caller, specialist: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url = f"/enquiries/{filed['id']}"
    await coordinator.post(f"{url}/assign")
    for step, body in (("answer", {"text": "Рано отвечать"}), ("told", {"outcome": "reached"}), ("close", RESULT)):
        refused = await specialist.post(f"{url}/{step}", json=body)
        assert (refused.status_code, refused.json()["slug"]) == (409, "wrong_step"), step
    assert (await specialist.post(f"{url}/serve")).status_code == 200
    assert (await specialist.post(f"{url}/serve")).status_code == 409
    await specialist.post(f"{url}/answer", json={"text": "Ответ готов"})
    early = await specialist.post(f"{url}/close", json=RESULT)
    assert (early.status_code, early.json()["slug"]) == (409, "answer_not_given")


async def test_D1_20_a_specialist_without_the_theme_is_not_chosen(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    massage = (await desk.person("massazh.muromtsevo")).principal.id
    refused = await coordinator.post(f"/enquiries/{filed['id']}/assign", json={"specialist_id": str(massage)})
    assert (refused.status_code, refused.json()["slug"]) == (422, "specialist_not_competent")
    unsorted = await desk.registered(coordinator, **{**CALL, "theme": None})
    early = await coordinator.post(f"/enquiries/{unsorted['id']}/assign")
    assert (early.status_code, early.json()["slug"]) == (409, "theme_missing")
    sorted_now = await coordinator.post(f"/enquiries/{unsorted['id']}/classify", json={"theme": "law"})
    assert sorted_now.json()["theme"] == "law"
    again = await coordinator.post(f"/enquiries/{unsorted['id']}/classify", json={"theme": "devices"})
    assert (again.status_code, again.json()["slug"]) == (409, "already_classified")


async def test_D1_20_the_less_loaded_of_equals_is_chosen(desk: Desk, coordinator: Caller) -> None:
    asked = {**CALL, "territory": OMSK, "theme": "institutions"}
    chosen = []
    for _ in range(2):
        filed = await desk.registered(coordinator, **asked)
        ranked = (await coordinator.get(f"/enquiries/{filed['id']}/specialists")).json()
        best = min(ranked[:2], key=lambda one: one["under_way"])
        card = (await coordinator.post(f"/enquiries/{filed['id']}/assign")).json()
        assert card["assigned_to"] == ranked[0]["principal_id"]
        assert ranked[0]["under_way"] == best["under_way"]
        chosen.append(card["assigned_to"])
    assert len(set(chosen)) == 2


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
    url, specialist = await serving(desk, coordinator)
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
    url, specialist = await serving(desk, coordinator, **LETTER)
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
    url, specialist = await serving(desk, coordinator, **LETTER)
    card = (await specialist.post(f"{url}/answer", json={"text": "Ответ письмом"})).json()
    failed = examples("notifications.message.failed.v1").popitem()[1]
    assert isinstance(failed, MessageFailed)
    update = {"kind": "enquiry_answered", "about_id": UUID(card["id"])}
    assert await desk.app.deliver(failed.model_copy(update=update)) is None
    assert (await specialist.get(url)).json()["delivery"] == "to_be_told"
    items = (await specialist.get("/worklist")).json()
    assert [item["kind"] for item in items if item["subject_id"] == card["id"]] == ["enquiry_tell"]


async def test_D1_16_a_text_message_is_answered_to_its_number_by_text_message(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await serving(desk, coordinator, **MESSAGE)
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
    url, specialist = await serving(desk, coordinator, **{**LETTER, "answer_channel": "phone"})
    card = (await specialist.post(f"{url}/answer", json={"text": "Ответ по телефону"})).json()
    assert (card["answer_channel"], card["delivery"]) == ("phone", "to_be_told")
    filed = await desk.submitted(name="Рябов Пётр", phone="89050001122", theme="law")
    family = desk.app.client(status_token=filed["status_token"])
    no_mail = await family.post("/enquiries/status/channel", json={"channel": "email"})
    assert (no_mail.status_code, no_mail.json()["slug"]) == (422, "no_way_to_answer")
    assert (await family.post("/enquiries/status/channel", json={"channel": "sms"})).json()["answer_channel"] == "sms"


@pytest.mark.parametrize("field", ["name", "phone", "email"])
async def test_D1_12_an_anonymous_entry_takes_neither_name_nor_number(coordinator: Caller, field: str) -> None:
    values = {"name": "Тополева Анна", "phone": "89050001122", "email": "a@example.org"}
    asked = {**CALL, **NOBODY, "channel": "helpline", field: values[field]}
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **asked})
    assert (refused.status_code, refused.json()["slug"]) == (422, "anonymous_keeps_no_caller")


async def test_D1_12_an_anonymous_caller_is_answered_in_the_talk_or_by_the_token(
    desk: Desk, coordinator: Caller
) -> None:
    url, specialist = await serving(desk, coordinator, **NOBODY, channel="helpline")
    no_number = await specialist.post(f"{url}/answer", json={"text": "Ответ", "channel": "phone"})
    assert (no_number.status_code, no_number.json()["slug"]) == (422, "no_way_to_answer")
    now = desk.app.clock.now().isoformat()
    told = await specialist.post(f"{url}/answer", json={"text": "Сказали сразу", "channel": "phone", "told_at": now})
    assert told.json()["delivery"] == "given"
    filed = await desk.registered(coordinator, **{**CALL, **NOBODY, "channel": "in_person"})
    other = await desk.serving(coordinator, filed["id"], "lfk.muromtsevo")
    shown = await other.post(f"/enquiries/{filed['id']}/answer", json={"text": "Читайте на странице"})
    assert (shown.json()["answer_channel"], shown.json()["delivery"]) == ("window", "given")
    page = (await desk.app.client(status_token=filed["status_token"]).get("/enquiries/status")).json()
    assert [message["text"] for message in page["thread"]] == [CALL["question"], "Читайте на странице"]
    registered = [e for e in await desk.app.published(EnquiryRegistered) if isinstance(e, EnquiryRegistered)][-1]
    assert (registered.person_id, registered.contact) == (None, None)


async def test_D1_12_the_database_itself_keeps_no_caller_and_no_recording_of_the_anonymous(
    desk: Desk, coordinator: Caller
) -> None:
    filed = await desk.registered(coordinator, **{**CALL, **NOBODY, "channel": "helpline"})
    recording = await coordinator.post(
        f"/enquiries/{filed['id']}/files", files={"file": ("a.mp3", MP3, "audio/mpeg")}, data={"kind": "recording"}
    )
    assert (recording.status_code, recording.json()["slug"]) == (422, "anonymous_not_recorded")
    caller = "UPDATE enquiries SET caller = '{}', last_amendment = 1 WHERE id = :id"
    talk = (
        "INSERT INTO enquiry_files (blob_id, enquiry_id, anonymous, kind, media_type, size, attached_at) "
        "VALUES (gen_random_uuid(), :id, {}, 'recording', 'audio/mpeg', 1, now())"
    )
    for forbidden in (caller, talk.format("true"), talk.format("false")):
        with pytest.raises(DBAPIError, match=r"anonymous|amendment"):
            async with desk.app.unit() as unit:
                await unit.session.execute(text(forbidden), {"id": filed["id"]})


async def test_D3_46_a_helpline_signal_is_entered_and_answered(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **{**CALL, "channel": "helpline"})
    assert (await coordinator.get(f"/enquiries/{filed['id']}")).json()["answer_channel"] == "phone"
    listed = (await coordinator.get("/enquiries", params={"channel": "helpline", "limit": 200})).json()["items"]
    assert filed["id"] in [line["id"] for line in listed]


async def test_D1_13_the_status_is_kept_as_reported_and_hidden_from_managers(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **{**CALL, "status": "sop"})
    assert (await coordinator.get(f"/enquiries/{filed['id']}")).json()["social"]["status"] == "sop"
    manager = await desk.person("manager.omsk")
    seen = await manager.get(f"/enquiries/{filed['id']}")
    assert seen.json()["social"] is None
    assert seen.json()["contact"] is None
    assert "sop" not in seen.text
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **CALL, "status": "rich"})
    assert refused.status_code == 422


async def test_D1_19_a_recorded_talk_is_attached_and_only_the_responsible_hear_it(
    desk: Desk, coordinator: Caller
) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url = f"/enquiries/{filed['id']}"
    sent = await coordinator.post(
        f"{url}/files", files={"file": ("talk.mp3", MP3, "audio/mpeg")}, data={"kind": "recording"}
    )
    assert (sent.status_code, sent.json()["media_type"]) == (201, "audio/mpeg")
    disguised = await coordinator.post(
        f"{url}/files", files={"file": ("talk.mp3", b"MZ\x90", "audio/mpeg")}, data={"kind": "recording"}
    )
    assert disguised.status_code == 415
    not_a_letter = await coordinator.post(
        f"{url}/files", files={"file": ("talk.mp3", MP3, "audio/mpeg")}, data={"kind": "letter"}
    )
    assert not_a_letter.status_code == 415
    heard = await coordinator.get(f"{url}/files/{sent.json()['id']}")
    assert heard.content == MP3
    psychologist = await desk.person("psiholog.muromtsevo")
    assert (await psychologist.get(f"{url}/files/{sent.json()['id']}")).status_code == 403


async def test_D1_08_confidential_only_the_responsible_specialist_reads_who_asked(
    desk: Desk, coordinator: Caller
) -> None:
    filed = await desk.registered(coordinator, **CALL)
    psychologist = await desk.person("psiholog.muromtsevo")
    seen = await psychologist.get(f"/enquiries/{filed['id']}")
    assert seen.status_code == 200
    assert "Тополева" not in seen.text
    assert "ходунки" not in seen.text
    stranger = await Desk(desk.app, "smolensk").person("koordinator.smolensk")
    assert (await stranger.get(f"/enquiries/{filed['id']}")).status_code == 404
    responsible = await desk.serving(coordinator, filed["id"], "lfk.muromtsevo")
    assert (await responsible.get(f"/enquiries/{filed['id']}")).json()["contact"]["name"] == CALL["name"]


async def test_D0_04_the_form_shows_numbers_with_extension_and_D1_01_that_it_is_free(desk: Desk) -> None:
    form = (await desk.app.client().get(f"/regions/{OMSK}/enquiry-form")).json()
    phones = [point for point in form["contacts"] if point["channel"] in {"phone", "helpline"}]
    assert len(phones) == 2
    assert phones[0]["extension"] == "2"
    assert "бесплатн" in form["free_of_charge"]
    assert form["principles"] == ["доступность", "конфиденциальность", "добровольность", "квалифицированная помощь"]
    assert form["answer_within"] == "2 рабочих дня"
    assert (await desk.app.client().get("/regions/atlantis/enquiry-form")).status_code == 404


async def test_D1_01_anybody_asks_without_login_and_gets_an_operative_answer_term(desk: Desk) -> None:
    filed = await desk.submitted(name="Рябов Пётр", email="ryabov@example.org", territory=f"{OMSK}/artyn")
    assert filed["number"].startswith("ОБР-2026-")
    assert filed["status_url"].endswith("#" + filed["status_token"])
    unread = await desk.app.client().post(
        f"/regions/{OMSK}/enquiries", json={"name": "Рябов Пётр", "question": "Вопрос", "agreed_version": "2001-1"}
    )
    assert (unread.status_code, unread.json()["errors"][0]["field"]) == (422, "agreed_version")


async def test_D0_38_the_applicant_sees_status_term_and_why(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.submitted(name="Рябов Пётр", phone="89050001122", theme="devices")
    family = desk.app.client(status_token=filed["status_token"])
    page = (await family.get("/enquiries/status")).json()
    assert (page["state_title"], page["due"]["due_at"]) == ("Вопрос записан в журнал", filed["due_at"])
    assert "рабочих дня" in page["due"]["explanation"]
    await desk.serving(coordinator, filed["id"], "reabilitolog.muromtsevo")
    assert (await family.get("/enquiries/status")).json()["state_title"] == "Специалист готовит ответ"
    assert (await desk.app.client(status_token="x" * 43).get("/enquiries/status")).status_code == 404


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


async def test_D1_25_templates_and_D1_29_scripts_fit_the_enquiry_and_are_filled_in(
    desk: Desk, coordinator: Caller
) -> None:
    url, specialist = await serving(desk, coordinator)
    at_hand = (await specialist.get(f"{url}/aids")).json()
    assert len(at_hand["algorithm"]) == 5
    codes = [template["code"] for template in at_hand["templates"]]
    assert "devices" in codes
    assert "by_message" not in codes
    number = (await specialist.get(url)).json()["number"]
    assert all(number in template["text"] for template in at_hand["templates"])
    assert [script["code"] for script in at_hand["scripts"]] == ["call"]
    helpline = await desk.registered(coordinator, **{**CALL, "channel": "helpline"})
    scripts = (await coordinator.get(f"/enquiries/{helpline['id']}/aids")).json()["scripts"]
    assert {script["code"] for script in scripts} == {"call", "danger"}


async def test_D1_10_the_kind_of_help_is_one_of_the_packs_four(coordinator: Caller) -> None:
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **CALL, "help_kind": "magic"})
    assert (refused.status_code, refused.json()["slug"]) == (422, "code_unknown")
    assert len(refused.json()["known"]) == 4
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **CALL, "theme": "weather"})
    assert len(refused.json()["known"]) == 6


async def test_a_specialist_works_on_his_own_list_and_leaders_on_all(desk: Desk, coordinator: Caller) -> None:
    url, specialist = await serving(desk, coordinator)
    id = url.rpartition("/")[2]

    async def kinds(who: Caller) -> list[str]:
        return [item["kind"] for item in (await who.get("/worklist")).json() if item["subject_id"] == id]

    assert await kinds(specialist) == ["enquiry_answer"]
    assert await kinds(coordinator) == ["enquiry_answer"]
    assert await kinds(await desk.person("psiholog.muromtsevo")) == []


async def test_a_stale_version_and_a_repeated_key_change_nothing(desk: Desk, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "7f6b0f2a-9f7e-4b52-8b1c-6c9f5f0e7a11"}
    first, second = [
        await coordinator.post("/enquiries", json={"region": OMSK, **CALL}, headers=headers) for _ in range(2)
    ]
    assert first.json() == second.json()
    url = f"/enquiries/{first.json()['id']}"
    await coordinator.post(f"{url}/assign")
    stale = await coordinator.post(f"{url}/assign", json={"version": 1})
    assert (stale.status_code, stale.json()["slug"]) == (409, "stale_version")


async def test_another_specialist_neither_answers_nor_takes_over_unasked(desk: Desk, coordinator: Caller) -> None:
    url, _ = await serving(desk, coordinator)
    head = await desk.person("kurator.muromtsevo")
    refused = await head.post(f"{url}/answer", json={"text": "Отвечу за другого"})
    assert (refused.status_code, refused.json()["slug"]) == (409, "other_specialist")
    other = str((await desk.person("reabilitolog.muromtsevo")).principal.id)
    unasked = await coordinator.post(f"{url}/assign", json={"specialist_id": other})
    assert (unasked.status_code, unasked.json()["slug"]) == (409, "other_specialist")
    me = (await coordinator.get(url)).json()["assigned_to"]
    handed = await coordinator.post(f"{url}/assign", json={"specialist_id": other, "instead_of": me})
    assert (handed.json()["state"], handed.json()["assigned_to"]) == ("assigned", other)


async def test_a_letter_written_down_late_counts_from_its_receipt(desk: Desk, coordinator: Caller) -> None:
    earlier = (desk.app.clock.now() - timedelta(days=3)).isoformat()
    late = await desk.registered(coordinator, **{**LETTER, "received_at": earlier})
    fresh = await desk.registered(coordinator, **LETTER)
    assert late["due_at"] < fresh["due_at"]
    future = (desk.app.clock.now() + timedelta(days=1)).isoformat()
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **LETTER, "received_at": future})
    assert (refused.status_code, refused.json()["slug"]) == (422, "time_impossible")


async def test_D0_38_the_page_of_a_question_runs_its_own_script_only(desk: Desk) -> None:
    page = await desk.app.client().get("/question")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert 'lang="ru"' in page.text
    filed = await desk.submitted(name="Рябов Пётр", phone="89050001122")
    assert "/question#" in filed["status_url"]
    shown = await desk.app.client(status_token=filed["status_token"]).get("/enquiries/status")
    assert shown.json()["time_zone"] == "Asia/Omsk"


async def test_D1_14_running_terms_follow_a_calendar_that_changed(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **CALL)
    url, specialist = await serving(desk, coordinator)
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


@pytest.mark.parametrize(
    ("region", "territory", "login", "prefix"),
    [
        (IRKUTSK, "angarsk", "koordinator.angarsk", "ОБА"),
        (IRKUTSK, "bratsk", "koordinator.rost", "ОБР"),
        (MOSCOW, "severny", "koordinator.moskva", "ОРП"),
    ],
)
async def test_D3_46_a_question_stands_in_the_journal_of_its_territory_and_is_answered_there(
    intake: Running, region: str, territory: str, login: str, prefix: str
) -> None:
    asked = {"name": "Вязова Дарья Ильинична", "email": "vyazova@example.org", "territory": f"{region}/{territory}"}
    desk = Desk(intake, region)
    filed = await desk.submitted(**asked)
    coordinator = await desk.person(login)
    card = (await coordinator.get(f"/enquiries/{filed['id']}")).json()
    assert card["number"].startswith(prefix)
    pack = enquiries_pack(region)
    words = {"theme": pack.themes[0].code, "help_kind": pack.help_kinds[0].code}
    await coordinator.post(f"/enquiries/{filed['id']}/classify", json=words)
    specialist = await desk.serving(coordinator, filed["id"], login)
    answered = await specialist.post(f"/enquiries/{filed['id']}/answer", json={"text": "Приходите в понедельник."})
    assert (answered.status_code, answered.json()["state"]) == (200, "answered"), answered.text
