"""The month's card from template to approval, its versions, its end (D4-05, D4-06, D4-07, D4-09)."""

from datetime import timedelta
from typing import Any

from cases.testing import MOSCOW, SMOLENSK, facts
from chassis.clock import new_id
from chassis.testing.running import Running
from contracts.cases import ProgrammeApproved, ProgrammeFinished


def line(service: str, count: int, mode: str = "home") -> dict[str, Any]:
    texts = {"periodicity": "2 раза в неделю", "content": "Занятие", "result": "Навык закреплён"}
    return {"service": service, "mode": mode, "count": count, **texts}


async def test_D4_05_the_card_is_drawn_up_from_the_packs_template_with_six_attributes(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    draft = await family.iksra()
    assert (draft["starts_on"], draft["ends_on"]) == ("2026-03-02", "2026-04-01")
    card = (await family.specialist.get(f"/programmes/{draft['id']}")).json()
    lines = card["versions"][0]["lines"]
    six = ("service", "starts_on", "content", "minutes", "count", "result")
    assert all(line[name] for line in lines for name in six)
    counted = {
        group: sum(ln["count"] for ln in lines if ln["group"] == group) for group in {ln["group"] for ln in lines}
    }
    assert counted == {"social_medical": 8, "psychological_pedagogical": 8}
    assert {ln["mode"] for ln in lines} == {"home", "remote"}


async def test_D4_09_the_head_approves_after_the_representative_has_signed(app: Running, arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    draft = await family.iksra()
    too_early = await family.head.post(f"/programmes/{draft['id']}/approve")
    assert (too_early.status_code, too_early.json()["slug"]) == (409, "wrong_programme_state")
    by_specialist = await family.specialist.post(f"/programmes/{draft['id']}/approve")
    assert by_specialist.status_code == 403
    approved = await family.approved(draft)
    (fact,) = [e for e in await facts(app, ProgrammeApproved) if str(e.programme_id) == approved["id"]]
    assert {str(group): n for group, n in fact.quota.items()} == {"social_medical": 8, "psychological_pedagogical": 8}


async def test_D4_07_approval_below_the_minimum_is_refused_with_the_numbers(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    lines = [line("motor_session", 6), line("psychologist_session", 8)]
    draft = await family.iksra(lines=lines)
    await family.specialist.post(f"/programmes/{draft['id']}/sign", json={})
    answer = await family.head.post(f"/programmes/{draft['id']}/approve")
    assert (answer.status_code, answer.json()["slug"]) == (409, "programme_below_minimum")
    assert answer.json()["offered"] == {"social_medical": 6, "psychological_pedagogical": 8}
    assert [error["rule"] for error in answer.json()["errors"]] == ["minimum.social_medical"]
    mended = {"starts_on": "2026-03-02", "lines": [line("motor_session", 8), line("psychologist_session", 8)]}
    edited = await family.specialist.put(f"/programmes/{draft['id']}", json=mended)
    assert edited.json()["state"] == "draft"
    assert (await family.approved(edited.json()))["state"] == "approved"


async def test_D4_05_no_card_without_an_ippsu_in_force_for_its_term(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    await family.consents()
    body = {"kind": "iksra", "starts_on": "2026-03-02"}
    without = await family.specialist.post(f"/case-files/{family.case_id}/programmes", json=body)
    assert without.json()["missing_steps"] == ["ippsu"]
    short = {"number": "1", "issued_on": "2026-01-01", "valid_until": "2026-03-20", "issuer": "Отдел соцзащиты"}
    await family.post("ippsu", short)
    ends_too_early = await family.specialist.post(f"/case-files/{family.case_id}/programmes", json=body)
    assert (ends_too_early.status_code, ends_too_early.json()["slug"]) == (409, "ippsu_not_valid")


async def test_a_correction_is_a_new_version_and_the_old_one_stays_in_force_until_then(
    app: Running, arrival: Any
) -> None:
    family = await arrival(SMOLENSK)
    approved = await family.approved(await family.iksra())
    opened = (await family.specialist.post(f"/programmes/{approved['id']}/correct")).json()
    assert (opened["number"], opened["state"]) == (2, "draft")
    summary = (await family.card())["sections"]["programmes"]["drawn_up"][0]
    assert (summary["number"], summary["in_force"]) == (2, 1)
    await family.approved(opened)
    card = (await family.specialist.get(f"/programmes/{approved['id']}")).json()
    assert [(v["number"], v["state"]) for v in card["versions"]] == [(2, "approved"), (1, "corrected")]
    found = [e for e in await facts(app, ProgrammeApproved) if str(e.programme_id) == approved["id"]]
    assert [fact.programme_version for fact in found] == [1, 2]


async def test_two_cards_of_one_kind_cannot_stand_for_the_same_days(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    await family.approved(await family.iksra())
    second = await family.post("programmes", {"kind": "iksra", "starts_on": "2026-03-10"})
    await family.specialist.post(f"/programmes/{second['id']}/sign", json={})
    answer = await family.head.post(f"/programmes/{second['id']}/approve")
    assert (answer.status_code, answer.json()["slug"]) == (409, "programme_overlaps")


async def test_D4_06_the_card_ends_by_itself_after_its_month(app: Running, arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    approved = await family.approved(await family.iksra())
    before = app.clock.now()
    try:
        app.clock.advance(timedelta(days=31))
        await app.fire_timers()
    finally:
        app.clock.set(before)
    found = [e for e in await facts(app, ProgrammeFinished) if str(e.programme_id) == approved["id"]]
    assert [str(fact.finished_on) for fact in found] == ["2026-04-01"]


async def test_a_stale_version_is_refused(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    draft = await family.iksra()
    path, body = f"/programmes/{draft['id']}", {"starts_on": "2026-03-03"}
    first = await family.specialist.put(path, json=body, headers={"If-Match": f'"{draft["version"]}"'})
    assert first.status_code == 200, first.text
    late = await family.head.put(path, json=body, headers={"If-Match": f'"{draft["version"]}"'})
    assert (late.status_code, late.json()["slug"]) == (409, "stale_version")


async def test_a_line_the_region_does_not_offer_is_named(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    await family.consents()
    await family.has_ippsu()
    for bad, field in ((line("massage", 8), "lines.0.service"), (line("motor_session", 8, "remote"), "lines.0.mode")):
        body = {"kind": "iksra", "starts_on": "2026-03-02", "lines": [bad]}
        answer = await family.specialist.post(f"/case-files/{family.case_id}/programmes", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_programme_the_region_does_not_have_is_refused(arrival: Any) -> None:
    family = await arrival(MOSCOW)
    body = {"kind": "iksra", "starts_on": "2026-03-02"}
    answer = await family.specialist.post(f"/case-files/{family.case_id}/programmes", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "programme_not_in_region")


async def test_an_unknown_programme_is_not_found(arrival: Any) -> None:
    family = await arrival(SMOLENSK)
    for path in (f"/programmes/{new_id()}/sign", f"/programmes/{new_id()}/approve"):
        assert (await family.head.post(path, json={})).status_code == 404
