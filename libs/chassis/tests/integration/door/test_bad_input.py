"""Malformed requests get a problem body with field, rule and texts, never with the value."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from chassis.testing.running import Running

SECRET = "Иванова-7788"


async def post(app: Running, **parts: Any) -> httpx.Response:
    return await app.client().post("/applications", **parts)


def good(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "number": "A-1"} | changes


async def test_a_problem_has_every_member(app: Running) -> None:
    answer = await post(app, json={"number": "A-1"})
    problem = answer.json()
    assert answer.status_code == problem["status"] == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "urn:marshrut:error:invalid"
    assert problem["slug"] == "invalid"
    assert problem["errors"] == [
        {"field": "id", "rule": "missing", "detail_ru": "обязательное поле", "detail_en": "required"}
    ]
    assert problem["detail"] == problem["detail_ru"]
    assert "trace_id" in problem


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en", "en"), ("ru", "ru"), ("en-GB,en;q=0.9,ru;q=0.1", "en"), ("de", "ru"), ("ru,en;q=0.5", "ru"), (";;,", "ru")],
)
async def test_the_text_is_in_the_language_asked_for(app: Running, accepted: str, language: str) -> None:
    answer = await app.client().post("/applications", json={}, headers={"Accept-Language": accepted})
    assert answer.headers["Content-Language"] == language
    assert answer.json()["detail"] == answer.json()[f"detail_{language}"]


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"id": SECRET}, "id", "uuid_parsing"),
        ({"number": SECRET * 10}, "number", "string_too_long"),
        ({"number": 7}, "number", "string_type"),
        ({"age": SECRET}, "age", "int_type"),
        ({"age": 99}, "age", "less_than_equal"),
        ({"source": SECRET}, "source", "enum"),
        ({"note": None}, "note", "string_type"),
        ({"note": "\x00"}, "note", "bad_character"),
        ({"note": "\ud800"}, "note", "bad_character"),
        ({"inside": [{"key": "a\x00"}]}, "inside.0.key", "bad_character"),
        ({"born_on": 20190501}, "born_on", "date_type"),
        ({"born_on": "20190501"}, "born_on", "date_type"),
        ({"born_on": "2019-05-01T00:00:00Z"}, "born_on", "date_type"),
        ({"born_on": "2019-02-30"}, "born_on", "date_from_datetime_parsing"),
        ({"called_at": 0.5}, "called_at", "datetime_type"),
        ({"called_at": "1767225600"}, "called_at", "datetime_type"),
        ({"called_at": "2026-01-01T10:00:00"}, "called_at", "timezone_aware"),
        ({"opens": 3600}, "opens", "time_type"),
        ({"grades": []}, "grades", "too_short"),
        ({"grades": [7]}, "grades.0", "less_than_equal"),
        ({"age": True}, "age", "int_type"),
        ({"age": 7.5}, "age", "int_from_float"),
        ({"age": "7"}, "age", "int_type"),
        ({"weight": "7.5"}, "weight", "float_type"),
        ({"agreed": "yes"}, "agreed", "bool_type"),
        ({"agreed": 1}, "agreed", "bool_type"),
    ],
)
async def test_a_broken_field_is_named_and_its_value_is_not_repeated(
    app: Running, changes: dict[str, Any], field: str, rule: str
) -> None:
    answer = await post(app, content=json.dumps(good(**changes)), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["rule"]) == (field, rule)
    assert SECRET not in answer.text
    assert error["detail_ru"] != error["detail_en"]


async def test_what_is_written_out_is_taken(app: Running) -> None:
    told = {
        "born_on": "2019-05-01",
        "called_at": "2026-01-01T10:00:00+03:00",
        "opens": "10:30",
        "weight": 7,
        "age": 7.0,
    }
    assert (await post(app, json=good(**told))).status_code == 201
    assert (await post(app, json=good(number="A-2", called_at="2026-01-01T10:00:00Z", agreed=True))).status_code == 201


async def test_a_parameter_that_is_no_text_of_its_kind_is_refused(app: Running) -> None:
    coordinator = await app.as_role("coordinator")
    assert (await coordinator.get("/applications", params={"limit": "5"})).status_code == 200
    answer = await coordinator.get("/applications", params={"sort": "a\x00"})
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "bad_character")


async def test_an_unknown_enum_value_lists_what_is_allowed(app: Running) -> None:
    answer = await post(app, json=good(source="nonsense"))
    assert "overdue" in answer.json()["errors"][0]["detail_ru"]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"id": ' + b"[" * 100_000, b"nonsense"])
async def test_broken_json_is_refused(app: Running, content: bytes) -> None:
    answer = await post(app, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["slug"] == "invalid_json"


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
async def test_another_content_type_is_refused(app: Running, content_type: str) -> None:
    answer = await post(app, content=b"{}", headers={"content-type": content_type})
    assert answer.status_code == 415
    assert answer.json()["slug"] == "unsupported_media_type"


async def test_json_where_a_form_is_expected_is_refused(app: Running) -> None:
    assert (await app.client().post("/applications/files", json={})).status_code == 415


async def test_a_declared_length_over_the_limit_is_refused(app: Running) -> None:
    answer = await app.client().post("/applications/files", files={"file": b"x" * 20_000})
    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 10_000


async def test_a_length_that_only_shows_while_reading_is_refused(app: Running) -> None:
    async def endless() -> Any:
        for _ in range(2_000):
            yield b"x" * 1_000

    answer = await post(app, content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_no_body_at_all_names_the_body(app: Running) -> None:
    answer = await post(app)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "missing"


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(app: Running) -> None:
    missing = await app.client().get("/nowhere")
    wrong = await app.client().delete("/applications")
    assert (missing.status_code, missing.json()["slug"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["slug"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET, POST", "the methods of all routes of the path"


async def test_a_path_that_is_no_id_is_invalid(app: Running) -> None:
    coordinator = await app.as_role("coordinator")
    answer = await coordinator.get(f"/applications/{SECRET}")
    assert answer.status_code == 422
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("query", "unknown", "meant"),
    [
        ({"limti": 3}, ["limti"], "limit"),
        ({"limit": 3, "name": "x"}, ["name"], None),
        ({"a": 1, "b": 2}, ["a", "b"], None),
        ({"Limit": 3}, ["Limit"], "limit"),
    ],
)
async def test_an_unknown_query_parameter_is_refused_and_named(
    app: Running, query: dict[str, Any], unknown: list[str], meant: str | None
) -> None:
    """A misspelt filter would show everything as if it were filtered."""
    caller = await app.as_role("coordinator")
    answer = await caller.get("/applications", params=query)
    problem = answer.json()
    assert (answer.status_code, problem["slug"]) == (422, "unknown_parameter")
    assert [error["field"] for error in problem["errors"]] == unknown
    assert (meant or "") in problem["errors"][0]["detail_en"]
    assert "limit" in problem["known"]


async def test_a_page_counts_the_whole_list_where_it_is_asked_to(app: Running, new_application: Any) -> None:
    operator = uuid4()
    for _ in range(3):
        await new_application(app, organisation_id=operator)
    caller = await app.as_role("coordinator", organisation_ids=[operator])
    first = (await caller.get("/applications", params={"limit": 1})).json()
    assert (len(first["items"]), first["total"]) == (1, None)
    counted = (await caller.get("/applications", params={"limit": 1, "with_total": True})).json()
    assert (len(counted["items"]), counted["total"]) == (1, 3)
    await new_application(app, organisation_id=operator)
    following = {"limit": 1, "with_total": True, "cursor": counted["next_cursor"]}
    assert (await caller.get("/applications", params=following)).json()["total"] == 4


async def test_a_body_that_nobody_reads_is_refused_for_its_words_would_be_lost(app: Running) -> None:
    path = "/applications/broken?how=nothing"
    refused = await app.client().post(path, json={"version": 3})
    assert (refused.status_code, refused.json()["slug"]) == (422, "no_body_asked")
    ways: tuple[dict[str, Any], ...] = ({}, {"json": {}}, {"content": b" \n"})
    for nothing in ways:
        assert (await app.client().post(path, **nothing)).status_code == 204
