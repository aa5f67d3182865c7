"""Pages, the worklist, versions and rate limits."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from chassis.access.limits import PostgresStorage, RateLimiter
from chassis.testing.running import Caller, Running


@pytest.fixture
async def reader(app: Running, new_application: Any) -> Caller:
    operator = uuid4()
    for number in range(7):
        await new_application(app, organisation_id=operator, number=f"N-{number}")
    return await app.as_role("coordinator", organisation_ids=[operator])


async def numbers(caller: Caller, **query: Any) -> list[str]:
    return [item["number"] for item in (await caller.get("/applications", params=query)).json()["items"]]


@pytest.mark.parametrize("sort", ["number", "-number", "made_at", "-made_at"])
async def test_cursors_go_through_a_list_without_gap_or_repeat(reader: Caller, sort: str) -> None:
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3, "sort": sort}
    while True:
        page = (await reader.get("/applications", params=query)).json()
        seen += [item["number"] for item in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
        query["cursor"] = cursor
    assert sorted(seen) == [f"N-{number}" for number in range(7)]


async def test_a_row_that_comes_in_between_pages_disturbs_nothing(
    reader: Caller, app: Running, new_application: Any
) -> None:
    first = (await reader.get("/applications", params={"limit": 3})).json()
    (operator,) = reader.principal.organisation_ids
    await new_application(app, organisation_id=operator, number="N-0a")
    assert await numbers(reader, limit=3, cursor=first["next_cursor"]) == ["N-3", "N-4", "N-5"]


async def test_offset_jumps(reader: Caller) -> None:
    assert await numbers(reader, limit=2, offset=5) == ["N-5", "N-6"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"sort": "token"}, {"cursor": "x"}, {"offset": -1}])
async def test_what_a_list_does_not_offer_is_invalid(reader: Caller, query: dict[str, Any]) -> None:
    assert (await reader.get("/applications", params=query)).status_code == 422


async def test_a_cursor_of_another_order_is_invalid(reader: Caller) -> None:
    page = (await reader.get("/applications", params={"limit": 2})).json()
    query = {"cursor": page["next_cursor"], "sort": "-number"}
    assert (await reader.get("/applications", params=query)).status_code == 422


async def test_the_worklist_shows_the_most_urgent_first_and_the_undated_last(reader: Caller) -> None:
    items = (await reader.get("/worklist")).json()["items"]
    assert [item["title"] for item in items] == [f"Взять N-{number}" for number in (6, 5, 4, 3, 2, 1, 0)]


async def test_T14_the_counters_of_the_worklist_equal_its_lists(reader: Caller) -> None:
    told = (await reader.get("/worklist/counts")).json()
    for which in ("all", "mine", "organisation", "overdue", "soon", "unassigned"):
        listed = (await reader.get("/worklist", params={"which": which})).json()["items"]
        assert told[which] == len(listed), which
    assert told["kinds"] == {"take": 7}


async def test_the_worklist_is_searched_and_narrowed(reader: Caller) -> None:
    found = (await reader.get("/worklist", params={"text": "взять n-3", "kind": "take", "limit": 5})).json()["items"]
    assert [item["title"] for item in found] == ["Взять N-3"]
    assert (await reader.get("/worklist", params={"kind": "other"})).json()["items"] == []
    assert (await reader.get("/worklist", params={"which": "someday"})).status_code == 422


async def test_the_worklist_goes_on_by_cursor_and_counts_itself(reader: Caller) -> None:
    whole = (await reader.get("/worklist", params={"with_total": True})).json()
    assert (whole["total"], whole["next_cursor"]) == (7, None)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3, "with_total": True}
    while query.get("cursor", "") is not None:
        page = (await reader.get("/worklist", params=query)).json()
        assert page["total"] == 7
        seen += [item["id"] for item in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert seen == [item["id"] for item in whole["items"]]
    foreign = (await reader.get("/applications", params={"limit": 2})).json()["next_cursor"]
    assert (await reader.get("/worklist", params={"cursor": foreign})).status_code == 422


async def test_an_item_tells_its_group_its_territory_and_the_request_that_does_it(reader: Caller) -> None:
    item, *_ = (await reader.get("/worklist")).json()["items"]
    assert item["territory_title"]
    assert item["next_action"] == {
        "operation_id": "take",
        "method": "POST",
        "href": f"/intake/applications/{item['subject_id']}/take",
        "permission": "application:take",
    }
    narrowed = (await reader.get("/worklist", params={"group": item["group"]})).json()["items"]
    assert narrowed == [item]


async def test_the_worklist_is_under_row_security(reader: Caller, app: Running) -> None:
    assert (await (await app.as_role("coordinator")).get("/worklist")).json()["items"] == []
    assert (await app.client().get("/worklist")).status_code == 401


async def test_a_stale_version_is_a_conflict(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator, version=4)
    caller = await app.as_role("coordinator", organisation_ids=[operator])
    stale = await caller.post(f"/applications/{made.id}/take", json={"version": 3})
    assert (stale.status_code, stale.json()["slug"]) == (409, "stale_version")
    assert (await caller.post(f"/applications/{made.id}/take", json={"version": 4})).status_code == 200


async def test_if_match_names_the_version_as_well(app: Running, new_application: Any) -> None:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator)
    caller = await app.as_role("coordinator", organisation_ids=[operator])
    answers = [
        (await caller.post(f"/applications/{made.id}/take", json={}, headers={"If-Match": value})).status_code
        for value in ('"7"', "seven", "9" * 5000, 'W/"0"')
    ]
    assert answers == [409, 422, 422, 200]


async def test_a_version_nobody_compares_is_refused(app: Running) -> None:
    """Else the caller would believe in a protection there is not."""
    caller = app.client()
    body = {"id": str(uuid4()), "number": uuid4().hex[:12]}
    answer = await caller.post("/applications", json=body, headers={"If-Match": '"3"'})
    assert (answer.status_code, answer.json()["slug"]) == (422, "without_versions")
    assert (await caller.post("/applications", json=body, headers={"If-Match": "*"})).status_code == 201


async def test_a_limited_page_says_when_to_come_back(app: Running) -> None:
    answers = [await app.client(status_token="x").get("/applications/status") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


async def test_refused_attempts_count_in_the_database_too(app: Running) -> None:
    limiter = RateLimiter(b"secret", PostgresStorage(app.api.database.engine))
    for _ in range(3):
        await limiter.hit("3/minute", "code", "192.0.2.7")
    with pytest.raises(Exception, match="too_many_requests"):
        await limiter.hit("3/minute", "code", "192.0.2.7")
    await limiter.hit("3/minute", "code", "192.0.2.8")


async def test_callers_are_not_stored_in_the_clear(app: Running) -> None:
    from sqlalchemy import text

    limiter = RateLimiter(b"secret", PostgresStorage(app.api.database.engine))
    await limiter.hit("3/minute", "code", "192.0.2.7")
    async with app.unit() as unit:
        keys = (await unit.session.scalars(text("SELECT key FROM rate_limits"))).all()
    assert keys
    assert not any("192.0.2.7" in key for key in keys)
