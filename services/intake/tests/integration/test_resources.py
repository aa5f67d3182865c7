"""Organisations with their offices, partners, agreements and the resource map; import and search of the directory."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from chassis.errors import DomainError
from chassis.testing.running import Caller
from contracts.intake import AgreementRegistered, OrganisationRegistered, PrincipalChanged, ResourceListed
from intake.directory.background import load_directories
from intake.directory.queries.agreements import require_agreement
from intake.testing import IRKUTSK, MOSCOW, SMOLENSK, Route, organisation, region
from openpyxl.workbook.workbook import Workbook

HEAD = "код;название;роли;территория;адрес;телефон;обслуживает;возраст;темы;даёт;широта;долгота\n"
GOOD = HEAD + (
    "centre;Микрореабилитационный центр;operator, coordinating, serving;smolensk-city;г. Смоленск, ул. Новая, д. 1;"
    "+74810000101;smolensk;0-3,3-18;medicine;;54,779;32,05\n"
    "chess;Шахматный клуб «Ладья»;partner;vyazma;г. Вязьма, ул. Тихая, д. 2;;vyazma;3-18;sport,culture;rooms;;\n"
)
BAD = HEAD + (
    "chess;Шахматный клуб;partner;atlantis;г. Вязьма;;;3-18;;;;\n"
    "chess2;;partner;vyazma;г. Вязьма;;;3-18;;;;\n"
    "chess3;Клуб;circus;vyazma;г. Вязьма;;;3-18;dancing;;;\n"
    "chess4;Клуб;partner;vyazma;г. Вязьма;;;;;;95;32\n"
    "chess5;Клуб;partner;vyazma;г. Вязьма;;;;;;;\n"
    "chess5;Клуб;partner;vyazma;г. Вязьма;;;;;;;\n"
)


@pytest.fixture
async def administrator(moscow: Route) -> Caller:
    return await moscow.app.as_role("administrator")


@pytest.fixture
async def head(smolensk: Route) -> Caller:
    return await smolensk.person("head.smolensk")


async def sent(caller: Caller, content: bytes, name: str = "list.csv", **params: Any) -> Any:
    query = {"region": SMOLENSK, **params}
    return await caller.post("/organisations/import", params=query, files={"file": (name, content)})


async def searched(caller: Caller, **params: Any) -> list[str]:
    answer = await caller.get("/organisations/search", params={"region": SMOLENSK, **params})
    assert answer.status_code == 200, answer.text
    return [found["code"].partition("/")[2] for found in answer.json()["items"]]


async def test_D3_04_an_organisation_has_several_roles_offices_and_all_its_contacts(moscow: Route) -> None:
    found = (await moscow.app.client().get("/organisations", params={"region": SMOLENSK})).json()["items"]
    centre = next(one for one in found if one["code"] == "smolensk/centre")
    assert centre["roles"] == ["coordinating", "operator", "serving"]
    assert (centre["director"], centre["email"], centre["site"]) == (
        "Журавлёва Нина Сергеевна",
        "centre@example.org",
        "centre.example.org",
    )
    assert [office["code"] for office in centre["offices"]] == ["left-bank"]
    assert centre["offices"][0]["territory"] == "smolensk/smolensk-city"


async def test_D3_04_forty_operators_stand_with_director_and_contacts_in_every_territory(moscow: Route) -> None:
    query = {"region": IRKUTSK, "role": "operator", "limit": "100"}
    found = (await moscow.app.client().get("/organisations", params=query)).json()["items"]
    assert len(found) == 40
    assert all(one[name] for one in found for name in ("title", "director", "address", "phone", "email", "site"))
    served = {territory for one in found for territory in one["serves"]} - {IRKUTSK}
    assert served == {f"{IRKUTSK}/{territory.code}" for territory in region(IRKUTSK).territories}
    kirensk = next(one for one in found if one["code"] == "irkutsk/operator-kirensk")
    assert kirensk["serves"] == ["irkutsk/katanga", "irkutsk/kirensk"], "one may answer for two districts"
    assert [office["territory"] for office in kirensk["offices"]] == ["irkutsk/katanga"]


async def test_D3_05_four_resource_centres_by_age_or_direction_and_a_methodical_one(moscow: Route) -> None:
    public = moscow.app.client()

    async def centres(**narrowed: str) -> list[str]:
        query = {"region": IRKUTSK, "role": "resource_centre", **narrowed}
        answer = await public.get("/organisations/search", params=query)
        return sorted(one["code"].partition("/")[2] for one in answer.json()["items"])

    assert len(await centres()) == 5
    assert await centres(age_band="0-3") == ["resource-early"]
    assert await centres(theme="accompaniment") == ["resource-children"]
    assert await centres(theme="older", age_band="18+") == ["resource-adults"]
    assert await centres(theme="employment") == ["resource-employment"]
    assert await centres(theme="methodical") == ["rost"]


async def test_D3_05_resource_centres_are_found_by_age_band(moscow: Route) -> None:
    public = moscow.app.client()
    query = {"region": MOSCOW, "role": "resource_centre"}
    early = (await public.get("/organisations/search", params={**query, "age_band": "0-3"})).json()["items"]
    assert [one["code"] for one in early] == [f"{MOSCOW}/coordination-centre"]
    assert (await public.get("/organisations/search", params={**query, "age_band": "18+"})).json()["items"] == []


async def test_D3_06_co_executors_are_found_by_theme_and_territory(moscow: Route) -> None:
    public = moscow.app.client()
    assert await searched(public, role="co_executor", theme="sport", territory="smolensk/gagarin") == ["horse-club"]
    assert await searched(public, role="co_executor", theme="sport", territory="gagarin") == ["horse-club"]
    assert await searched(public, role="co_executor", theme="sport", territory="smolensk/smolensk-city") == []


async def test_D4_32_partners_say_what_each_of_them_gives(moscow: Route) -> None:
    public = moscow.app.client()
    assert await searched(public, role="partner", gives="rooms") == ["point-gagarin"]
    assert await searched(public, role="partner", gives="aid") == ["fund"]
    assert await searched(public, role="partner", gives="therapy") == ["horse-club"]
    assert len(await searched(public, role="partner")) == 4


async def test_D0_34_organisations_are_found_by_name_kind_theme_and_distance(moscow: Route) -> None:
    public = moscow.app.client()
    assert await searched(public, text="тёплый дом") == ["fund"]
    assert await searched(public, text="Ромошка") == ["horse-club"]
    assert await searched(public, text="вместе") == ["parents"]
    gagarin = {"latitude": 55.553, "longitude": 34.995}
    assert (await searched(public, **gagarin))[:2] == ["point-gagarin", "horse-club"]
    assert await searched(public, **gagarin, within_km=10) == ["point-gagarin"]
    bank = {"latitude": 54.7601, "longitude": 32.0101, "within_km": 1}
    (near,) = (await public.get("/organisations/search", params={"region": SMOLENSK, **bank})).json()["items"]
    assert (near["code"], near["nearest_office"]) == ("smolensk/centre", "left-bank")
    answer = await public.get("/organisations/search", params={"latitude": 55.0})
    assert (answer.status_code, answer.json()["slug"]) == (422, "place_incomplete")


async def test_D0_34_an_import_shows_the_difference_before_it_changes_anything(
    moscow: Route, administrator: Caller
) -> None:
    before = len(await moscow.app.published(OrganisationRegistered))
    report = (await sent(administrator, GOOD.encode("cp1251"))).json()
    assert (report["applied"], report["rows"], report["errors"]) == (False, 2, [])
    assert [change["code"] for change in report["added"]] == ["chess"]
    (changed,) = report["changed"]
    assert changed["fields"]["address"] == ["г. Смоленск, ул. Примерная, д. 5", "г. Смоленск, ул. Новая, д. 1"]
    assert len(await moscow.app.published(OrganisationRegistered)) == before
    assert (await sent(administrator, GOOD.encode(), apply=True)).json()["applied"] is True
    assert await searched(administrator, text="Ладья") == ["chess"]
    again = (await sent(administrator, GOOD.encode(), apply=True)).json()
    assert (again["added"], again["changed"], again["unchanged"]) == ([], [], 2)
    await load_directories(moscow.app.worker)
    found = await administrator.get(
        "/organisations/search", params={"region": SMOLENSK, "text": "Микрореабилитационный"}
    )
    kept = found.json()["items"][0]
    assert kept["address"] == "г. Смоленск, ул. Новая, д. 1"
    assert (kept["director"], kept["email"]) == (
        "Журавлёва Нина Сергеевна",
        "centre@example.org",
    ), "a column the file does not have changes nothing"


async def test_D0_34_a_workbook_is_read_like_a_table(administrator: Caller) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "title", "roles", "territory", "address", "latitude", "longitude"])
    sheet.append(["theatre", "Театр «Игра»", "partner", "vyazma", "г. Вязьма, ул. Ясная, д. 1", 55.21, 34.29])
    kept = io.BytesIO()
    book.save(kept)
    report = (await sent(administrator, kept.getvalue(), "list.xlsx")).json()
    assert [change["title"] for change in report["added"]] == ["Театр «Игра»"]


async def test_D0_34_one_wrong_row_stops_the_import_and_is_named(administrator: Caller) -> None:
    report = (await sent(administrator, BAD.encode(), apply=True)).json()
    assert report["applied"] is False
    named = {(error["row"], error["column"], error["rule"]) for error in report["errors"]}
    assert {
        (2, "territory", "code_unknown"),
        (3, "title", "missing"),
        (4, "roles.0", "enum"),
        (5, "latitude", "less_than_equal"),
        (7, "code", "code_twice"),
    } <= named
    assert all(error["ru"] and error["en"] for error in report["errors"])
    assert await searched(administrator, text="Шахматный клуб", territory="smolensk/gagarin") == []


@pytest.mark.parametrize(
    ("content", "name", "slug"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv", "not_a_table"),
        (b"PK\x03\x04 broken", "a.xlsx", "file_harmful"),
        (b"", "a.csv", "columns_missing"),
        ("код;название\n".encode(), "a.csv", "columns_missing"),
        (HEAD.encode() + b"x\n" * 5001, "a.csv", "too_many_rows"),
        (b"a" * (5 * 1024 * 1024 + 1), "a.csv", "file_too_large"),
    ],
    ids=["png", "broken zip", "empty", "no columns", "too many", "too large"],
)
async def test_what_is_no_table_is_refused(administrator: Caller, content: bytes, name: str, slug: str) -> None:
    answer = await sent(administrator, content, name)
    assert answer.status_code >= 400
    assert answer.json()["slug"] == slug


async def test_only_the_administrator_imports(moscow: Route, head: Caller) -> None:
    assert (await sent(head, GOOD.encode())).status_code == 403
    assert (await sent(moscow.app.client(), GOOD.encode())).status_code == 401


async def test_D3_07_an_agreement_stands_for_its_term_and_a_request_rests_on_it(smolensk: Route, head: Caller) -> None:
    (known,) = (await head.get("/agreements", params={"standing": True})).json()["items"]
    assert (known["kind"], known["stands"]) == ("operator_co_executor", True)
    ends = (organisation("centre", SMOLENSK), organisation("horse-club", SMOLENSK))
    async with smolensk.app.unit() as unit:
        assert (await require_agreement(*ends, unit)).number == "С-1/2026"
        with pytest.raises(DomainError, match="agreement_missing"):
            await require_agreement(ends[1], ends[0], unit)
    ended = (await head.post(f"/agreements/{known['id']}/end")).json()
    assert ended["ended_on"] == "2026-03-02"
    smolensk.app.clock.advance(timedelta(days=1))
    async with smolensk.app.unit() as unit:
        with pytest.raises(DomainError, match="agreement_missing"):
            await require_agreement(*ends, unit)
    told = {"from_organisation_id": str(ends[0]), "to_organisation_id": str(ends[1])}
    body = {"kind": "operator_co_executor", "number": "С-2/2026", "signed_on": "2026-03-03", **told}
    new = await head.post("/agreements", json=body)
    assert (new.status_code, new.json()["stands"]) == (201, True)
    told_of = await smolensk.app.published(AgreementRegistered)
    facts = [e for e in told_of if isinstance(e, AgreementRegistered) and e.region == SMOLENSK]
    assert [fact.active for fact in facts] == [True, True, True]
    assert facts[-2].valid_until == date(2026, 3, 2)
    ahead = {**body, "number": "С-3/2027", "signed_on": "2027-01-11"}
    assert (await head.post("/agreements", json=ahead)).json()["stands"] is False
    listed = (await head.get("/agreements", params={"standing": True})).json()["items"]
    assert [one["number"] for one in listed if one["stands"]] == [one["number"] for one in listed] == ["С-2/2026"]


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"to_organisation_id": str(organisation("fund", SMOLENSK))}, "side_unsuitable"),
        ({"kind": "resource_centre_operator"}, "side_unsuitable"),
        ({"valid_until": "2025-01-01"}, "term_backwards"),
        ({"number": ""}, "invalid"),
        ({"kind": "friendship"}, "invalid"),
    ],
)
async def test_D3_07_an_agreement_needs_its_sides_and_a_term(head: Caller, changes: dict[str, Any], slug: str) -> None:
    body = {
        "kind": "operator_co_executor",
        "number": "С-9/2026",
        "signed_on": "2026-03-01",
        "from_organisation_id": str(organisation("centre", SMOLENSK)),
        "to_organisation_id": str(organisation("horse-club", SMOLENSK)),
    }
    answer = await head.post("/agreements", json={**body, **changes})
    assert (answer.status_code, answer.json()["slug"]) == (422, slug)


async def test_an_agreement_of_others_is_neither_seen_nor_made(moscow: Route) -> None:
    stranger = await moscow.person("head.sever")
    assert (await stranger.get("/agreements")).json()["items"] == []
    body = {
        "kind": "operator_co_executor",
        "number": "Ч-1",
        "signed_on": "2026-03-01",
        "from_organisation_id": str(organisation("centre", SMOLENSK)),
        "to_organisation_id": str(organisation("horse-club", SMOLENSK)),
    }
    assert (await stranger.post("/agreements", json=body)).status_code in {403, 404}


async def test_D3_36_the_map_of_a_territory_shows_resources_and_organisations(moscow: Route) -> None:
    found = (
        await moscow.app.client().get("/resource-map", params={"region": SMOLENSK, "territory": "smolensk/gagarin"})
    ).json()
    assert [one["title"] for one in found["resources"]["leisure"]] == ["Бассейн с подъёмником"]
    assert [one["title"] for one in found["resources"]["learning"]] == ["Кружок в библиотеке"]
    assert found["resources"]["development"] == []
    assert {"smolensk/point-gagarin", "smolensk/centre"} <= {one["code"] for one in found["organisations"]}
    public = moscow.app.client()
    by_code = await public.get("/resource-map", params={"region": SMOLENSK, "territory": "gagarin"})
    assert by_code.json() == {**found, "territory": "smolensk/gagarin"}
    nowhere = await public.get("/resource-map", params={"region": SMOLENSK, "territory": "atlantis"})
    assert (nowhere.status_code, nowhere.json()["slug"]) == (422, "territory_unknown")
    young = {"region": SMOLENSK, "age_band": "0-3", "kind": "leisure"}
    assert (await moscow.app.client().get("/resource-map", params=young)).json()["resources"]["leisure"] == []


async def test_D3_49_a_resource_is_kept_current_by_its_organisation(smolensk: Route, head: Caller) -> None:
    query = {"region": SMOLENSK, "territory": "smolensk/gagarin"}
    shown = (await smolensk.app.client().get("/resource-map", params=query)).json()["resources"]
    assert [one["stale"] for one in (*shown["leisure"], *shown["learning"])] == [False, True]
    fields = {
        "kind": "leisure",
        "theme": "culture",
        "title": "Кинозал с тифлокомментарием",
        "territory": "gagarin",
        "address": "г. Гагарин, ул. Новая, д. 2",
        "free": True,
    }
    made = await head.post("/resources", json={**fields, "organisation_id": str(organisation("centre", SMOLENSK))})
    assert made.status_code == 201, made.text
    url = f"/resources/{made.json()['id']}"
    kept = (await head.put(url, json={**fields, "title": "Кинозал", "active": False})).json()
    assert (kept["title"], kept["active"], kept["checked_on"]) == ("Кинозал", False, "2026-03-02")
    again = (await smolensk.app.client().get("/resource-map", params=query)).json()["resources"]["leisure"]
    assert "Кинозал" not in [one["title"] for one in again]
    assert (await head.put(url, json={**fields, "theme": "magic"})).json()["slug"] == "theme_unknown"
    assert (await head.put(url, json={**fields, "territory": "atlantis"})).json()["slug"] == "territory_unknown"
    stranger = await smolensk.app.as_role("head", organisation_ids=[organisation("fund", SMOLENSK)])
    assert (await stranger.put(url, json=fields)).status_code in {403, 404}
    foreign = {**fields, "organisation_id": str(organisation("centre", SMOLENSK))}
    assert (await stranger.post("/resources", json=foreign)).status_code in {403, 404}
    assert [e for e in await smolensk.app.published(ResourceListed) if not getattr(e, "active", True)]


async def test_D2_30_the_nearest_service_is_explained_to_anybody_who_asks(moscow: Route) -> None:
    query = {"region": MOSCOW, "age_band": "0-3", "territory": f"{MOSCOW}/yuzhny"}
    answer = (await moscow.app.client().get("/nearest-services", params=query)).json()
    assert answer["services"][0]["title"].endswith("«Юг»")
    assert "0.5 км" in answer["rule"]
    assert all(reason["ru"] and reason["en"] for one in answer["services"] for reason in one["reasons"])
    assert (await moscow.app.client().get("/nearest-services", params={"region": "atlantis"})).status_code == 422


async def test_D2_06_the_interagency_road_map_names_departments_and_orders(moscow: Route) -> None:
    found = (await moscow.app.client().get(f"/regions/{MOSCOW}/interagency")).json()
    assert [department["code"] for department in found["departments"]] == ["social", "health", "education"]
    assert [order["signed_on"] for order in found["orders"]] == ["2021-07-02", "2022-06-27"]
    assert len(found["departments"][1]["steps"]) == 4
    assert (await moscow.app.client().get(f"/regions/{SMOLENSK}/interagency")).status_code == 404


async def test_a_change_of_territory_is_told_at_once(moscow: Route, administrator: Caller) -> None:
    (person,) = [
        one
        for one in (await administrator.get("/staff", params={"region": SMOLENSK, "limit": 200})).json()["items"]
        if one["position"] == "директор центра"
    ]
    body = {name: person[name] for name in ("roles", "organisation_ids")} | {"territories": ["smolensk/gagarin"]}
    await administrator.put(f"/staff/{person['id']}", json=body)
    facts = [e for e in await moscow.app.published(PrincipalChanged) if isinstance(e, PrincipalChanged)]
    assert str(facts[-1].principal_id) == person["id"]
    assert facts[-1].territories == {"smolensk/gagarin"}
