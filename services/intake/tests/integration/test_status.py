"""The family's own page: by token, without login (D0-38)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from chassis.testing.plugin import START
from chassis.testing.running import Caller
from contracts.intake import ApplicationWithdrawn
from contracts.scheduling import AppointmentBooked, AppointmentCancelled
from intake.applications.model.application import Application
from intake.testing import MOSCOW, Route, organisation
from sqlalchemy import text

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def family(route: Route, filed: dict[str, str]) -> Caller:
    return route.app.client(status_token=filed["status_token"])


async def test_D0_38_the_family_sees_where_its_application_stands_and_what_happens_next(moscow: Route) -> None:
    filed = await moscow.submitted()
    page = (await family(moscow, filed).get("/applications/status")).json()
    assert page["number"] == filed["number"]
    assert page["state_title"] == "Заявка принята"
    assert "Мы позвоним" in page["next_step"]
    assert page["deadlines"][0]["kind"] == "call_back"
    assert page["deadlines"][0]["explanation"]
    assert "Тополев" not in str(page)


async def test_T12_the_page_says_whose_clock_its_moments_go_by(moscow: Route) -> None:
    page = (await family(moscow, await moscow.submitted()).get("/applications/status")).json()
    assert page["time_zone"] == "Europe/Moscow"


async def test_D2_20_an_accepted_family_reads_which_documents_to_bring(moscow: Route) -> None:
    coordinator, head = await moscow.person("koordinator.moskva"), await moscow.person("head.sever")
    card = await moscow.handed_over(coordinator, "early-help-north")
    await head.post(f"/applications/{card['id']}/accept")
    page = (await family(moscow, card).get("/applications/status")).json()
    assert "паспорт, свидетельство о рождении" in page["next_step"]


async def test_D2_18_the_family_reads_the_agreed_time_of_its_first_appointment(moscow: Route) -> None:
    coordinator, head = await moscow.person("koordinator.moskva"), await moscow.person("head.sever")
    card = await moscow.handed_over(coordinator, "early-help-north")
    await head.post(f"/applications/{card['id']}/accept")
    booked = {
        "appointment_id": uuid4(),
        "application_id": UUID(card["id"]),
        "child_id": UUID(card["child_id"]),
        "region": MOSCOW,
        "organisation_id": organisation("early-help-north"),
        "first": True,
        "starts_at": datetime(2026, 3, 5, 7, 30, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 5, 8, 30, tzinfo=UTC),
        "due_at": None,
        "in_time": True,
        "specialist_ids": (),
    }
    assert await moscow.app.deliver(AppointmentBooked.model_validate(booked)) is None
    page = (await family(moscow, card).get("/applications/status")).json()
    assert page["appointment_at"] == "2026-03-05T07:30:00Z"
    assert "5 марта 2026" in page["next_step"]
    assert "10:30" in page["next_step"]
    assert "паспорт, свидетельство о рождении" in page["next_step"]
    gone = {name: booked[name] for name in ("appointment_id", "application_id", "child_id", "region")}
    gone |= {"reason_code": "child_ill", "next_appointment_id": None}
    assert await moscow.app.deliver(AppointmentCancelled.model_validate(gone)) is None
    page = (await family(moscow, card).get("/applications/status")).json()
    assert (page["appointment_at"], "Служба назначает первый приём" in page["next_step"]) == (None, True)


async def test_D2_03_an_older_childs_page_still_names_the_right_service_and_its_telephone(moscow: Route) -> None:
    filed = await moscow.submitted(birth_date="2019-05-01")
    page = (await family(moscow, filed).get("/applications/status")).json()
    assert page["state"] == "redirected"
    for word in (filed["redirected_to"]["title"], filed["redirected_to"]["phone"]):
        assert word in page["next_step"]


@pytest.mark.parametrize("token", [None, "wrong", "0" * 64])
async def test_without_the_token_there_is_no_application(moscow: Route, token: str | None) -> None:
    await moscow.submitted()
    client = moscow.app.client(status_token=token)
    assert (await client.get("/applications/status")).status_code == 404
    assert (await client.post("/applications/status/withdraw")).status_code == 404
    files = {"file": ("a.pdf", PDF, "application/pdf")}
    assert (await client.post("/applications/status/files", files=files)).status_code == 404


async def test_one_familys_token_opens_no_other_application(moscow: Route) -> None:
    mine, other = await moscow.submitted(), await moscow.submitted()
    assert (await family(moscow, mine).get("/applications/status")).json()["number"] == mine["number"]
    assert (await family(moscow, mine).get(f"/applications/{other['id']}")).status_code in (401, 404)


async def test_only_the_digest_of_the_token_is_stored(moscow: Route) -> None:
    filed = await moscow.submitted()
    token = filed["status_token"]
    assert len(token) >= 43
    async with moscow.app.unit() as unit:
        row = await unit.session.get_one(Application, filed["id"])
        assert row.token_digest == hashlib.sha256(token.encode()).hexdigest()
        for table in ("applications", "outbox", "idempotency_keys", "consents", "timers", "read_audit"):
            found = await unit.session.scalar(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :token"), {"token": f"%{token}%"}
            )
            assert found == 0, table


async def test_a_family_withdraws_and_no_deadline_runs_any_more(moscow: Route) -> None:
    filed = await moscow.submitted()
    page = (await family(moscow, filed).post("/applications/status/withdraw")).json()
    assert page["state"] == "withdrawn"
    assert page["deadlines"] == []
    assert not page["can_withdraw"]
    facts = [e for e in await moscow.app.published(ApplicationWithdrawn) if isinstance(e, ApplicationWithdrawn)]
    assert [str(fact.application_id) for fact in facts].count(filed["id"]) == 1
    again = await family(moscow, filed).post("/applications/status/withdraw")
    assert (again.status_code, again.json()["slug"]) == (409, "wrong_state")


async def test_a_file_is_kept_sealed_and_listed(moscow: Route) -> None:
    filed = await moscow.submitted()
    files = {"file": ("выписка Тополев.pdf", PDF, "application/pdf")}
    answer = await family(moscow, filed).post("/applications/status/files", files=files)
    assert answer.status_code == 201, answer.text
    page = (await family(moscow, filed).get("/applications/status")).json()
    assert [file["id"] for file in page["files"]] == [answer.json()["id"]]
    assert "Тополев" not in str(page)


@pytest.mark.parametrize(
    ("name", "content", "declared", "status", "slug"),
    [
        ("a.pdf", b"MZ\x90\x00" + b"\x00" * 100, "application/pdf", 415, "file_disguised"),
        ("a.jpg", PDF, "image/jpeg", 415, "file_disguised"),
        ("a.exe", b"MZ\x90\x00" + b"\x00" * 100, "application/octet-stream", 415, "file_type_refused"),
        ("a.pdf", b"", "application/pdf", 422, "file_empty"),
        ("a.pdf", b"%PDF-1.7\n" + b"0" * 30_000_000, "application/pdf", 413, "too_large"),
    ],
    ids=["disguised program", "disguised pdf", "program", "empty", "30 MB"],
)
async def test_a_large_or_disguised_file_is_refused(
    moscow: Route, name: str, content: bytes, declared: str, status: int, slug: str
) -> None:
    filed = await moscow.submitted()
    answer = await family(moscow, filed).post("/applications/status/files", files={"file": (name, content, declared)})
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert (await family(moscow, filed).get("/applications/status")).json()["files"] == []


async def test_a_withdrawn_application_takes_no_file(moscow: Route) -> None:
    filed = await moscow.submitted()
    await family(moscow, filed).post("/applications/status/withdraw")
    files = {"file": ("a.pdf", PDF, "application/pdf")}
    assert (await family(moscow, filed).post("/applications/status/files", files=files)).status_code == 409


async def test_the_page_is_served_without_login_and_lets_nothing_out(moscow: Route) -> None:
    page = await moscow.app.client().get("/status")
    assert page.status_code == 200
    assert '<html lang="ru">' in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text


async def test_D2_17_a_missed_call_back_is_noted_when_its_time_has_passed(moscow: Route) -> None:
    filed = await moscow.submitted()
    coordinator = await moscow.person("koordinator.moskva")
    moscow.app.clock.set(START + timedelta(hours=8, seconds=1))
    await moscow.app.fire_timers()
    card = (await coordinator.get(f"/applications/{filed['id']}")).json()
    assert card["standing"] == "overdue"
    assert card["deadlines"][0]["escalated_at"] is not None


async def test_D2_17_a_reached_family_is_never_escalated(moscow: Route) -> None:
    coordinator = await moscow.person("koordinator.moskva")
    card = await moscow.reached(coordinator)
    moscow.app.clock.set(START + timedelta(hours=30))
    await moscow.app.fire_timers()
    card = (await coordinator.get(f"/applications/{card['id']}")).json()
    assert [row["escalated_at"] for row in card["deadlines"]] == [None, None]
