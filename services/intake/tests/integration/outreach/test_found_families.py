"""Found families over HTTP: who finds them, the proof they were told, the way to an application (D3-13…D3-18)."""

from __future__ import annotations

from uuid import UUID

from chassis.testing.canary import Canary
from chassis.testing.running import Caller
from contracts.identifiers import Purpose, named_id
from contracts.intake import ApplicationSubmitted, OutreachNotified
from intake.outreach.queries.proofs import harmless
from intake.testing import IRKUTSK, SMOLENSK, Route, consent, everything_stored, organisation, signal
from intake.testing.outreach import do, found
from sqlalchemy import text

ANGARSK = organisation("operator-angarsk", IRKUTSK)


async def test_D3_17_an_agreed_meeting_leads_to_an_application_by_the_existing_path(
    irkutsk: Route, curator: Caller
) -> None:
    card = await found(irkutsk, curator)
    agreed = await do(curator, card, "calls", outcome="agreed", meets_at="2026-03-05T03:00:00Z")
    assert (agreed["state"], agreed["meets_at"], agreed["due_at"]) == ("agreed", *2 * ["2026-03-05T03:00:00Z"])
    refused = await curator.post(
        f"/outreaches/{card['id']}/application", json={"consents": [], "registered_in_region": True}
    )
    assert refused.json()["slug"] == "consent_missing"
    untold = await curator.post(f"/outreaches/{card['id']}/application", json={"consents": []})
    assert [error["field"] for error in untold.json()["errors"]] == ["registered_in_region"], "D2-16"
    body = {"consents": [consent(Purpose.CONTACT, IRKUTSK, form="paper")], "registered_in_region": False}
    filed = await curator.post(f"/outreaches/{card['id']}/application", json=body)
    assert filed.status_code == 201, filed.text
    assert filed.json()["number"].startswith("СС-")
    filed_id = filed.json()["application_id"]
    (told,) = [e for e in await irkutsk.app.published(ApplicationSubmitted) if str(e.aggregate_id) == filed_id]
    assert isinstance(told, ApplicationSubmitted)
    assert (told.entry_point, told.territory) == ("ipra_extract", "irkutsk/angarsk")
    led = (await curator.get(f"/outreaches/{card['id']}")).json()
    assert (led["state"], led["application_id"]) == ("led", filed.json()["application_id"])
    application = (await curator.get(f"/applications/{filed_id}")).json()
    assert application["registered_in_region"] is False
    assert application["organisation_id"] == card["organisation_id"], "the operator coordinates its own families"
    assert str(told.child_id) == application["child_id"] == card["child_id"], "the child is the one that was found"


async def test_D2_18_the_load_counts_the_families_other_centres_handed_over_too(
    irkutsk: Route, curator: Caller
) -> None:
    card = await found(irkutsk, curator)
    await do(curator, card, "calls", outcome="agreed", meets_at="2026-03-05T03:00:00Z")
    body = {"consents": [consent(Purpose.CONTACT, IRKUTSK, form="paper")], "registered_in_region": False}
    filed = (await curator.post(f"/outreaches/{card['id']}/application", json=body)).json()["application_id"]
    reached = {"outcome": "reached", "need": "Помощь логопеда", "explanation_given": True}
    for action, told in (("take", {}), ("calls", reached), ("hand-over", {"serving_organisation_id": str(ANGARSK)})):
        assert (await curator.post(f"/applications/{filed}/{action}", json=told)).is_success
    elsewhere = await irkutsk.person("koordinator.rost")
    other = await irkutsk.reached(elsewhere, territory="irkutsk/angarsk", birth_date="2019-05-01")
    near = (await elsewhere.get(f"/applications/{other['id']}/nearest-services")).json()["items"]
    (service,) = [one for one in near if one["organisation_id"] == str(ANGARSK)]
    assert service["load"] >= 1, "the resource centre sees no application of the operator's, yet its load"


