"""The main story through the gateway: real tokens, real PostgreSQL, NATS, mail. Steps build on each other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from local_deploy.story import application, counting, first_appointment, home_programme
from local_deploy.story.gateway import eventually
from local_deploy.story.teller import COORDINATOR, HEAD, SPECIALISTS, cast, letter
from local_deploy.story.world import EARLY_HELP, HOME_PROGRAMME, FamilyStory, World
from local_deploy.system import System

from tests.e2e import recount

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def world(system: System) -> Iterator[World]:
    """The two families, before anything has happened."""
    here = World(system)
    cast(here)
    yield here
    here.close()


@pytest.fixture(scope="module")
def baby(world: World) -> FamilyStory:
    """A premature baby in Moscow, up to the accepted application (steps 1–3)."""
    family = world.baby
    territory = f"{EARLY_HELP}/severny"
    application.submit(world, family, months=4, territory=territory, diagnosis="Недоношенность, 32 недели")
    family.facts["item"] = application.worklist_item(world, COORDINATOR[EARLY_HELP], family)
    application.call_back(world, COORDINATOR[EARLY_HELP], family, "Малыш почти не тянется к игрушкам", 32)
    family.facts["chosen"] = application.hand_over(world, COORDINATOR[EARLY_HELP], family)
    application.accept(world, HEAD[EARLY_HELP], family)
    return family


@pytest.fixture(scope="module")
def baby_at_the_appointment(world: World, baby: FamilyStory) -> FamilyStory:
    """The same at its first appointment, account bound (steps 4 and 6)."""
    application.book_first_appointment(world, COORDINATOR[EARLY_HELP], baby)
    letter(world, baby, "приём", "паспорт")
    first_appointment.come_to_the_appointment(world, baby)
    specialist = SPECIALISTS[EARLY_HELP][0]
    first_appointment.see_documents(world, specialist, baby)
    first_appointment.record_consents(world, specialist, baby, "health")
    first_appointment.bind_account(world, specialist, baby)
    return baby


@pytest.fixture(scope="module")
def child(world: World, baby_at_the_appointment: FamilyStory) -> FamilyStory:
    """A child of four in Smolensk with a published month (steps 7 and 8)."""
    family = world.child
    application.submit(world, family, months=52, territory=f"{HOME_PROGRAMME}/gagarin", actual_address="д. Примерная")
    coordinator, head, specialist = COORDINATOR[HOME_PROGRAMME], HEAD[HOME_PROGRAMME], SPECIALISTS[HOME_PROGRAMME][0]
    application.call_back(world, coordinator, family, "Закрепить навыки после курса")
    application.hand_over(world, coordinator, family)
    application.accept(world, head, family)
    first_appointment.see_documents(world, specialist, family)
    first_appointment.record_consents(world, specialist, family, "health", "social_service")
    first_appointment.bind_account(world, specialist, family)
    home_programme.record_ippsu(world, family)
    family.facts["approved"] = home_programme.approve_iksra(world, family)
    home_programme.plan_trip(world, family)
    home_programme.plan_month(world, family)
    return family


def test_D2_13_anybody_applies_without_papers_or_login(baby: FamilyStory) -> None:
    answer = baby.facts["submitted"]
    assert answer["number"].startswith("РП-")
    assert answer["status_url"].endswith("#" + answer["status_token"])
    assert len(answer["status_token"]) >= 43


def test_D2_17_the_worklist_shows_the_call_back_deadline_and_its_explanation(baby: FamilyStory) -> None:
    item = baby.facts["item"]
    assert datetime.fromisoformat(item["due_at"]) == datetime.fromisoformat(
        baby.facts["submitted"]["call_back"]["due_at"]
    )
    assert "в течение того же рабочего дня" in item["explanation"]


def test_D0_38_the_acknowledgement_is_a_real_letter_that_names_the_term(world: World, baby: FamilyStory) -> None:
    mail = application.acknowledgement(world, baby)
    assert baby.facts["submitted"]["number"] in mail.text
    assert mail.html


def test_D2_30_the_nearest_service_is_chosen_for_stated_reasons(baby: FamilyStory) -> None:
    ranked = baby.facts["nearest"]
    assert baby.facts["chosen"] == ranked[0]
    assert all(reason["ru"] and reason["en"] for one in ranked for reason in one["reasons"])


def test_D3_34_the_file_has_exactly_one_coordinator_who_stays(world: World, baby: FamilyStory) -> None:
    file = world.staff(HEAD[EARLY_HELP]).get(f"/cases/case-files/{baby.case_id}")
    me = world.staff(COORDINATOR[EARLY_HELP]).get("/intake/accounts/me")
    assert file["coordinator_id"] == me["id"]
    assert file["serving_organisation_id"] == baby.facts["chosen"]["organisation_id"]


def test_D2_19_the_first_appointment_is_within_a_week_of_the_call(baby_at_the_appointment: FamilyStory) -> None:
    appointment = baby_at_the_appointment.facts["appointment"]
    assert appointment["in_time"] is True
    starts_at, due_at = (datetime.fromisoformat(appointment[name]) for name in ("starts_at", "due_at"))
    assert starts_at <= due_at


def test_D2_24_the_programme_follows_documents_consents_assessment_eligibility_and_team(
    world: World, baby_at_the_appointment: FamilyStory
) -> None:
    family, (specialist, other) = baby_at_the_appointment, SPECIALISTS[EARLY_HELP]
    too_early = world.staff(specialist).call(
        "POST", f"/cases/case-files/{family.case_id}/eligibility", json={"eligible": True}
    )
    assert too_early.status_code == 409
    first_appointment.assess(world, specialist, family, [specialist, other], {"d440": 2, "b760": 1})
    first_appointment.recognise(world, specialist, family)
    first_appointment.fix_team(world, specialist, family, [specialist, other])
    approved = first_appointment.early_help_programme(world, specialist, HEAD[EARLY_HELP], family)
    assert approved["state"] == "approved"
    programme = world.staff(specialist).get(f"/cases/programmes/{approved['id']}")
    (goal,) = programme["versions"][0]["goals"]
    assert (goal["routine"], goal["icf_category"]) == ("feeding", "d550")
    first_appointment.held(world, specialist, family)


def test_D4_09_an_iksra_is_signed_by_the_representative_and_approved_by_the_head(child: FamilyStory) -> None:
    assert child.facts["approved"]["state"] == "approved"


def test_D4_07_the_published_month_brings_at_least_eight_and_eight(world: World, child: FamilyStory) -> None:
    # seen before any visit took place
    expected = {"social_medical": 8, "psychological_pedagogical": 8}
    planned = {one["group"]: one["planned"] + one["standing"] for one in _child_quota(child)}
    assert all(planned[group] >= minimum for group, minimum in expected.items())


def _child_quota(child: FamilyStory) -> list[dict[str, Any]]:
    return [one for one in child.facts["plan"]["quota"] if one["child_id"] == child.child_id]


def test_D4_17_the_host_confirms_the_day_and_sees_no_families(world: World, child: FamilyStory) -> None:
    trip = world.staff(home_programme.HOST).get(f"/scheduling/trips/{child.facts['trip']['id']}")
    assert trip["families"] == 1
    assert trip["invitations"] == []


@pytest.fixture(scope="module")
def on_the_road(world: World, child: FamilyStory) -> FamilyStory:
    """The brigade's month: a report sent twice, a conflict, an illness, a new date, a trip, an act (step 9)."""
    letter(world, child, "расписание занятий")
    first, second, *_ = home_programme.home_visits(child)
    home_programme.eve_of(world, first)
    child.facts["reminder"] = letter(world, child, "завтра")
    sheet = home_programme.fetch_day_sheet(world, first)
    child.facts["line"] = home_programme.entry(sheet, first)
    report = home_programme.performed(world, child.facts["line"])
    child.facts["answers"] = [home_programme.sync(world, report)[0] for _ in range(2)]
    other = {**report, "client_id": first["visit_id"], "outcome": "nobody_home", "services": []}
    child.facts["contradiction"] = home_programme.sync(world, other, device="tablet-2")[0]
    child.facts["conflicts"] = home_programme.resolve_conflict(world, child)
    child.facts["before"] = home_programme.quota(world, child)
    child.facts["ill_until"] = home_programme.report_illness(world, second)
    child.facts["after"] = eventually("the forecast", lambda: _postponed(home_programme.quota(world, child)))
    child.facts["taken"] = home_programme.take_an_offer(child)
    home_programme.serve_at_the_point(world, child)
    child.facts["act"] = home_programme.sign_act(world, child)
    child.facts["taken_back"] = home_programme.take_a_visit_back(world, child, home_programme.home_visits(child)[-1])
    return child


