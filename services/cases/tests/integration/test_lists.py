"""The list of files and the worklist."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from cases.deliveries.model import Delivery
from cases.files.model import CaseFile
from cases.testing import MOSCOW, SMOLENSK, TODAY, Family
from chassis.clock import new_id
from chassis.testing.running import Running
from contracts.identifiers import Accounting, DeliveryMode, ServiceGroup
from contracts.worklist import WorkItem
from sqlalchemy import event


async def items(caller: Any, kind: str, subject: str) -> list[WorkItem]:
    answer = await caller.get("/worklist")
    assert answer.status_code == 200, answer.text
    found = [WorkItem.model_validate(item) for item in answer.json()["items"]]
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
    mine = str(families[0].case_id)
    opened = next(item["opened_at"] for item in (*page["items"], *rest["items"]) if item["id"] == mine)
    since = (await head.get("/case-files", params={"limit": 200, "since": opened})).json()["items"]
    until = (await head.get("/case-files", params={"limit": 200, "until": opened})).json()["items"]
    assert mine in {item["id"] for item in since}
    assert not {item["id"] for item in since} & {item["id"] for item in until}
    wrong = await head.get("/case-files", params={"sort": "name"})
    assert (wrong.status_code, wrong.json()["slug"]) == (422, "unknown_sort")


async def test_the_assessments_of_a_file_are_paged_latest_first(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.consents()
    recorded = [(await family.is_assessed())["id"] for _ in range(3)]
    path = f"/case-files/{family.case_id}/assessments"
    first = (await family.specialist.get(path, params={"limit": 2, "with_total": True})).json()
    second = (await family.specialist.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in (*first["items"], *second["items"])] == recorded[::-1]
    assert (first["total"], second["next_cursor"]) == (3, None)
    for query, shown in (("since", 3), ("until", 3)):
        on_the_day = (await family.specialist.get(path, params={query: f"{TODAY}"})).json()["items"]
        assert len(on_the_day) == shown, query
    assert (await family.specialist.get(path, params={"until": f"{TODAY - timedelta(days=1)}"})).json()["items"] == []


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
    assert (await elsewhere.get("/worklist")).json()["items"] == []


async def test_T10_a_card_asks_the_database_no_more_for_500_services_than_for_5(app: Running, arrival: Any) -> None:
    few, many = await arrival(SMOLENSK), await arrival(SMOLENSK)
    await gives(app, few, 5)
    await gives(app, many, 500)
    counted = {family.case_id: await statements_of(app, family) for family in (few, many)}
    assert counted[few.case_id] == counted[many.case_id]
    assert (await many.card())["sections"]["route"]["delivered"] == 500


async def gives(app: Running, family: Family, services: int) -> None:
    programme = await family.approved(await family.iksra())
    async with app.unit() as unit:
        file = await unit.session.get_one(CaseFile, family.case_id)
        for _ in range(services):
            delivery = Delivery(
                id=new_id(),
                case_id=file.id,
                child_id=file.child_id,
                programme_id=UUID(programme["id"]),
                service="motor_session",
                group=ServiceGroup.SOCIAL_MEDICAL,
                mode=DeliveryMode.HOME,
                accounting=Accounting.HOME_SERVICE,
                delivered_on=TODAY,
                minutes=45,
            )
            unit.session.add(delivery)
            delivery.enter(file)


async def statements_of(app: Running, family: Family) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = app.api.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await family.card()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
