"""Whoever asks: without a login, without a name, and read by the responsible only (D1-01, D1-08, D1-12)."""

from __future__ import annotations

import pytest
from chassis.testing.running import Caller
from contracts.intake import EnquiryRegistered
from intake.testing.enquiries import CALL, NOBODY, OMSK, Desk, enquiries_pack
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

MP3 = b"ID3\x04\x00" + bytes(200)


@pytest.mark.parametrize("field", ["name", "phone", "email"])
async def test_D1_12_an_anonymous_entry_takes_neither_name_nor_number(coordinator: Caller, field: str) -> None:
    values = {"name": "Тополева Анна", "phone": "89050001122", "email": "a@example.org"}
    asked = {**CALL, **NOBODY, "channel": "helpline", field: values[field]}
    refused = await coordinator.post("/enquiries", json={"region": OMSK, **asked})
    assert (refused.status_code, refused.json()["slug"]) == (422, "anonymous_keeps_no_caller")


async def test_D1_12_an_anonymous_caller_is_answered_in_the_talk_or_by_the_token(
    desk: Desk, coordinator: Caller
) -> None:
    url, specialist = await desk.under_way(coordinator, **NOBODY, channel="helpline")
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


async def test_D1_01_an_answer_is_promised_only_by_a_way_that_leads_back(desk: Desk, coordinator: Caller) -> None:
    asked = {
        "name": "Рябов Пётр",
        "question": "Где занимаются?",
        "agreed_version": enquiries_pack(OMSK).form.consent_version,
    }
    door = f"/regions/{OMSK}/enquiries"
    for way in ("form", "helpline", "in_person"):
        refused = await desk.app.client().post(door, json={**asked, "answer_channel": way})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "answer_channel")
    written = {"region": OMSK, **CALL, "answer_channel": "form"}
    refused = await coordinator.post("/enquiries", json=written)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "email")


async def test_D0_38_the_applicant_sees_status_term_and_why(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.submitted(name="Рябов Пётр", phone="89050001122", theme="devices")
    family = desk.app.client(status_token=filed["status_token"])
    page = (await family.get("/enquiries/status")).json()
    assert (page["state_title"], page["due"]["due_at"]) == ("Вопрос записан в журнал", filed["due_at"])
    assert "рабочих дня" in page["due"]["explanation"]
    await desk.serving(coordinator, filed["id"], "reabilitolog.muromtsevo")
    assert (await family.get("/enquiries/status")).json()["state_title"] == "Специалист готовит ответ"
    assert (await desk.app.client(status_token="x" * 43).get("/enquiries/status")).status_code == 404


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
