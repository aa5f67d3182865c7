"""The report of enquiries from events alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing.plugin import Runner
from chassis.testing.running import Running
from contracts import intake
from contracts.event import Event, Moment
from contracts.identifiers import EnquiryOutcome
from contracts.testing import examples
from reporting.main import service

REGION = "omsk-muromtsevo"
MARCH = {"region": REGION, "since": "2026-03-01", "until": "2026-03-31"}
ASKED_AT = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
DUE_AT = ASKED_AT + timedelta(days=2)
# the source counts 126 questions: 40, 20, 21, 9, 7 and 3 per cent by theme, 97 of them helped in full (D0-36, D0-37)
THEMES = {"courses_money": 50, "law": 25, "institutions": 27, "devices": 11, "vouchers": 9, "medicines": 4}
HELPED = 97


@pytest.fixture(scope="module")
async def app(module_running: Runner) -> Running:
    return await module_running(service)


def example(event: type[Event], **changes: Any) -> Event:
    return examples(event.type())["typical"].model_copy(update=changes)


async def asked(app: Running, theme: str | None, **changes: Any) -> UUID:
    id, due = uuid4(), Moment(due_at=DUE_AT)
    event = example(intake.EnquiryRegistered, enquiry_id=id, theme=theme, registered_at=ASKED_AT, due=due, **changes)
    assert await app.deliver(event) is None
    return id


async def helped(app: Running, id: UUID, given_at: datetime) -> None:
    told = {"enquiry_id": id, "given_at": given_at, "due_at": DUE_AT, "on_time": given_at <= DUE_AT}
    await app.deliver(example(intake.EnquiryAnswerGiven, **told))
    closed = {"enquiry_id": id, "outcome": EnquiryOutcome.HELPED_IN_FULL, "recorded_at": given_at}
    await app.deliver(example(intake.EnquiryResultRecorded, **closed))


async def report(app: Running) -> dict[str | None, dict[str, Any]]:
    manager = await app.as_role("manager", territories=[REGION, "omsk-muromtsevo/muromtsevo"])
    answer = await manager.get("/reports/enquiries", params=MARCH)
    assert answer.status_code == 200, answer.text
    return {row["theme"]: row for row in answer.json()["rows"]}


async def test_D0_36_questions_by_theme_and_D0_37_helped_in_full_or_still_in_work(app: Running) -> None:
    app.clock.set(DUE_AT + timedelta(days=1))
    ids = [await asked(app, theme) for theme, number in THEMES.items() for _ in range(number)]
    for id in ids[:HELPED]:
        await helped(app, id, ASKED_AT + timedelta(hours=5))
    rows = await report(app)
    assert {theme: row["registered"] for theme, row in rows.items()} == THEMES
    assert [round(100 * rows[theme]["theme_share"]) for theme in THEMES] == [40, 20, 21, 9, 7, 3]
    assert sum(row["helped_in_full"] for row in rows.values()) == HELPED
    assert sum(row["in_work"] for row in rows.values()) == 29
    assert round(100 * HELPED / sum(THEMES.values())) == 77


async def test_D1_14_the_on_time_share_counts_late_and_missing_answers(app: Running) -> None:
    app.clock.set(DUE_AT + timedelta(days=1))
    early, late, _ = [await asked(app, "weather") for _ in range(3)]
    await helped(app, early, DUE_AT)
    await helped(app, late, DUE_AT + timedelta(hours=1))
    row = (await report(app))["weather"]
    assert (row["answered"], row["on_time"], row["overdue"]) == (2, 1, 1)
    assert row["on_time_share"] == pytest.approx(1 / 3, abs=1e-4)


async def test_a_question_asked_on_runs_again_and_an_amended_theme_moves_it(app: Running) -> None:
    app.clock.set(ASKED_AT + timedelta(days=1))
    id = await asked(app, None, anonymous=True)
    await helped(app, id, ASKED_AT)
    moment = Moment(due_at=DUE_AT)
    await app.deliver(example(intake.EnquiryServed, enquiry_id=id, serving_since=ASKED_AT, due=moment))
    sorted_now = {"enquiry_id": id, "theme": "moved", "complaint": True, "due": moment}
    await app.deliver(example(intake.EnquiryClassified, **sorted_now))
    row = (await report(app))["moved"]
    assert (row["answered"], row["complaints"], row["anonymous"], row["overdue"]) == (0, 1, 1, 0)