def _postponed(quota: dict[str, Any]) -> dict[str, Any] | None:
    return quota if any(group["postponed"] for group in quota.values()) else None


def test_D4_12_the_day_sheet_has_what_the_brigade_needs_and_nothing_it_could_not_know(on_the_road: FamilyStory) -> None:
    line = on_the_road.facts["line"]
    assert line["address"] == "д. Примерная"
    assert line["contact"]["phone"] == "+79990000002"
    assert line["services"]


def test_T4_a_report_sent_twice_counts_once(on_the_road: FamilyStory) -> None:
    first, second = on_the_road.facts["answers"]
    assert (first["status"], second["status"]) == ("applied", "duplicate")
    assert second["version"] == first["version"]


def test_T1_a_conflicting_report_keeps_both_values_for_a_person(on_the_road: FamilyStory) -> None:
    assert on_the_road.facts["contradiction"]["status"] == "conflict"
    outcome = next(one for one in on_the_road.facts["conflicts"] if one["field"] == "outcome")
    assert (outcome["kept"], outcome["offered"]) == ("performed", "nobody_home")


def test_T1_a_conflict_decided_for_the_other_value_takes_the_services_back(on_the_road: FamilyStory) -> None:
    before, counted, after = on_the_road.facts["taken_back"]
    assert sum(counted.values()) > sum(before.values())
    assert after == before


