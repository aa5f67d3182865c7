"""What a later report takes back: deliveries, acts of urgent services, and what it leaves to a person."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from cases.testing import SMOLENSK, Family, facts
from cases.testing.visits import MEDICAL, PEDAGOGICAL, ill, listed, quota, reported, scheduled, trip
from chassis.clock import new_id
from chassis.testing.running import Running
from contracts.cases import DeliveryCancelled, ServiceDelivered, UrgentActDrawnUp, UrgentActQuestioned, UrgentActUpheld
from contracts.identifiers import Accounting, VisitOutcome
from contracts.scheduling import TripPerformed

DAY = date(2026, 3, 2)


async def test_T1_a_corrected_report_takes_back_the_service_it_no_longer_names(app: Running, served: Any) -> None:
    family, programme = served
    visit = scheduled(family, programme, DAY)
    report = reported(visit)
    shorter = report.services[0].model_copy(update={"minutes": 20})
    for event in (visit, report, reported(visit, services=(shorter,))):
        assert await app.deliver(event) is None
    standing = await quota(family)
    assert (standing[MEDICAL]["done"], standing[PEDAGOGICAL]["done"]) == (1, 0)
    assert [(UUID(one["id"]), one["minutes"]) for one in await listed(family)] == [(shorter.delivery_id, 20)]
    cancelled = [e for e in await facts(app, DeliveryCancelled) if e.case_id == family.case_id]
    assert [(e.delivery_id, e.visit_id) for e in cancelled] == [(report.services[1].delivery_id, visit.visit_id)]
    told = [e.minutes for e in await facts(app, ServiceDelivered) if e.delivery_id == shorter.delivery_id]
    assert told == [45, 20]


async def test_T1_a_conflict_resolved_for_nobody_home_takes_every_service_back(app: Running, served: Any) -> None:
    family, programme = served
    visit = scheduled(family, programme, DAY)
    nobody = reported(visit, outcome=VisitOutcome.NOBODY_HOME, services=())
    postponed = ill(visit, DAY).model_copy(update={"reason": VisitOutcome.NOBODY_HOME, "until": None})
    for event in (visit, reported(visit), nobody, postponed):
        assert await app.deliver(event) is None
    assert await listed(family) == []
    medical = (await quota(family))[MEDICAL]
    assert (medical["done"], medical["planned"], medical["postponed"]) == (0, 0, 1)
    cancelled = [e for e in await facts(app, DeliveryCancelled) if e.case_id == family.case_id]
    assert len(cancelled) == 2


async def test_T1_a_service_taken_back_and_named_again_counts_once(app: Running, served: Any) -> None:
    family, programme = served
    visit = scheduled(family, programme, DAY)
    report = reported(visit)
    nobody = reported(visit, outcome=VisitOutcome.NOBODY_HOME, services=())
    for event in (visit, report, nobody, report, report):
        assert await app.deliver(event) is None
    assert (await quota(family))[MEDICAL]["done"] == 1
    assert len(await listed(family)) == 2
    told = [e for e in await facts(app, ServiceDelivered) if e.case_id == family.case_id]
    assert len(told) == 4


async def test_a_correction_leaves_what_was_recorded_by_hand(app: Running, served: Any) -> None:
    family, programme = served
    await family.post("deliveries", {"service": "speech_session", "mode": "remote", "programme_id": programme["id"]})
    visit = scheduled(family, programme, DAY)
    for event in (visit, reported(visit), reported(visit, services=())):
        await app.deliver(event)
    assert [one["service"] for one in await listed(family)] == ["speech_session"]


async def act_of(family: Family) -> Any:
    (act,) = (await family.representative.get("/urgent-acts")).json()["items"]
    return act


def without_the_last(performed: TripPerformed, family: Family) -> TripPerformed:
    """The same trip, of which the family turned out to have got one service less."""
    of_family = [one for one in performed.services if one.case_id == family.case_id]
    kept = tuple(one for one in performed.services if one != of_family[-1])
    return performed.model_copy(update={"services": kept})


async def sign(family: Family, act: Any) -> Any:
    return await family.specialist.post(f"/urgent-acts/{act['id']}/sign", json={"form": "paper"})


async def test_D4_21_an_unsigned_act_follows_the_trip_told_again(app: Running, arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    performed = trip([family], DAY)
    for event in (performed, without_the_last(performed, family), without_the_last(performed, family)):
        assert await app.deliver(event) is None
    assert len((await act_of(family))["services"]) == 1
    told = [e.services for e in await facts(app, UrgentActDrawnUp) if e.case_id == family.case_id]
    assert told == [2, 1]


async def test_D4_21_an_act_of_a_family_that_was_not_served_is_not_signed(app: Running, arrival: Any) -> None:
    served, absent = await arrival(SMOLENSK), await arrival(SMOLENSK)
    performed = trip([served, absent], DAY)
    await app.deliver(performed)
    act = await act_of(absent)
    left = tuple(one for one in performed.services if one.case_id == served.case_id)
    assert await app.deliver(performed.model_copy(update={"services": left})) is None
    assert (await absent.representative.get("/urgent-acts")).json()["items"] == []
    assert act["id"] not in {item["subject_id"] for item in await work(absent)}
    refused = await sign(absent, act)
    assert (refused.status_code, refused.json()["slug"]) == (409, "act_empty")
    assert len((await act_of(served))["services"]) == 2


async def work(family: Family) -> list[Any]:
    items: list[Any] = (await family.head.get("/worklist")).json()["items"]
    return items


@pytest.fixture
async def questioned(app: Running, arrival: Any) -> tuple[Family, TripPerformed, Any]:
    """A signed act whose trip is told otherwise afterwards."""
    family = await arrival(SMOLENSK)
    performed = trip([family], DAY)
    await app.deliver(performed)
    act = await act_of(family)
    assert (await sign(family, act)).status_code == 200
    for _ in range(2):
        assert await app.deliver(without_the_last(performed, family)) is None
    return family, performed, act


async def test_D4_21_a_signed_act_is_never_changed_by_a_later_report(app: Running, questioned: Any) -> None:
    family, _, act = questioned
    now = await act_of(family)
    assert (len(now["services"]), now["signed_on"], len(now["reported"])) == (2, "2026-03-02", 1)
    assert len(await listed(family)) == 2
    (item,) = [item for item in await work(family) if item["kind"] == "act_questioned"]
    assert item["subject_id"] == act["id"]
    assert 'urgent_acts_open{service="cases",why="questioned"}' in await app.gauges()
    told = [e for e in await facts(app, UrgentActQuestioned) if e.case_id == family.case_id]
    assert [(e.signed_services, e.reported_services) for e in told] == [(2, 1)]


async def settle(family: Family, act: Any, stands: str) -> Any:
    return await family.head.post(f"/urgent-acts/{act['id']}/settle", json={"stands": stands})


async def test_D4_21_a_person_may_let_the_signed_act_stand(app: Running, questioned: Any) -> None:
    family, _, act = questioned
    refused = await family.specialist.post(f"/urgent-acts/{act['id']}/settle", json={"stands": "signed"})
    assert refused.status_code == 403
    assert (await settle(family, act, "signed")).status_code == 200
    assert (await act_of(family))["reported"] is None
    assert [item for item in await work(family) if item["subject_id"] == act["id"]] == []
    assert family.case_id in {e.case_id for e in await facts(app, UrgentActUpheld)}
    again = await settle(family, act, "signed")
    assert (again.status_code, again.json()["slug"]) == (409, "act_not_questioned")


async def test_D4_21_a_person_may_have_the_act_signed_anew_as_reported(app: Running, questioned: Any) -> None:
    family, _, act = questioned
    assert (await settle(family, act, "reported")).status_code == 200
    assert await listed(family) == []
    now = await act_of(family)
    assert (len(now["services"]), now["signed_on"]) == (1, None)
    assert "act_to_sign" in {item["kind"] for item in await work(family) if item["subject_id"] == act["id"]}
    assert (await sign(family, act)).json()["services"] == 1
    assert {one["accounting"] for one in await listed(family)} == {Accounting.URGENT_SERVICE}
    assert len(await listed(family)) == 1


async def test_D4_21_a_trip_told_as_signed_after_all_closes_the_question(app: Running, questioned: Any) -> None:
    family, performed, act = questioned
    assert await app.deliver(performed) is None
    assert (await act_of(family))["reported"] is None
    assert [item for item in await work(family) if item["subject_id"] == act["id"]] == []


async def test_one_unknown_family_holds_no_other_family_of_the_trip_up(app: Running, arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    performed = trip([family], DAY)
    nobody = performed.services[0].model_copy(update={"case_id": new_id(), "delivery_id": new_id()})
    with_a_stranger = performed.model_copy(update={"services": (*performed.services, nobody)})
    assert await app.deliver(with_a_stranger) is None
    assert len((await act_of(family))["services"]) == 2
    (item,) = [item for item in await work(family) if item["kind"] == "act_without_file"]
    assert item["subject_id"] == str(performed.trip_id)
    assert await app.deliver(performed) is None
    assert "act_without_file" not in {item["kind"] for item in await work(family)}
