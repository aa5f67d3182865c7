"""The journal of the remote point through the gateway: three channels, each answered its own way (D1-14…D1-17)."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from secrets import randbelow, token_hex
from typing import Any

import openpyxl
import pytest
from local_deploy.story.gateway import Person, eventually
from local_deploy.story.world import World
from standardwebhooks import Webhook

pytestmark = pytest.mark.timeout(300)
POINT = "omsk-muromtsevo"
COORDINATOR, SPECIALIST, HEAD, EDITOR = (
    f"{name}.muromtsevo" for name in ("socrabota", "reabilitolog", "kurator", "redaktor")
)
ANSWER = "Ходунки выдают по программе реабилитации. Поможем написать обращение."


@pytest.fixture(scope="module")
def address() -> str:
    return f"question-{token_hex(4)}@example.org"


def written_down(world: World, **asked: Any) -> dict[str, Any]:
    """A question the coordinator enters in the journal."""
    body = {
        "region": POINT,
        "name": "Тополева Анна Сергеевна",
        "phone": "8 905 000-11-22",
        "address": "с. Артын, ул. Лесная, д. 4",
        "territory": f"{POINT}/artyn",
        "theme": "devices",
        "help_kind": "rehabilitation",
        "question": "Как получить ходунки для ребёнка?",
        **asked,
    }
    answer: dict[str, Any] = world.staff(COORDINATOR).post("/intake/enquiries", body)
    return answer


def answered(world: World, enquiry_id: str, **answer: Any) -> tuple[Person, str]:
    """Given to the specialist, who has answered; the specialist and the enquiry's path."""
    path = f"/intake/enquiries/{enquiry_id}"
    ranked = world.staff(COORDINATOR).get(f"{path}/specialists")["items"]
    chosen = next(one for one in ranked if one["position"] == "специалист по реабилитации инвалидов")
    world.staff(COORDINATOR).post(f"{path}/assign", {"specialist_id": chosen["principal_id"]})
    specialist = world.staff(SPECIALIST)
    specialist.post(f"{path}/serve")
    specialist.post(f"{path}/answer", {"text": ANSWER, **answer})
    return specialist, path


def closed(specialist: Person, path: str) -> dict[str, Any]:
    result = {"outcome": "helped_in_full", "result": "Разъяснён порядок получения"}
    card: dict[str, Any] = specialist.post(f"{path}/close", result)
    return card


@pytest.fixture(scope="module")
def call(world: World) -> dict[str, Any]:
    """By phone: a call back with the answer."""
    filed = written_down(world, channel="phone")
    specialist, path = answered(world, filed["id"])
    told = specialist.post(f"{path}/told", {"outcome": "reached"})
    assert told["due"]["standing"] == "done_on_time"
    return {**filed, **closed(specialist, path)}


@pytest.fixture(scope="module")
def letter(world: World, address: str) -> dict[str, Any]:
    """By e-mail: a real letter with the answer, and only then the result."""
    filed = written_down(world, channel="email", email=address)
    specialist, path = answered(world, filed["id"])
    card = eventually(
        "the answer is taken by the mail server",
        lambda: next((c for c in [specialist.get(path)] if c["delivery"] == "given"), None),
    )
    assert card["answer_channel"] == "email"
    return {**filed, **closed(specialist, path)}


@pytest.fixture(scope="module")
def number() -> str:
    return f"+7905{randbelow(10**7):07d}"


@pytest.fixture(scope="module")
def message(world: World, number: str) -> dict[str, Any]:
    """By text message: in through the gateway's signed callback, out through the gateway, and only then the result."""
    text_message(world, number, "Рябов Пётр. Как получить ходунки?")
    path = eventually("the message stands in the journal", lambda: entered(world, number))
    world.staff(COORDINATOR).post(f"{path}/classify", {"theme": "devices", "help_kind": "rehabilitation"})
    specialist, path = answered(world, path.rpartition("/")[2])
    card = eventually(
        "the answer is taken by the gateway",
        lambda: next((c for c in [specialist.get(path)] if c["delivery"] == "given"), None),
    )
    return {**card, **closed(specialist, path)}


