"""The journal as a legal document: numbers without gaps, seven columns, visible corrections, files, search."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from chassis.testing.running import Caller
from docx import Document
from intake.enquiries.queries.journal import COLUMNS
from intake.testing.enquiries import CALL, OMSK, Desk
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

ASKED = {
    "channel": "phone",
    "name": "Ёлкина Яна Павловна",
    "phone": "89050002233",
    "address": "с. Бергамак, ул. Речная, 1",
    "status": "tzhs",
    "theme": "law",
    "question": "Положена ли выплата на проезд?",
}


async def journal(desk: Desk, who: Caller, **wanted: Any) -> list[dict[str, Any]]:
    query: dict[str, Any] = {
        "organisation_id": desk.organisation_id,
        "year": 2026,
        "limit": 200,
        "sort": "-number",
        **wanted,
    }
    answer = await who.get("/journal", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


async def row_of(desk: Desk, who: Caller, number: int) -> dict[str, Any]:
    return next(row for row in await journal(desk, who) if row["number"] == number)


async def closed(desk: Desk, coordinator: Caller, result: str) -> dict[str, Any]:
    filed = await desk.registered(coordinator, **ASKED)
    url = f"/enquiries/{filed['id']}"
    await desk.serving(coordinator, filed["id"], "socrabota.muromtsevo")
    now = desk.app.clock.now().isoformat()
    await coordinator.post(f"{url}/answer", json={"text": "Положена", "told_at": now})
    done = await coordinator.post(f"{url}/close", json={"outcome": "helped_in_full", "result": result})
    assert done.status_code == 200, done.text
    return filed


async def test_D1_11_the_journal_has_the_seven_columns_of_the_source_in_order(desk: Desk, coordinator: Caller) -> None:
    assert [name.split(",")[0].split(" ")[0] for name in COLUMNS] == [
        "№", "Дата", "ФИО", "Адрес", "Статус", "Причина", "Результат",
    ]  # fmt: skip
    filed = await closed(desk, coordinator, "Разъяснён порядок")
    row = await row_of(desk, coordinator, filed["journal_number"])
    assert list(row) == ["number", "registered_on", "who", "address", "status", "reason", "result"]
    assert list(row.values())[1:] == [
        "02.03.2026",
        "Ёлкина Яна Павловна",
        "с. Бергамак, ул. Речная, 1",
        "ТЖС",
        "Право, льготы, жильё, образование. Положена ли выплата на проезд?",
        "Разъяснён порядок",
    ]


async def test_D1_12_the_journal_says_anonymous_instead_of_a_name(desk: Desk, coordinator: Caller) -> None:
    nobody = {**ASKED, "name": None, "phone": None, "address": None, "status": None, "anonymous": True}
    filed = await desk.registered(coordinator, **nobody)
    row = await row_of(desk, coordinator, filed["journal_number"])
    assert (row["who"], row["address"], row["status"]) == ("анонимно", "не указано", "—")


async def test_D1_11_numbers_have_no_gap_though_many_ask_at_once_and_some_fail(desk: Desk, coordinator: Caller) -> None:
    first = await desk.registered(coordinator, **ASKED)
    taken = first["id"]

    async def ask(number: int) -> int:
        body = {"region": OMSK, **ASKED, **({"id": taken} if number % 3 == 0 else {"id": str(uuid4())})}
        return (await coordinator.post("/enquiries", json=body)).status_code

    answers = await asyncio.gather(*(ask(number) for number in range(12)))
    assert sorted(answers) == [201] * 8 + [409] * 4
    last = await desk.registered(coordinator, **ASKED)
    assert last["journal_number"] == first["journal_number"] + 9
    numbers = sorted(row["number"] for row in await journal(desk, coordinator))
    assert numbers == list(range(1, len(numbers) + 1))


async def test_D1_11_every_organisation_counts_for_itself(desk: Desk, coordinator: Caller) -> None:
    other = Desk(desk.app, "smolensk")
    there = await other.registered(await other.person("koordinator.smolensk"), **ASKED)
    here = await desk.registered(coordinator, **ASKED)
    assert there["number"] == "ОМЦ-2026-000001"
    assert here["number"].startswith("ОБР-2026-")
    refused = await coordinator.post("/enquiries", json={"region": "smolensk", **ASKED})
    assert refused.status_code == 403


async def test_D1_11_a_correction_is_a_visible_amendment(desk: Desk, coordinator: Caller) -> None:
    filed = await closed(desk, coordinator, "Разъяснён порядок")
    url = f"/enquiries/{filed['id']}/amendments"
    corrections = [
        {"column": "name", "value": "Ёлкина Яна Петровна", "why": "Ошибка в отчестве"},
        {"column": "status", "value": "sop", "why": "Уточнено при звонке"},
        {"column": "theme", "value": "vouchers", "why": "Вопрос был о путёвке"},
        {"column": "result", "value": "Выдана памятка", "why": "Результат записан неточно"},
    ]
    for position, body in enumerate(corrections, 1):
        answer = await coordinator.post(url, json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["social"]["amendments"][-1]["position"] == position
    row = await row_of(desk, coordinator, filed["journal_number"])
    assert row["who"] == ("Ёлкина Яна Петровна\n(исправлено 02.03.2026: было «Ёлкина Яна Павловна»; Ошибка в отчестве)")
    assert row["status"].startswith("СОП\n(исправлено 02.03.2026: было «ТЖС»")
    assert row["reason"].startswith("Путёвки. ")
    assert "было «Право, льготы, жильё, образование»" in row["reason"]
    assert "было «Разъяснён порядок»" in row["result"]


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"column": "name", "value": "Ёлкина Яна Павловна", "why": "Проверка"}, "nothing_changes"),
        ({"column": "theme", "value": "weather", "why": "Проверка"}, "code_unknown"),
        ({"column": "phone", "value": "тридцать", "why": "Проверка"}, "phone_invalid"),
        ({"column": "result", "value": "Рано", "why": "Проверка"}, "result_missing"),
        ({"column": "reason", "value": None, "why": "Проверка"}, "value_invalid"),
    ],
)
async def test_D1_11_a_correction_that_is_none_is_refused(
    desk: Desk, coordinator: Caller, body: dict[str, Any], slug: str
) -> None:
    filed = await desk.registered(coordinator, **ASKED)
    refused = await coordinator.post(f"/enquiries/{filed['id']}/amendments", json=body)
    assert (refused.status_code, refused.json()["slug"]) == (422, slug)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enquiries SET theme = 'devices' WHERE id = :id",
        "UPDATE enquiries SET status = NULL WHERE id = :id",
        "UPDATE enquiries SET question = '{}' WHERE id = :id",
        "UPDATE enquiries SET theme = 'devices', last_amendment = 7 WHERE id = :id",
        "UPDATE enquiries SET number = number + 1 WHERE id = :id",
        "UPDATE enquiries SET registered_at = registered_at - interval '1 day' WHERE id = :id",
        "DELETE FROM enquiries WHERE id = :id",
        "UPDATE enquiry_amendments SET amended_at = now() WHERE enquiry_id = :id",
        "DELETE FROM enquiry_amendments WHERE enquiry_id = :id",
    ],
)
async def test_D1_11_the_database_takes_no_silent_edit(desk: Desk, coordinator: Caller, statement: str) -> None:
    filed = await desk.registered(coordinator, **ASKED)
    correction = {"column": "address", "value": "с. Артын", "why": "Переехали"}
    await coordinator.post(f"/enquiries/{filed['id']}/amendments", json=correction)
    with pytest.raises(DBAPIError, match=r"permanent|amendment|never"):
        async with desk.app.unit() as unit:
            await unit.session.execute(text(statement), {"id": filed["id"]})


async def file(desk: Desk, who: Caller, format: str) -> bytes:
    query: dict[str, Any] = {"organisation_id": desk.organisation_id, "year": 2026, "format": format}
    answer = await who.get("/journal/file", params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_D1_11_the_journal_is_exported_as_xlsx_with_text_taken_as_text(desk: Desk, coordinator: Caller) -> None:
    await desk.registered(coordinator, **{**ASKED, "question": "=HYPERLINK(1) что делать?", "theme": None})
    sheet = openpyxl.load_workbook(io.BytesIO(await file(desk, coordinator, "xlsx"))).active
    assert sheet is not None
    assert tuple(cell.value for cell in sheet[4]) == COLUMNS
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[-1][5] == "=HYPERLINK(1) что делать?"
    assert sheet.cell(sheet.max_row, 6).data_type == "s"
    assert "Реабилитация – онлайн" in str(sheet["A1"].value)


async def test_D1_11_the_journal_is_exported_as_docx(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **ASKED)
    table = Document(io.BytesIO(await file(desk, coordinator, "docx"))).tables[0]
    assert tuple(cell.text for cell in table.rows[0].cells) == COLUMNS
    assert table.rows[-1].cells[0].text == str(filed["journal_number"])
    assert table.rows[-1].cells[2].text == ASKED["name"]


async def test_D1_11_the_journal_is_exported_as_pdf_and_words_are_not_markup(desk: Desk, coordinator: Caller) -> None:
    await desk.registered(coordinator, **{**ASKED, "question": "Вопрос #panic() и *звёздочки* $x$"})
    content = await file(desk, coordinator, "pdf")
    assert content.startswith(b"%PDF-")
    assert len(content) > 5_000


async def test_the_journal_of_another_organisation_is_not_found(desk: Desk) -> None:
    stranger = await Desk(desk.app, "smolensk").person("koordinator.smolensk")
    query: dict[str, Any] = {"organisation_id": desk.organisation_id, "year": 2026}
    assert (await stranger.get("/journal", params=query)).status_code == 404
    assert (await stranger.get("/journal/file", params=query | {"format": "xlsx"})).status_code == 404
    specialist = await desk.person("psiholog.muromtsevo")
    assert (await specialist.get("/journal", params=query)).status_code == 403


async def test_every_line_of_an_export_is_recorded_as_read(desk: Desk, coordinator: Caller) -> None:
    filed = await desk.registered(coordinator, **ASKED)
    await file(desk, coordinator, "xlsx")
    async with desk.app.unit() as unit:
        found = await unit.session.scalar(
            text("SELECT count(*) FROM read_audit WHERE subject_id = :id AND resource = 'enquiry'"), {"id": filed["id"]}
        )
    assert found == 1


@pytest.mark.parametrize("words", ["ёлкиной", "ЕЛКИНА проезд", "выплату", "бергамака"])
async def test_enquiries_are_found_by_words_in_any_case_form(desk: Desk, coordinator: Caller, words: str) -> None:
    filed = await desk.registered(coordinator, **ASKED)
    query: dict[str, Any] = {"words": words, "limit": 200, "sort": "-number"}
    found = (await coordinator.get("/enquiries", params=query)).json()["items"]
    assert filed["id"] in [line["id"] for line in found]
    none = await coordinator.get("/enquiries", params={"words": f"{words} бегемот"})
    assert none.json()["items"] == []


async def test_enquiries_are_found_by_number_filtered_and_paged(desk: Desk, coordinator: Caller) -> None:
    filed = [await desk.registered(coordinator, **ASKED) for _ in range(3)]
    for number in (filed[0]["number"], str(filed[0]["journal_number"])):
        found = (await coordinator.get("/enquiries", params={"number": number})).json()["items"]
        assert [line["id"] for line in found] == [filed[0]["id"]]
    query: dict[str, Any] = {"sort": "-number", "limit": 2, "theme": "law", "unassigned": True}
    page = (await coordinator.get("/enquiries", params=query)).json()
    rest = (await coordinator.get("/enquiries", params={**query, "cursor": page["next_cursor"]})).json()
    assert [line["id"] for line in [*page["items"], *rest["items"]][:3]] == [one["id"] for one in reversed(filed)]
    assert (await coordinator.get("/enquiries", params={"sort": "name"})).status_code == 422


async def test_nothing_people_said_stands_readable_in_the_database(
    desk: Desk, coordinator: Caller, canary: Any
) -> None:
    asked = {**ASKED, "name": "Кукушкина Зинаида", "question": "Тайна кукушкиного гнезда", "address": "с. Низовое, 7"}
    filed = await desk.registered(coordinator, **asked)
    await coordinator.post(
        f"/enquiries/{filed['id']}/amendments", json={"column": "address", "value": "с. Артын, 8", "why": "Кукушка"}
    )
    async with desk.app.unit() as unit:
        for table in ("enquiries", "enquiry_messages", "enquiry_amendments", "enquiry_words", "outbox"):
            rows = await unit.session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t"))
            for stored in rows:
                assert not [word for word in ("укушк", "гнезд", "Низово", "Артын") if word in stored], table


async def test_D1_09_the_questions_of_a_rural_settlement_are_found_by_it(desk: Desk, coordinator: Caller) -> None:
    rural = await desk.registered(coordinator, **{**CALL, "territory": f"{OMSK}/kurganka"})
    centre = await desk.registered(coordinator, **{**CALL, "territory": f"{OMSK}/muromtsevo"})
    query: dict[str, Any] = {"territory": f"{OMSK}/kurganka", "limit": 200}
    found = [one["id"] for one in (await coordinator.get("/enquiries", params=query)).json()["items"]]
    assert rural["id"] in found
    assert centre["id"] not in found