def test_D4_05_an_illness_pauses_the_month_and_the_forecast_says_what_is_missing(on_the_road: FamilyStory) -> None:
    before, after = on_the_road.facts["before"], on_the_road.facts["after"]
    assert sum(group["planned"] for group in after.values()) < sum(group["planned"] for group in before.values())
    assert sum(group["postponed"] for group in after.values()) > 0


def test_T5_the_family_takes_one_of_the_offered_dates_itself(on_the_road: FamilyStory) -> None:
    taken = on_the_road.facts["taken"]
    assert taken["state"] == "scheduled"
    assert datetime.fromisoformat(taken["starts_at"]).date() > on_the_road.facts["ill_until"]


def test_D4_21_the_act_of_urgent_services_proves_the_services_of_the_trip(on_the_road: FamilyStory) -> None:
    assert on_the_road.facts["act"]["services"] == 2


def test_the_reminder_comes_the_day_before(on_the_road: FamilyStory) -> None:
    mail = on_the_road.facts["reminder"]
    assert "завтра" in f"{mail.subject} {mail.text}".lower()


def test_the_family_sees_its_own_file_visits_and_readers(world: World, on_the_road: FamilyStory) -> None:
    own = counting.own_file(on_the_road)
    assert own["id"] == on_the_road.case_id
    assert len(counting.own_visits(on_the_road)) == len(on_the_road.facts["plan"]["visits"])
    readers = counting.readers(on_the_road)
    assert readers
    assert not {"administrator", "operator", "system"} & {reader.get("role") for reader in readers}


def test_another_family_gets_404_for_everything(
    world: World, baby_at_the_appointment: FamilyStory, on_the_road: FamilyStory
) -> None:
    assert set(counting.strangers_view(baby_at_the_appointment, on_the_road)) == {404}
    assert set(counting.strangers_view(on_the_road, baby_at_the_appointment)) == {404}


def test_D2_22_reports_are_counted_from_events_and_open_as_spreadsheets(
    world: World, on_the_road: FamilyStory, tmp_path: Path
) -> None:
    eventually("the reports", lambda: counting.count(world, "trips", HOME_PROGRAMME))
    for name in counting.REPORTS:
        path = counting.save_spreadsheet(world, name, HOME_PROGRAMME, tmp_path)
        sheet = openpyxl.load_workbook(BytesIO(path.read_bytes())).active
        assert sheet is not None
        assert sheet.max_row > 4


@pytest.mark.parametrize("region", [EARLY_HELP, HOME_PROGRAMME])
def test_every_number_of_the_reports_equals_a_recount_from_the_owners_databases(
    world: World, on_the_road: FamilyStory, region: str
) -> None:
    eventually("equal applications", lambda: _applications(world, region) == recount.applications(world.system, region))
    eventually("equal quotas", lambda: _quotas(world, region) == recount.quota(world.system, region))
    eventually("equal visits", lambda: _visits(world, region) == recount.visits(world.system, region))
    eventually("equal trips", lambda: _trips(world, region) == recount.trips(world.system, region))


def _applications(world: World, region: str) -> list[list[Any]]:
    names = ("submitted", "redirected", "withdrawn", "reached", "on_time", "accepted")
    rows = counting.count(world, "applications", region)
    return sorted([row["source"], row["entry_point"] or "", *(row[name] for name in names)] for row in rows)


def _quotas(world: World, region: str) -> dict[tuple[str, str], tuple[int, int]]:
    rows = counting.count(world, "quota", region)
    return {(row["case_id"], row["group"]): (row["done"], row["planned"]) for row in rows}


def _visits(world: World, region: str) -> list[list[Any]]:
    kinds = {"визит на дом": "home", "дистанционное занятие": "remote"}
    rows = [row for row in counting.count(world, "trips", region) if row["kind"] in kinds]
    return sorted([r["month"], kinds[r["kind"]], r["planned"], r["done"], r["postponed"]] for r in rows)


def _trips(world: World, region: str) -> list[list[Any]]:
    rows = [row for row in counting.count(world, "trips", region) if row["kind"] == "выезд в пункт"]
    return sorted([row["month"], row["planned"], row["families"]] for row in rows)


def test_the_idempotency_key_gives_the_same_answer(world: World) -> None:
    family = FamilyStory(EARLY_HELP, "Полевая Инна Юрьевна", "Полевой Лев", "inna@example.org", "89990000003")
    form = world.public.get(f"/intake/regions/{EARLY_HELP}/application-form")
    body = {
        "region": EARLY_HELP,
        "representative_name": family.representative,
        "child_name": family.child,
        "phone": family.phone,
        "birth_date": (world.clock.now() - timedelta(days=100)).date().isoformat(),
        "registered_in_region": True,
        "consents": [application.consent(world, text) for text in form["consents"]],
    }
    headers = {"Idempotency-Key": "one-and-the-same"}
    first, second = (world.public.call("POST", "/intake/applications", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