def text_message(world: World, number: str, text: str) -> None:
    body = json.dumps({"id": token_hex(8), "sender": number, "text": text})
    now = datetime.now(UTC)
    signed = {
        "webhook-id": token_hex(8),
        "webhook-timestamp": str(int(now.timestamp())),
    }
    signed["webhook-signature"] = Webhook(world.system.mail.sms_secret).sign(signed["webhook-id"], now, body)
    answer = world.public.call("POST", f"/intake/gateways/sms/{POINT}", content=body, headers=signed)
    assert answer.status_code == 202, answer.text


def entered(world: World, number: str) -> str | None:
    coordinator = world.staff(COORDINATOR)
    listed = coordinator.get("/intake/enquiries", params={"channel": "sms", "sort": "-number", "limit": 5})
    paths = [f"/intake/enquiries/{one['id']}" for one in listed["items"]]
    return next((path for path in paths if coordinator.get(path)["contact"]["phone"] == number), None)


def test_D1_20_a_call_goes_through_the_five_steps(call: dict[str, Any]) -> None:
    assert call["state"] == "closed"
    assert "2 рабочих дня" in call["explanation"]


def test_D1_15_number_term_and_answer_come_as_real_letters(world: World, letter: dict[str, Any], address: str) -> None:
    letters = eventually(
        "two letters", lambda: found if len(found := world.system.mail.messages(address)) > 1 else None
    )
    assert all(letter["number"] in one.text for one in letters)
    assert ANSWER in "".join(one.text for one in letters)


def test_D1_16_a_text_message_is_answered_by_text_message(world: World, message: dict[str, Any], number: str) -> None:
    assert message["answer_channel"] == "sms"
    assert message["state"] == "closed"
    # acknowledgement and answer leave at the same time: which of them arrives first is nobody's promise
    told = eventually("two messages", lambda: found if len(found := world.system.mail.messages(number)) > 1 else None)
    assert any(ANSWER in message.text for message in told)


def test_D1_12_an_anonymous_question_is_answered_on_its_page(world: World) -> None:
    question = {"anonymous": True, "channel": "window", "question": "Куда обратиться за помощью?", "theme": "devices"}
    filed = world.public.post(f"/intake/regions/{POINT}/enquiries", question)
    answered(world, filed["id"])
    page = world.public.get("/intake/enquiries/status", headers={"Status-Token": filed["status_token"]})
    assert [one["text"] for one in page["thread"]] == [question["question"], ANSWER]
    assert page["state_title"] == "Ответ готов"


def test_D0_11_an_editor_publishes_a_depersonalised_answer(world: World, call: dict[str, Any]) -> None:
    words = {"enquiry_id": call["id"], "question": "Как получить ходунки?", "answer": ANSWER}
    named = world.staff(SPECIALIST).call("POST", "/intake/public-answers", json={**words, "question": "Тополева: как?"})
    assert named.json()["slug"] == "not_depersonalised"
    draft = world.staff(SPECIALIST).post("/intake/public-answers", words)
    world.staff(EDITOR).post(f"/intake/public-answers/{draft['id']}/publish")
    shown = world.public.get("/intake/public-answers", params={"region": POINT})["items"]
    assert draft["id"] in [one["id"] for one in shown]


def test_D1_11_the_journal_of_three_channels_leaves_as_a_file(
    world: World, call: dict[str, Any], letter: dict[str, Any], message: dict[str, Any]
) -> None:
    query = {"organisation_id": call["organisation_id"], "year": call["year"], "format": "xlsx"}
    file = world.staff(HEAD).call("GET", "/intake/journal/file", params=query)
    assert file.status_code == 200, file.text
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    lines = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=5)}
    assert sorted(lines) == list(range(1, len(lines) + 1))
    for one in (call, letter):
        assert lines[one["journal_number"]][2] == "Тополева Анна Сергеевна"
    assert lines[message["journal_number"]][2] == "не указано"
    for one in (call, letter, message):
        assert lines[one["journal_number"]][6] == "Разъяснён порядок получения"


def test_D0_37_the_report_counts_what_the_journal_holds(
    world: World, call: dict[str, Any], letter: dict[str, Any], message: dict[str, Any]
) -> None:
    day = call["registered_at"][:10]
    query = {"region": POINT, "since": day, "until": day}

    def counted() -> Any:
        rows = world.staff("manager.omsk").get("/reporting/reports/enquiries", params=query)["rows"]
        return next((row for row in rows if row["theme"] == "devices" and row["helped_in_full"] == 3), None)

    row = eventually("three results in the report", counted)
    assert row["on_time_share"] == 1