async def test_D3_18_the_fact_of_notification_is_recorded_once_and_exported(irkutsk: Route, curator: Caller) -> None:
    card = await found(irkutsk, curator, child_name="Ясенев Кузьма")
    await do(curator, card, "calls", outcome="asked_later")
    await do(curator, card, "calls", outcome="refused", reason_code="helped_elsewhere")
    facts = [e for e in await irkutsk.app.published(OutreachNotified) if str(e.aggregate_id) == card["id"]]
    assert len(facts) == 1
    period = {"region": IRKUTSK, "since": "2026-03-01", "until": "2026-03-31"}
    answer = await curator.get("/notification-proofs", params=period)
    assert answer.headers["content-type"].startswith("text/csv")
    header, *lines = answer.content.decode("utf-8-sig").splitlines()
    assert header.startswith("outreach_id;operator;territory;child_name")
    (line,) = [line.split(";") for line in lines if line.startswith(card["id"])]
    assert line[1] == "irkutsk/operator-angarsk"
    assert line[3] == "Ясенев Кузьма"
    assert line[8:11] == ["2026-03-02T15:00+08:00", "phone", "2"]
    assert line[12:14] == ["refused", "helped_elsewhere"]
    async with irkutsk.app.unit() as unit:
        read = text("SELECT count(*) FROM read_audit WHERE subject_id = :id AND purpose = 'social_service'")
        assert await unit.session.scalar(read, {"id": card["id"]}) == 1


async def test_D3_18_the_proofs_of_an_impossible_period_are_refused_with_the_field(curator: Caller) -> None:
    for since, until, field in (("2026-03-31", "2026-03-01", "until"), ("0001-01-01", "2026-03-01", "since")):
        refused = await curator.get("/notification-proofs", params={"region": IRKUTSK, "since": since, "until": until})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text


def test_D3_18_a_name_is_never_a_formula() -> None:
    assert [harmless(cell) for cell in ("=1+1", "+7", "-", "@a", "Анна")] == ["'=1+1", "'+7", "'-", "'@a", "Анна"]


async def test_D3_43_the_card_shows_the_seven_stages_of_finding(irkutsk: Route, curator: Caller) -> None:
    card = await do(curator, await found(irkutsk, curator), "calls", outcome="asked_later")
    card = await do(curator, card, "stages", stage="primary_consultation")
    card = await do(curator, card, "stages", stage="primary_consultation")
    done = {stage["stage"] for stage in card["stages"] if stage["done_at"]}
    assert len(card["stages"]) == 7
    assert done == {"signal", "contact", "database_entry", "primary_consultation"}


async def test_D3_13_the_operator_names_who_finds_families_and_they_share_the_work(
    irkutsk: Route, curator: Caller
) -> None:
    head = await irkutsk.person("head.angarsk")
    people = {named_id("principal", f"irkutsk/{login}") for login in ("kurator.angarsk", "koordinator.angarsk")}
    named = (await curator.get("/finders")).json()["items"]
    assert {UUID(one["principal_id"]) for one in named} == people
    got = {(await found(irkutsk, curator))["responsible_id"] for _ in range(2)}
    assert len(got) == 2
    nobody = await head.put(f"/finders/{ANGARSK}", json={"principal_ids": []})
    assert nobody.status_code == 422
    stranger = str(named_id("principal", "irkutsk/koordinator.bratsk"))
    assert (await head.put(f"/finders/{ANGARSK}", json={"principal_ids": [stranger]})).status_code == 422
    only = str(named_id("principal", "irkutsk/koordinator.angarsk"))
    kept = (await head.put(f"/finders/{ANGARSK}", json={"principal_ids": [only]})).json()["items"]
    assert [one["principal_id"] for one in kept] == [only]
    assert (await found(irkutsk, curator))["responsible_id"] == only
    await head.put(f"/finders/{ANGARSK}", json={"principal_ids": sorted(map(str, people))})


