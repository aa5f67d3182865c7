"""Referrals over HTTP: both sides, the answer term, legal grounds (D0-10, D2-06, D2-07, D3-14, D3-26, D4-33, T13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing.running import Caller
from contracts.cases import ConsentWithdrawn
from contracts.identifiers import Purpose
from contracts.intake import ReferralAnswerOverdue, ReferralReceived
from intake.testing import IRKUTSK, MOSCOW, SMOLENSK, Route, organisation, signal

ANGARSK, CLINIC = organisation("operator-angarsk", IRKUTSK), organisation("polyclinic", IRKUTSK)
SCHOOL = organisation("education-office", IRKUTSK)


@pytest.fixture
async def curator(irkutsk: Route) -> Caller:
    return await irkutsk.person("koordinator.angarsk")


@pytest.fixture
async def clinic(irkutsk: Route) -> Caller:
    return await irkutsk.person("agency.polyclinic")


async def received(curator: Caller, **changes: Any) -> dict[str, Any]:
    """A signal of the polyclinic that came by letter."""
    told = {"sender_organisation_id": str(CLINIC), **changes}
    answer = await curator.post("/referrals", json=signal(**told))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def sent(curator: Caller, **changes: Any) -> Any:
    """A referral of ours to the education office."""
    told = {
        "kind": "service_request",
        "need": None,
        "sender_organisation_id": str(ANGARSK),
        "receiver_organisation_id": str(SCHOOL),
        "ground": "state-service",
    }
    return await curator.post("/referrals", json=signal(**{**told, **changes}))


async def test_T13_both_sides_see_each_state_at_once(irkutsk: Route, curator: Caller, clinic: Caller) -> None:
    url = f"/referrals/{(await received(curator))['id']}"
    assert (await clinic.get(url)).json()["state"] == "received"
    assert (await curator.post(f"{url}/accept")).json()["state"] == "accepted"
    assert (await clinic.get(url)).json()["state"] == "accepted"
    done = await curator.post(f"{url}/complete", json={"result_code": "served"})
    assert (done.json()["state"], done.json()["result"]) == ("done", "served")
    assert (await clinic.get(url)).json()["state"] == "done"


async def test_T13_the_receiver_declines_with_a_reason_and_the_sender_revokes(curator: Caller, clinic: Caller) -> None:
    url = f"/referrals/{(await received(curator))['id']}"
    unknown = await curator.post(f"{url}/decline", json={"reason_code": "moon_phase"})
    assert (unknown.status_code, unknown.json()["slug"]) == (422, "reason_unknown")
    assert "not_ours" in unknown.json()["known"]
    await curator.post(f"{url}/decline", json={"reason_code": "not_enough_data"})
    assert (await clinic.get(url)).json()["reason"] == "not_enough_data"
    late = await clinic.post(f"{url}/revoke", json={"reason_code": "by_mistake"})
    assert (late.status_code, late.json()["slug"]) == (409, "wrong_state")
    other = f"/referrals/{(await received(curator))['id']}"
    assert (await clinic.post(f"{other}/revoke", json={"reason_code": "by_mistake"})).status_code == 200
    assert (await curator.get(other)).json()["state"] == "revoked"
    assert (await curator.post(f"{other}/accept")).status_code == 409


async def test_the_answer_has_a_term_and_its_passing_is_escalated_once(irkutsk: Route, curator: Caller) -> None:
    card = await received(curator)
    assert card["due_at"] == "2026-03-04T10:00:00Z"
    assert "2 рабочих дня" in card["explanation"]
    (item,) = [i for i in (await curator.get("/worklist")).json()["items"] if i["subject_id"] == card["id"]]
    assert (item["kind"], item["number"]) == ("referral", card["number"])
    irkutsk.app.clock.set(datetime(2026, 3, 4, 10, 1, tzinfo=UTC))
    await irkutsk.app.fire_timers()
    told = [e for e in await irkutsk.app.published(ReferralAnswerOverdue) if str(e.aggregate_id) == card["id"]]
    assert len(told) == 1
    late = (await curator.get(f"/referrals/{card['id']}")).json()
    assert (late["standing"], late["escalated_at"]) == ("overdue", "2026-03-04T10:01:00Z")
    (item,) = [i for i in (await curator.get("/worklist")).json()["items"] if i["subject_id"] == card["id"]]
    assert item["standing"] == "overdue"


async def test_D3_15_five_days_count_from_the_arrival_of_the_signal_not_from_its_acceptance(
    irkutsk: Route, curator: Caller
) -> None:
    card = await received(curator)
    irkutsk.app.clock.set(datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    accepted = (await curator.post(f"/referrals/{card['id']}/accept")).json()
    outreach = (await curator.get(f"/outreaches/{accepted['outreach_id']}")).json()
    assert (outreach["found_at"], outreach["start_due_at"]) == ("2026-03-02T07:00:00Z", "2026-03-10T10:00:00Z")
    assert (outreach["way"], outreach["origin_id"]) == ("health_institution", card["id"])


async def test_D3_15_the_terms_of_a_letter_run_from_the_day_it_came_not_from_the_day_it_was_entered(
    curator: Caller,
) -> None:
    card = await received(curator, received_at="2026-02-26T07:00:00Z")
    assert (card["received_at"], card["due_at"]) == ("2026-02-26T07:00:00Z", "2026-03-02T10:00:00Z")
    accepted = (await curator.post(f"/referrals/{card['id']}/accept")).json()
    outreach = (await curator.get(f"/outreaches/{accepted['outreach_id']}")).json()
    assert outreach["start_due_at"] == "2026-03-05T10:00:00Z"
    for impossible in ("2026-01-01T07:00:00Z", "2026-03-03T07:00:00Z"):
        told = signal(sender_organisation_id=str(CLINIC), received_at=impossible)
        refused = await curator.post("/referrals", json=told)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "received_at")
    assert (await sent(curator, received_at="2026-03-01T07:00:00Z")).status_code == 422, "what we send leaves now"


async def test_two_signals_of_one_child_are_one_outreach(curator: Caller) -> None:
    told = signal()["child"]
    cards = [await received(curator, child=told) for _ in range(2)]
    found = [(await curator.post(f"/referrals/{card['id']}/accept")).json()["outreach_id"] for card in cards]
    assert found[0] == found[1]


async def test_a_revoked_referral_ends_the_outreach_begun_for_it_unless_another_asks_for_it_too(
    irkutsk: Route, curator: Caller, clinic: Caller
) -> None:
    told = signal()["child"]
    cards = [await received(curator, child=told) for _ in range(2)]
    (outreach, _) = [(await curator.post(f"/referrals/{c['id']}/accept")).json()["outreach_id"] for c in cards]
    seen = []
    for card in cards:
        revoked = await clinic.post(f"/referrals/{card['id']}/revoke", json={"reason_code": "by_mistake"})
        assert revoked.status_code == 200, revoked.text
        await irkutsk.app.fire_timers()
        card = (await curator.get(f"/outreaches/{outreach}")).json()
        seen.append((card["state"], card["reason"]))
    assert seen == [("open", None), ("broken_off", "revoked")]


async def test_D3_14_the_four_ways_of_finding_are_told_apart(irkutsk: Route, curator: Caller) -> None:
    by_clinic = await received(curator)
    by_school = (await curator.post("/referrals", json=signal(sender_organisation_id=str(SCHOOL)))).json()
    nobody_known = (await curator.post("/referrals", json=signal(sender_department="justice"))).json()
    assert (by_clinic["way"], by_school["way"], nobody_known["way"]) == (
        "health_institution",
        "organisation",
        "organisation",
    )
    assert (nobody_known["department"], nobody_known["sender_organisation_id"]) == ("justice", None)
    told = signal()
    body = {"region": IRKUTSK, "territory": "angarsk", "organisation_id": str(ANGARSK)}
    personal = await curator.post("/outreaches", json={**body, "child": told["child"], "family": told["family"]})
    assert (personal.status_code, personal.json()["way"]) == (201, "personal")
    as_extract = {**body, "child": signal()["child"], "family": told["family"], "way": "ipra_extract"}
    assert (await curator.post("/outreaches", json=as_extract)).status_code == 422, "an extract has a door of its own"
    again = await curator.post("/outreaches", json={**body, "child": told["child"], "family": told["family"]})
    assert (again.status_code, again.json()["slug"]) == (409, "already_running")
    facts = [e.way for e in await irkutsk.app.published(ReferralReceived) if isinstance(e, ReferralReceived)]
    assert {"health_institution", "organisation"} <= set(facts)


async def test_D0_10_an_incoming_signal_is_never_refused_for_want_of_an_agreement(curator: Caller) -> None:
    # nobody in the packs has an agreement with the employment centre
    card = await received(curator, sender_organisation_id=str(organisation("employment-centre", IRKUTSK)))
    assert (card["state"], card["department"]) == ("received", "labour")


async def test_D3_07_a_request_to_a_co_executor_rests_on_an_agreement_and_its_signals_do_not(smolensk: Route) -> None:
    coordinator, head = await smolensk.person("koordinator.smolensk"), await smolensk.person("head.smolensk")
    centre, club = (str(organisation(code, SMOLENSK)) for code in ("centre", "horse-club"))
    request = {"kind": "service_request", "need": None, "ground": "state-service"}
    ends = {"sender_organisation_id": centre, "receiver_organisation_id": club}
    assert (await coordinator.post("/referrals", json=signal(SMOLENSK, **request, **ends))).status_code == 201
    for known in (await head.get("/agreements", params={"standing": True, "organisation_id": club})).json()["items"]:
        assert (await head.post(f"/agreements/{known['id']}/end")).status_code == 200
    smolensk.app.clock.advance(timedelta(days=1))
    refused = await coordinator.post("/referrals", json=signal(SMOLENSK, **request, **ends))
    assert (refused.status_code, refused.json()["slug"]) == (409, "agreement_missing")
    incoming = await coordinator.post("/referrals", json=signal(SMOLENSK, sender_organisation_id=club))
    assert incoming.status_code == 201, incoming.text


async def test_D3_26_data_leave_on_a_ground_for_the_purpose_only(curator: Caller) -> None:
    assert (await sent(curator)).status_code == 201
    for changes, slug in (
        ({"ground": None}, "ground_missing"),
        ({"ground": "order-545n"}, "ground_missing"),
        ({"kind": "family_signal"}, "ground_missing"),
        ({"diagnosis": "эпилепсия"}, "ground_too_narrow"),
        ({"ground": "consent"}, "consent_missing"),
        ({"ground": "consent", "consent": {"form": "tick", "given_on": "2026-03-01"}}, "consent_missing"),
    ):
        refused = await sent(curator, **changes)
        assert (refused.status_code, refused.json()["slug"]) == (403, slug), refused.text


async def test_D3_26_a_consent_that_is_withdrawn_closes_the_data_to_the_receiver_at_once(
    irkutsk: Route, curator: Caller
) -> None:
    consent_id = uuid4()
    groups = ["contact", "health"]
    consent = {"form": "paper", "given_on": "2026-03-01", "groups": groups, "consent_id": str(consent_id)}
    filed = await sent(curator, ground="consent", consent=consent, diagnosis="эпилепсия")
    url = f"/referrals/{filed.json()['id']}"
    school = await irkutsk.app.as_role("agency", organisation_ids=[SCHOOL])
    seen = (await school.get(url)).json()
    assert (seen["health"]["diagnosis"], seen["withheld"]) == ("эпилепсия", ["social"])
    withdrawn = ConsentWithdrawn(
        case_id=uuid4(),
        consent_id=consent_id,
        application_id=uuid4(),
        child_id=uuid4(),
        purpose=Purpose.SOCIAL_SERVICE,
        withdrawn_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    )
    assert await irkutsk.app.deliver(withdrawn, subject=withdrawn.case_id) is None
    closed = (await school.get(url)).json()
    assert (closed["contact"], closed["health"]) == (None, None)
    assert closed["withheld"] == ["contact", "health", "social"]
    assert (await curator.get(url)).json()["health"]["diagnosis"] == "эпилепсия"


async def test_D3_26_nothing_leaves_on_a_consent_the_family_withdrew_before(irkutsk: Route, curator: Caller) -> None:
    withdrawn = ConsentWithdrawn(
        case_id=uuid4(),
        consent_id=uuid4(),
        application_id=uuid4(),
        child_id=uuid4(),
        purpose=Purpose.SOCIAL_SERVICE,
        withdrawn_at=datetime(2026, 3, 2, 6, 0, tzinfo=UTC),
    )
    assert await irkutsk.app.deliver(withdrawn, subject=withdrawn.case_id) is None
    consent = {"form": "paper", "given_on": "2026-03-01", "consent_id": str(withdrawn.consent_id)}
    refused = await sent(curator, ground="consent", consent=consent)
    assert (refused.status_code, refused.json()["slug"]) == (403, "consent_withdrawn")
    assert (await sent(curator, ground="consent", consent={**consent, "consent_id": str(uuid4())})).status_code == 201


async def test_the_answer_of_a_receiver_without_an_account_is_entered_for_it(irkutsk: Route, curator: Caller) -> None:
    filed = (await sent(curator)).json()
    url = f"/referrals/{filed['id']}"
    (item,) = [one for one in (await curator.get("/worklist")).json()["items"] if one["subject_id"] == filed["id"]]
    assert (item["kind"], item["due_at"]) == ("referral_awaited", filed["due_at"]), "the sender waits for an answer too"
    (told,) = [e for e in await irkutsk.app.published(ReferralReceived) if str(e.aggregate_id) == filed["id"]]
    assert isinstance(told, ReferralReceived)
    assert told.outgoing, "who must be warned follows from it"
    taken = await curator.post(f"{url}/relayed-answer", json={"answer": "accepted"})
    assert taken.json()["state"] == "accepted"
    assert not [one for one in (await curator.get("/worklist")).json()["items"] if one["subject_id"] == filed["id"]]
    done = await curator.post(f"{url}/relayed-answer", json={"answer": "done", "code": "served"})
    assert done.json()["state"] == "done"
    own = await received(curator)
    refused = await curator.post(f"/referrals/{own['id']}/relayed-answer", json={"answer": "accepted"})
    assert refused.status_code in {403, 404}


async def test_D3_23_the_form_names_the_five_ministries_and_what_may_be_chosen(irkutsk: Route) -> None:
    anybody = irkutsk.app.client()
    form = (await anybody.get(f"/regions/{IRKUTSK}/referral-form")).json()
    assert {one["code"] for one in form["departments"]} == {"social", "health", "education", "labour", "justice"}
    assert "service_request" in {one["code"] for one in form["kinds"]}
    assert all(ground["law"] for ground in form["grounds"])
    assert all(form.values()), "every list of the region has something to choose"
    assert (await anybody.get("/regions/nowhere/referral-form")).status_code == 404


async def test_D2_06_the_road_map_is_open_with_its_orders(irkutsk: Route) -> None:
    anybody = irkutsk.app.client()
    told = (await anybody.get(f"/regions/{MOSCOW}/road-map")).json()
    assert [order["date"] for order in told["orders"]] == ["2021-07-02", "2022-06-27"]
    # the map of terms and the map of departments rest on the same two orders
    shown = (await anybody.get(f"/regions/{MOSCOW}/interagency")).json()
    assert [order["number"] for order in told["orders"]] == [order["number"] for order in shown["orders"]]
    assert (await anybody.get("/regions/nowhere/road-map")).status_code == 404


async def test_D2_07_a_health_agency_tells_of_a_need_with_its_protocol_and_files_the_application(moscow: Route) -> None:
    coordinator = await moscow.person("koordinator.moskva")
    told = signal(MOSCOW, sender_department="health", protocol_on="2026-02-27", diagnosis="риск нарушения слуха")
    told["child"]["birth_date"] = "2025-10-01"
    filed = await coordinator.post("/referrals", json=told)
    assert filed.status_code == 201, filed.text
    card = (await coordinator.get(f"/referrals/{filed.json()['id']}")).json()
    assert (card["department"], card["health"]["protocol_on"]) == ("health", "2026-02-27")
    assert (await coordinator.post(f"/referrals/{card['id']}/accept")).json()["outreach_id"]


async def test_D4_33_a_partner_refers_families_and_its_target_group_can_be_counted(smolensk: Route) -> None:
    coordinator, partner = await smolensk.person("koordinator.smolensk"), organisation("point-gagarin", SMOLENSK)
    for _ in range(3):
        told = signal(SMOLENSK, territory="gagarin", sender_organisation_id=str(partner))
        assert (await coordinator.post("/referrals", json=told)).status_code == 201
    found = (await coordinator.get("/referrals", params={"sender_organisation_id": str(partner)})).json()["items"]
    assert len(found) == 3
    assert {line["department"] for line in found} == {"ngo"}


async def test_lists_and_cards_end_at_the_two_sides(irkutsk: Route, curator: Caller) -> None:
    card = await received(curator)
    stranger = await irkutsk.person("koordinator.bratsk")
    assert (await stranger.get(f"/referrals/{card['id']}")).status_code == 404
    assert (await stranger.get("/referrals")).json()["items"] == []
    assert (await stranger.post(f"/referrals/{card['id']}/accept")).status_code == 404
    foreign = signal(sender_organisation_id=str(ANGARSK), receiver_organisation_id=str(SCHOOL))
    assert (await stranger.post("/referrals", json=foreign)).status_code == 403
    by_number = (await curator.get("/referrals", params={"number": card["number"]})).json()["items"]
    assert [line["id"] for line in by_number] == [card["id"]]
    agency = await irkutsk.person("agency.polyclinic")
    own = (await agency.get(f"/referrals/{card['id']}")).json()
    assert (own["contact"], own["social"], own["health"]) == (None, None, None)


async def test_bad_signals_are_refused_with_the_field_at_fault(curator: Caller) -> None:
    for changes, field in (
        ({"kind": "moon"}, "kind"),
        ({"territory": "moon"}, "territory"),
        ({"region": "moon"}, "region"),
        ({"child": {"name": "Ветрова Ая", "birth_date": "2027-01-01"}}, "birth_date"),
        ({"child": {"name": "Ветрова Ая", "birth_date": "2019-01-01", "snils": "123-456-789 00"}}, "child.snils"),
        ({"family": {"name": "Ветрова Ия", "phone": "12345"}}, "phone"),
        ({"receiver_organisation_id": str(uuid4())}, "receiver_organisation_id"),
        ({"sender_organisation_id": str(uuid4())}, "sender_organisation_id"),
        ({"measures": ["moonwalk"]}, "measures"),
        ({"protocol_on": "2026-03-03"}, "protocol_on"),
    ):
        refused = await curator.post("/referrals", json=signal(**changes))
        assert refused.status_code == 422, refused.text
        assert field in {error["field"] for error in refused.json()["errors"]}, refused.text
