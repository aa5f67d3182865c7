"""The list of files and the worklist."""

from datetime import timedelta
from typing import Any

from cases.testing import MOSCOW, SMOLENSK
from chassis.running import Running
from contracts.worklist import WorkItem


async def items(caller: Any, kind: str, subject: str) -> list[WorkItem]:
    answer = await caller.get("/worklist")
    assert answer.status_code == 200, answer.text
    found = [WorkItem.model_validate(item) for item in answer.json()]
    return [item for item in found if item.kind == kind and str(item.subject_id) == subject]


async def test_the_list_is_paged_narrowed_and_sorted(arrival: Any) -> None:
    families = [await arrival(MOSCOW) for _ in range(3)]
    head = families[0].head
    page = (await head.get("/case-files", params={"limit": 2, "sort": "number", "region": MOSCOW})).json()
    rest = (
        await head.get("/case-files", params={"limit": 200, "sort": "number", "cursor": page["next_cursor"]})
    ).json()
    numbers = [item["number"] for item in (*page["items"], *rest["items"])]
    assert numbers == sorted(numbers)
    assert {str(family.case_id) for family in families} <= {item["id"] for item in (*page["items"], *rest["items"])}
    wrong = await head.get("/case-files", params={"sort": "name"})
    assert (wrong.status_code, wrong.json()["slug"]) == (422, "unknown_sort")


async def test_a_missing_assessment_is_work_until_it_is_recorded(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    (item,) = await items(family.specialist, "assessment_missing", str(family.case_id))
    assert item.due_at == family.event.first_appointment_due.due_at
    await family.consents()
    await family.is_assessed()
    assert await items(family.specialist, "assessment_missing", str(family.case_id)) == []


async def test_a_signed_programme_is_work_for_the_head_alone(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    draft = await family.iksra()
    await family.specialist.post(f"/programmes/{draft['id']}/sign", json={})
    assert len(await items(family.head, "programme_to_approve", draft["id"])) == 1
    assert await items(family.specialist, "programme_to_approve", draft["id"]) == []
    await family.head.post(f"/programmes/{draft['id']}/approve")
    assert await items(family.head, "programme_to_approve", draft["id"]) == []


async def test_a_card_ending_within_seven_days_is_work(app: Running, arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    approved = await family.approved(await family.iksra())
    before = app.clock.now()
    try:
        app.clock.set(before + timedelta(days=22))
        assert await items(family.coordinator, "programme_ending", approved["id"]) == []
        app.clock.set(before + timedelta(days=24))
        (item,) = await items(family.coordinator, "programme_ending", approved["id"])
        assert item.assigned_to == family.event.coordinator_id
    finally:
        app.clock.set(before)


async def test_another_services_work_is_not_mine(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    elsewhere = await app.as_role("head", organisation_ids=[family.event.child_id])
    assert (await elsewhere.get("/worklist")).json() == []