async def test_D3_13_a_dismissed_finder_gets_no_family_any_more(irkutsk: Route, curator: Caller) -> None:
    administrator = await irkutsk.app.as_role("administrator")
    gone, stays = (named_id("principal", f"irkutsk/{login}") for login in ("kurator.angarsk", "koordinator.angarsk"))
    here = {"organisation_ids": [str(ANGARSK)]}
    dismissed = await administrator.put(f"/staff/{gone}", json={"roles": [], "active": False, **here})
    assert dismissed.status_code == 200, dismissed.text
    cards = [await found(irkutsk, curator) for _ in range(2)]
    assert {card["responsible_id"] for card in cards} == {str(stays)}
    refused = await curator.post(f"/outreaches/{cards[0]['id']}/assign", json={"responsible_id": str(gone)})
    assert (refused.status_code, refused.json()["slug"]) == (422, "not_a_finder")
    back = await administrator.put(f"/staff/{gone}", json={"roles": ["specialist"], "active": True, **here})
    assert back.status_code == 200, back.text


async def test_D4_13_a_brigade_finds_a_family_on_the_road_and_sets_the_forms_of_help(smolensk: Route) -> None:
    specialist, coordinator = (
        await smolensk.person("specialist.smolensk1"),
        await smolensk.person("koordinator.smolensk"),
    )
    told = signal(SMOLENSK, territory="gagarin", found_by_brigade=True, measures=["rehabilitation"])
    filed = await specialist.post("/referrals", json=told)
    assert filed.status_code == 201, filed.text
    taken = await coordinator.post(f"/referrals/{filed.json()['id']}/accept")
    card = (await coordinator.get(f"/outreaches/{taken.json()['outreach_id']}")).json()
    assert (card["way"], card["social"]["measures"]) == ("brigade", ["rehabilitation"])
    await do(coordinator, card, "skip", reason_code="met_on_the_road")
    met = await do(coordinator, card, "visits", outcome="agreed")
    await do(coordinator, met, "survey", measures=["rehabilitation", "equipment"])
    body = {"consents": [consent(Purpose.CONTACT, SMOLENSK, form="paper")], "registered_in_region": True}
    filed = await coordinator.post(f"/outreaches/{card['id']}/application", json=body)
    assert filed.status_code == 201, filed.text


async def test_lists_are_filtered_sorted_paged_and_end_at_the_operator(irkutsk: Route, curator: Caller) -> None:
    mine = [(await found(irkutsk, curator))["id"] for _ in range(3)]
    first = (await curator.get("/outreaches", params={"limit": 2, "sort": "-found_at", "state": "open"})).json()
    assert len(first["items"]) == 2
    assert first["next_cursor"]
    assert (await curator.get("/outreaches", params={"sort": "child"})).status_code == 422
    other = await irkutsk.person("koordinator.bratsk")
    assert (await other.get("/outreaches")).json()["items"] == []
    assert (await other.get(f"/outreaches/{mine[0]}")).status_code == 404
    manager = await irkutsk.person("manager.irkutsk")
    seen = (await manager.get(f"/outreaches/{mine[0]}")).json()
    assert (seen["contact"], seen["social"]) == (None, None)


async def test_personal_data_of_found_families_stay_sealed(irkutsk: Route, curator: Caller, canary: Canary) -> None:
    card = await found(irkutsk, curator, child_name=canary.name, representative_name=canary.name, address=canary.text)
    for _ in range(3):
        card = await do(curator, card, "calls", outcome="no_answer")
    met = await do(curator, card, "visits", outcome="agreed")
    await do(curator, met, "survey", measures=["respite"], need=canary.text)
    told = signal(need=canary.text, diagnosis=canary.text)
    told["child"]["name"] = told["family"]["name"] = canary.name
    assert (await curator.post("/referrals", json=told)).status_code == 201
    rows = await everything_stored(irkutsk.app)
    assert len(rows) > 20
    canary.check(*rows)
