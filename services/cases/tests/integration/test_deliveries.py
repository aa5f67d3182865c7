"""Delivered services exactly once, the 8 + 8 quota of the month, acts of urgent services (D4-07, D4-08, D4-21)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from cases.testing import MOSCOW, SMOLENSK, facts
from cases.testing.visits import MEDICAL, PEDAGOGICAL, ill, listed, quota, reported, scheduled, trip
from chassis.clock import new_id
from chassis.testing.running import Running
from contracts.cases import ServiceDelivered, UrgentActDrawnUp, UrgentActSigned
from contracts.identifiers import Accounting, DeliveryMode, VisitOutcome


async def test_D4_07_the_quota_counts_done_planned_and_what_will_be_missing(app: Running, served: Any) -> None:
    family, programme = served
    visits = [scheduled(family, programme, date(2026, 3, day)) for day in (3, 5, 10, 12, 17, 19, 24)]
    for visit in visits:
        assert await app.deliver(visit) is None
    assert await app.deliver(reported(visits[0])) is None
    medical = (await quota(family))[MEDICAL]
    assert (medical["required"], medical["done"], medical["planned"], medical["shortfall"]) == (8, 1, 6, 1)


async def test_exactly_once_by_the_clients_id(app: Running, served: Any) -> None:
    family, programme = served
    visit = scheduled(family, programme, date(2026, 3, 3))
    report = reported(visit)
    await app.deliver(visit)
    message = new_id()
    for id in (message, message, new_id()):
        assert await app.deliver(report, id=id) is None
    ids = {service.delivery_id for service in report.services}
    found = [e for e in await facts(app, ServiceDelivered) if e.delivery_id in ids]
    assert len(found) == 2
    assert {fact.accounting for fact in found} == {Accounting.HOME_SERVICE}
    entries = await listed(family)
    assert {UUID(item["id"]) for item in entries} == ids
    assert entries[0]["delivered_on"] == "2026-03-03"


async def test_T5_an_illness_pauses_the_month_and_a_new_date_ends_the_pause(app: Running, served: Any) -> None:
    family, programme = served
    first, second, later = (scheduled(family, programme, date(2026, 3, day)) for day in (5, 10, 26))
    for visit in (first, second, later):
        await app.deliver(visit)
    await app.deliver(ill(first, date(2026, 3, 15)))
    medical = (await quota(family))[MEDICAL]
    assert (medical["planned"], medical["postponed"], medical["shortfall"]) == (1, 2, 7)
    again = scheduled(family, programme, date(2026, 3, 12), visit_id=first.visit_id)
    await app.deliver(again)
    medical = (await quota(family))[MEDICAL]
    assert (medical["planned"], medical["postponed"]) == (2, 1)
    whole = (await family.specialist.get(f"/case-files/{family.case_id}/quota")).json()
    assert whole["pauses"] == [["2026-03-05", "2026-03-11"]]


@pytest.mark.parametrize("ill_first", [True, False])
async def test_a_visit_that_served_nobody_waits_for_a_new_date(app: Running, served: Any, ill_first: bool) -> None:
    family, programme = served
    visit = scheduled(family, programme, date(2026, 3, 5))
    told = [ill(visit, date(2026, 3, 8)), reported(visit, outcome=VisitOutcome.CHILD_ILL, services=())]
    for event in (visit, *(told if ill_first else reversed(told))):
        assert await app.deliver(event) is None
    medical = (await quota(family))[MEDICAL]
    assert (medical["done"], medical["planned"], medical["postponed"]) == (0, 0, 1)
    await app.deliver(scheduled(family, programme, date(2026, 3, 20), visit_id=visit.visit_id))
    medical = (await quota(family))[MEDICAL]
    assert (medical["done"], medical["planned"], medical["postponed"]) == (0, 1, 0)


async def test_a_visit_late_in_the_evening_counts_for_the_regions_own_day(app: Running, served: Any) -> None:
    family, programme = served
    visit = scheduled(family, programme, date(2026, 3, 3))
    await app.deliver(visit)
    await app.deliver(reported(visit, performed_at=datetime(2026, 3, 3, 22, 30, tzinfo=UTC)))
    assert {item["delivered_on"] for item in await listed(family)} == {"2026-03-04"}


async def test_D4_21_each_family_signs_one_prefilled_act_and_only_then_it_counts(app: Running, arrival: Any) -> None:
    families = [await arrival(SMOLENSK), await arrival(SMOLENSK)]
    performed = trip(families, date(2026, 3, 2))
    for id in (new_id(), new_id()):
        assert await app.deliver(performed, id=id) is None
    drawn = [e for e in await facts(app, UrgentActDrawnUp) if e.trip_id == performed.trip_id]
    assert sorted(e.case_id for e in drawn) == sorted(family.case_id for family in families)
    assert [e for e in await facts(app, ServiceDelivered) if e.case_id == families[0].case_id] == []
    (act,) = (await families[0].representative.get("/urgent-acts")).json()["items"]
    assert [service["title"] for service in act["services"]] == ["Консультация врача-педиатра", "Занятие с логопедом"]
    before = await families[0].specialist.post(f"/urgent-acts/{act['id']}/sign", json={"signed_on": "2026-03-01"})
    assert (before.status_code, before.json()["slug"]) == (422, "signed_before_the_trip")
    signed = await families[0].specialist.post(f"/urgent-acts/{act['id']}/sign", json={"form": "paper"})
    assert (signed.status_code, signed.json()["services"]) == (200, 2)
    found = [e for e in await facts(app, ServiceDelivered) if e.case_id == families[0].case_id]
    assert {(e.accounting, e.mode, e.programme_id) for e in found} == {
        (Accounting.URGENT_SERVICE, DeliveryMode.POINT, None)
    }
    assert [e.act_id for e in await facts(app, UrgentActSigned) if e.trip_id == performed.trip_id] == [UUID(act["id"])]
    again = await families[0].specialist.post(f"/urgent-acts/{act['id']}/sign", json={"form": "paper"})
    assert (again.status_code, again.json()["slug"]) == (409, "act_already_signed")


async def test_acts_and_services_are_narrowed_by_days_both_included(app: Running, served: Any) -> None:
    family, _ = served
    day, next_day = "2026-03-02", "2026-03-03"
    await app.deliver(trip([family], date(2026, 3, 2)))
    (act,) = (await family.representative.get("/urgent-acts")).json()["items"]
    await family.specialist.post(f"/urgent-acts/{act['id']}/sign", json={})
    for path in ("/urgent-acts", f"/case-files/{family.case_id}/deliveries"):
        for within in ({"since": day}, {"until": day}, {"since": day, "until": day}):
            assert (await family.representative.get(path, params=within)).json()["items"], (path, within)
        assert (await family.representative.get(path, params={"since": next_day})).json()["items"] == []


async def test_D4_07_a_trip_does_not_count_towards_the_quota(app: Running, served: Any) -> None:
    family, _ = served
    await app.deliver(trip([family], date(2026, 3, 2)))
    (act,) = (await family.specialist.get("/urgent-acts", params={"signed": False, "limit": 200})).json()["items"][:1]
    acts = (await family.representative.get("/urgent-acts")).json()["items"]
    await family.specialist.post(f"/urgent-acts/{acts[0]['id']}/sign", json={})
    assert (await quota(family))[MEDICAL]["done"] == 0
    assert act["signed_on"] is None


async def test_a_service_recorded_by_hand_counts_once_for_a_resend(app: Running, served: Any) -> None:
    family, programme = served
    body = {"id": str(new_id()), "service": "speech_session", "mode": "remote", "programme_id": programme["id"]}
    for _ in range(2):
        assert (await family.post("deliveries", body))["accounting"] == "home_service"
    assert (await quota(family))[PEDAGOGICAL]["done"] == 1


async def test_D4_21_a_service_at_a_point_is_not_entered_as_one_at_home(app: Running, served: Any) -> None:
    family, programme = served
    body = {"service": "speech_session", "mode": "remote", "programme_id": programme["id"]}
    url = f"/case-files/{family.case_id}/deliveries"
    for changes, field in (
        ({"mode": "point"}, "mode"),
        ({"delivered_on": "2026-03-01"}, "delivered_on"),
        ({"line_id": str(new_id())}, "line_id"),
    ):
        refused = await family.specialist.post(url, json={**body, **changes})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text


async def test_D4_06_what_was_given_on_the_last_day_is_entered_the_day_after(app: Running, served: Any) -> None:
    family, programme = served
    app.clock.set(datetime(2026, 4, 2, 6, 0, tzinfo=UTC))
    await app.fire_timers()
    assert (await family.specialist.get(f"/programmes/{programme['id']}")).json()["versions"][0]["state"] == "finished"
    body = {"service": "speech_session", "mode": "remote", "programme_id": programme["id"]}
    url = f"/case-files/{family.case_id}/deliveries"
    given = await family.specialist.post(url, json={**body, "delivered_on": programme["ends_on"]})
    assert given.status_code == 201, given.text
    assert (await family.specialist.post(url, json=body)).json()["slug"] == "outside_the_term"


async def test_D2_24_early_help_has_an_accounting_code_of_its_own(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    await family.first_appointment()
    programme = await family.approved(await family.iprp())
    body = {"service": "psychologist_session", "mode": "home", "programme_id": programme["id"]}
    assert (await family.post("deliveries", body))["accounting"] == "early_help"


async def test_a_report_about_an_unknown_family_goes_to_the_dead_letters(app: Running, served: Any) -> None:
    family, programme = served
    visit = scheduled(family, programme, date(2026, 3, 3), case_id=new_id())
    fault = await app.deliver(visit)
    assert fault is not None
    assert "not_found" in fault


async def test_the_list_of_services_is_paged_and_narrowed(app: Running, served: Any) -> None:
    family, programme = served
    for day in range(3, 8):
        visit = scheduled(family, programme, date(2026, 3, day))
        await app.deliver(visit)
        await app.deliver(reported(visit))
    path, seen, cursor = f"/case-files/{family.case_id}/deliveries", [], None
    while True:
        query = {"limit": 2, "group": "social_medical", "since": "2026-03-04", **({"cursor": cursor} if cursor else {})}
        page = (await family.head.get(path, params=query)).json()
        seen += [item["delivered_on"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ["2026-03-07", "2026-03-06", "2026-03-05", "2026-03-04"]
