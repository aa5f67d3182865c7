"""Reports from events alone: what is counted, who sees it, how the file looks."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from chassis.testing.plugin import Runner
from chassis.testing.running import Running
from contracts import cases, intake, scheduling
from contracts.event import Event, Moment
from contracts.identifiers import (
    Accounting,
    ApplicationSource,
    CallOutcome,
    DeliveryMode,
    ProgrammeKind,
    ServiceGroup,
    VisitOutcome,
)
from contracts.testing import examples
from pydantic import TypeAdapter
from reporting.main import service
from reporting.projections.subscribers import events
from reporting.reports.catalogue import REPORTS, AnyReport

REGION = "smolensk"
ORGANISATION = uuid4()
MARCH = {"region": REGION, "since": "2026-03-01", "until": "2026-03-31"}
MOMENT = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
async def app(module_running: Runner) -> Running:
    return await module_running(service)


def example(event: type[Event], **changes: Any) -> Event:
    """The committed example of an event, with other values."""
    return examples(event.type())["typical"].model_copy(update=changes)


async def report(app: Running, name: str, **scopes: Any) -> list[dict[str, Any]]:
    manager = await app.as_role("manager", territories=scopes.get("territories", [REGION]))
    answer = await manager.get(f"/reports/{name}", params=MARCH)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def submitted(app: Running, source: ApplicationSource, *, reached: timedelta | None) -> UUID:
    id = uuid4()
    due = MOMENT + timedelta(hours=7)
    await app.deliver(
        example(
            intake.ApplicationSubmitted,
            application_id=id,
            region=REGION,
            territory=REGION,
            source=source,
            entry_point="qr",
            submitted_at=MOMENT,
            call_back_due=Moment(due_at=due),
        )
    )
    if reached is not None:
        called = MOMENT + reached
        await app.deliver(
            example(
                intake.CallRecorded,
                application_id=id,
                outcome=CallOutcome.REACHED,
                called_at=called,
                due_at=due,
                on_time=called <= due,
            )
        )
    return id


async def test_D2_22_applications_are_counted_by_source_with_their_on_time_share(app: Running) -> None:
    app.clock.set(MOMENT + timedelta(days=3))
    await submitted(app, ApplicationSource.SITE, reached=timedelta(hours=1))
    await submitted(app, ApplicationSource.SITE, reached=timedelta(hours=9))
    await submitted(app, ApplicationSource.SITE, reached=None)
    await submitted(app, ApplicationSource.HEALTH_AGENCY, reached=timedelta(hours=2))
    rows = {row["source"]: row for row in await report(app, "applications")}
    site = rows["site"]
    assert (site["submitted"], site["reached"], site["on_time"], site["overdue"]) == (3, 2, 1, 1)
    assert site["on_time_share"] == pytest.approx(1 / 3, abs=1e-4)
    assert rows["health_agency"]["on_time_share"] == 1


async def test_D2_17_a_moved_call_back_deadline_is_the_one_that_counts(app: Running) -> None:
    app.clock.set(MOMENT + timedelta(hours=8))

    async def overdue() -> int:
        return sum(row["overdue"] for row in await report(app, "applications"))

    before = await overdue()
    id = await submitted(app, ApplicationSource.SITE, reached=None)
    counted = await overdue()
    for kind, hours in (("acceptance", 1), ("call_back", 24)):
        due = Moment(due_at=MOMENT + timedelta(hours=hours))
        moved = example(intake.ApplicationDeadlineMoved, application_id=id, kind=kind, due=due)
        assert await app.deliver(moved) is None
    assert (counted, await overdue()) == (before + 1, before)


async def test_a_redelivered_event_counts_once(app: Running) -> None:
    before = await report(app, "applications")
    event_id, application = uuid4(), uuid4()
    event = example(intake.ApplicationSubmitted, application_id=application, region=REGION, submitted_at=MOMENT)
    for _ in range(3):
        await app.deliver(event, id=event_id, sequence=1)
    after = await report(app, "applications")
    assert sum(row["submitted"] for row in after) == sum(row["submitted"] for row in before) + 1


def card(programme: UUID, case: UUID, child: UUID) -> Event:
    return example(
        cases.ProgrammeApproved,
        programme_id=programme,
        case_id=case,
        child_id=child,
        region=REGION,
        kind=ProgrammeKind.IKSRA,
        serving_organisation_id=ORGANISATION,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        quota={ServiceGroup.SOCIAL_MEDICAL: 8, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: 8},
    )


def visit(programme: UUID, case: UUID, child: UUID, groups: list[ServiceGroup]) -> scheduling.VisitScheduled:
    services = tuple(
        scheduling.PlannedService(line_id=None, service_code="motor_session", group=group, minutes=45)
        for group in groups
    )
    event = example(
        scheduling.VisitScheduled,
        visit_id=uuid4(),
        case_id=case,
        child_id=child,
        programme_id=programme,
        region=REGION,
        organisation_id=ORGANISATION,
        mode=DeliveryMode.HOME,
        starts_at=datetime(2026, 3, 12, 8, tzinfo=UTC),
        services=services,
    )
    assert isinstance(event, scheduling.VisitScheduled)
    return event


def delivered(programme: UUID, case: UUID, child: UUID, **changes: Any) -> Event:
    facts = {
        "delivery_id": uuid4(),
        "case_id": case,
        "child_id": child,
        "programme_id": programme,
        "region": REGION,
        "organisation_id": ORGANISATION,
        "group": ServiceGroup.SOCIAL_MEDICAL,
        "mode": DeliveryMode.HOME,
        "accounting": Accounting.HOME_SERVICE,
        "delivered_on": date(2026, 3, 5),
    }
    return example(cases.ServiceDelivered, **{**facts, **changes})


async def test_D4_07_the_quota_counts_home_and_remote_services_and_forecasts_the_shortfall(app: Running) -> None:
    programme, case, child = uuid4(), uuid4(), uuid4()
    await app.deliver(card(programme, case, child))
    for _ in range(3):
        await app.deliver(delivered(programme, case, child))
    await app.deliver(delivered(programme, case, child, mode=DeliveryMode.POINT, accounting=Accounting.URGENT_SERVICE))
    kept = visit(programme, case, child, [ServiceGroup.SOCIAL_MEDICAL] * 2)
    lost = visit(programme, case, child, [ServiceGroup.SOCIAL_MEDICAL] * 2)
    await app.deliver(kept)
    await app.deliver(lost)
    await app.deliver(
        example(
            scheduling.VisitPostponed,
            visit_id=lost.visit_id,
            case_id=case,
            child_id=child,
            reason=VisitOutcome.CHILD_ILL,
        )
    )
    rows = {r["group"]: r for r in await report(app, "quota") if r["case_id"] == str(case)}
    medical = rows["social_medical"]
    assert (medical["required"], medical["done"], medical["planned"], medical["shortfall"]) == (8, 3, 2, 3)
    assert rows["psychological_pedagogical"]["shortfall"] == 8


async def test_T1_a_service_taken_back_counts_nowhere_until_it_is_recorded_again(app: Running) -> None:
    programme, case, child = uuid4(), uuid4(), uuid4()
    await app.deliver(card(programme, case, child))
    given = delivered(programme, case, child)
    kept = {"delivery_id": given.aggregate_id, "case_id": case, "child_id": child, "region": REGION}
    done = []
    for event in (given, example(cases.DeliveryCancelled, **kept), given):
        await app.deliver(event)
        rows = {r["group"]: r for r in await report(app, "quota") if r["case_id"] == str(case)}
        done.append(rows["social_medical"]["done"])
    assert done == [1, 0, 1]


async def test_D4_19_visits_and_trips_are_shown_planned_against_done(app: Running) -> None:
    programme, case, child, trip = uuid4(), uuid4(), uuid4(), uuid4()
    lost = visit(programme, case, child, [ServiceGroup.SOCIAL_MEDICAL])
    await app.deliver(lost)
    postponed = {"visit_id": lost.visit_id, "case_id": case, "child_id": child, "reason": VisitOutcome.CHILD_ILL}
    await app.deliver(example(scheduling.VisitPostponed, **postponed))
    facts = {"trip_id": trip, "region": REGION, "day": date(2026, 3, 20)}
    await app.deliver(example(scheduling.TripPlanned, **facts))
    await app.deliver(example(scheduling.TripConfirmed, **facts))
    await app.deliver(example(scheduling.TripPublished, **facts))
    await app.deliver(example(scheduling.TripPerformed, **facts))
    rows = {row["kind"]: row for row in await report(app, "trips")}
    assert (rows["выезд в пункт"]["planned"], rows["выезд в пункт"]["done"]) == (1, 1)
    assert rows["визит на дом"]["postponed"] >= 1


async def test_T5_a_cancelled_trip_was_planned_and_did_not_take_place(app: Running) -> None:
    facts = {"trip_id": uuid4(), "region": "omsk-muromtsevo", "day": date(2026, 3, 20)}
    for fact in (scheduling.TripPlanned, scheduling.TripPublished, scheduling.TripCancelled):
        assert await app.deliver(example(fact, **facts)) is None
    manager = await app.as_role("manager", territories=["omsk-muromtsevo"])
    (row,) = (await manager.get("/reports/trips", params={**MARCH, "region": "omsk-muromtsevo"})).json()["rows"]
    assert (row["planned"], row["done"], row["not_performed"], row["done_share"]) == (1, 0, 1, 0)


async def test_D2_19_a_family_counts_once_by_its_first_appointment_that_stands(app: Running) -> None:
    def booked(application: UUID, day: int, in_time: bool) -> Event:
        facts = {"appointment_id": uuid4(), "application_id": application, "region": REGION, "first": True}
        facts |= {"starts_at": datetime(2026, 3, day, 9, tzinfo=UTC), "in_time": in_time, "territory": REGION}
        return example(scheduling.AppointmentBooked, **facts)

    one, other = uuid4(), uuid4()
    lost, late, timely, second = (
        booked(one, 5, True),
        booked(one, 20, False),
        booked(other, 6, True),
        booked(other, 9, True),
    )
    ends = [
        example(scheduling.AppointmentCancelled, appointment_id=lost.aggregate_id),
        example(scheduling.AppointmentHeld, appointment_id=timely.aggregate_id),
    ]
    for event in (lost, late, timely, second, *ends):
        assert await app.deliver(event) is None
    (row,) = await report(app, "first-appointments")
    assert [row[name] for name in ("month", "booked", "in_time", "late", "held")] == ["2026-03", 2, 1, 1, 1]
    assert row["in_time_share"] == 0.5


async def test_T15_what_is_counted_follows_the_territory_that_answers(app: Running) -> None:
    application, district = uuid4(), f"{REGION}/roslavl"
    facts = {"application_id": application, "region": REGION, "territory": f"{REGION}/vyazma", "submitted_at": MOMENT}
    assert await app.deliver(example(intake.ApplicationSubmitted, **facts)) is None
    assert await report(app, "applications", territories=[district]) == []
    moved = example(intake.ApplicationTerritoriesSet, application_id=application, responsible_territory=district)
    assert await app.deliver(moved) is None
    assert sum(row["submitted"] for row in await report(app, "applications", territories=[district])) == 1
    seen = visit(uuid4(), uuid4(), uuid4(), [ServiceGroup.OTHER]).model_copy(update={"territory": district})
    assert await app.deliver(seen) is None
    assert [row["planned"] for row in await report(app, "trips", territories=[district])] == [1]


async def test_a_manager_of_another_region_sees_nothing(app: Running) -> None:
    assert await report(app, "applications", territories=["moscow-early-help"]) == []


async def test_a_head_sees_the_own_organisation_only(app: Running) -> None:
    await app.deliver(card(uuid4(), uuid4(), uuid4()))
    head = await app.as_role("head", organisation_ids=[uuid4()])
    assert (await head.get("/reports/quota", params=MARCH)).json()["rows"] == []
    own = await app.as_role("head", organisation_ids=[ORGANISATION])
    assert (await own.get("/reports/quota", params=MARCH)).json()["rows"] != []


@pytest.mark.parametrize("role", ["family", "coordinator", "specialist", "host"])
async def test_reports_are_for_heads_and_managers(app: Running, role: str) -> None:
    caller = await app.as_role(role)
    assert (await caller.get("/reports/applications", params=MARCH)).status_code == 403


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({**MARCH, "region": "atlantis"}, "region"),
        ({**MARCH, "until": "2026-02-01"}, None),
        ({**MARCH, "since": "2001-01-01"}, None),
        ({**MARCH, "since": "yesterday"}, "since"),
        ({"region": REGION}, "since"),
    ],
)
async def test_a_wrong_period_or_region_is_named(app: Running, params: dict[str, str], field: str | None) -> None:
    manager = await app.as_role("manager", territories=[REGION])
    answer = await manager.get("/reports/applications", params=params)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert field is None or any(field in str(error["field"]) for error in errors)
    assert all(error["detail_ru"] != "значение не подходит" for error in errors), "the rule is said in words"


async def test_an_unknown_report_is_not_found(app: Running) -> None:
    manager = await app.as_role("manager", territories=[REGION])
    assert (await manager.get("/reports/horoscope", params=MARCH)).status_code == 404


async def test_the_spreadsheet_has_title_period_headings_and_numbers(app: Running) -> None:
    manager = await app.as_role("manager", territories=[REGION])
    answer = await manager.get("/reports/applications.xlsx", params=MARCH)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "Заявки по источникам и своевременность ответа"
    assert "01.03.2026 — 31.03.2026" in str(rows[1][0])
    assert rows[3][:3] == ("Источник", "Точка входа", "Подано")
    assert all(isinstance(row[2], int) for row in rows[4:])
    assert "Сайт" in {row[0] for row in rows[4:]}, "words, and not codes"
    titles = (await manager.get("/reports/applications", params=MARCH)).json()["titles"]
    assert (titles["source"]["site"], titles["entry_point"]["partner"]) == ("Сайт", "Партнёр")


async def test_every_event_reporting_counts_is_understood_from_the_producers_examples(app: Running) -> None:
    handled = {event for handler in events.handlers for event in handler.events}
    for event in handled:
        for case in examples(event.type()).values():
            assert await app.deliver(case) is None, event.type()


async def test_every_report_answers_its_own_shape_named_by_its_name(app: Running) -> None:
    manager = await app.as_role("manager", territories=[REGION])
    page = (await manager.get("/reports", params={"with_total": True})).json()
    assert [listed["name"] for listed in page["items"]] == list(REPORTS)
    assert (page["total"], page["next_cursor"]) == (len(REPORTS), None)
    for name, known in REPORTS.items():
        answer = TypeAdapter(AnyReport).validate_python((await manager.get(f"/reports/{name}", params=MARCH)).json())
        assert type(answer) is known.answer
    assert (await manager.get("/reports/unknown", params=MARCH)).status_code == 404
