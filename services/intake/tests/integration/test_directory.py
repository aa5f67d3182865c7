"""The directory: packs become organisations and people; a change acts everywhere."""

from __future__ import annotations

import pytest
from chassis.access.tokens import subject_digest
from contracts.identifiers import named_id
from contracts.intake import OrganisationRegistered, PrincipalChanged
from intake.directory.background import load_directories
from intake.directory.commands.keep_staff import load_directory
from intake.testing import MOSCOW, Route, directory_pack, organisation, region

HEAD = named_id("principal", f"{MOSCOW}/head.sever")


async def facts_of(route: Route, principal_id: object) -> list[PrincipalChanged]:
    found = [e for e in await route.app.published(PrincipalChanged) if isinstance(e, PrincipalChanged)]
    return [fact for fact in found if fact.principal_id == principal_id]


async def test_loading_the_packs_registers_everybody_with_authority_and_without_a_name(moscow: Route) -> None:
    (fact,) = (await facts_of(moscow, named_id("principal", f"{MOSCOW}/specialist.sever1")))[:1]
    assert fact.roles == {"specialist"}
    assert fact.organisation_ids == {organisation("early-help-north")}
    assert fact.specialist_id == named_id("specialist", f"{MOSCOW}/specialist.sever1")
    entry = next(entry for entry in directory_pack().staff if entry.login == "specialist.sever1")
    assert fact.subject_digest == subject_digest(moscow.app.issuer.issuer, entry.subject or entry.login)
    manager = (await facts_of(moscow, named_id("principal", f"{MOSCOW}/manager.moskva")))[0]
    assert manager.territories == {MOSCOW, f"{MOSCOW}/severny", f"{MOSCOW}/yuzhny"}
    assert await facts_of(moscow, named_id("principal", "platform/administrator"))
    organisations = await moscow.app.published(OrganisationRegistered)
    assert organisation("point-gagarin", "smolensk") in [getattr(e, "organisation_id", None) for e in organisations]


async def test_loading_again_changes_nothing(moscow: Route) -> None:
    before = len(await moscow.app.published())
    await load_directories(moscow.app.worker)
    assert len(await moscow.app.published()) == before


async def test_an_administrators_change_acts_and_survives_a_restart(moscow: Route) -> None:
    administrator = await moscow.app.as_role("administrator")
    body = {
        "roles": ["head"],
        "organisation_ids": [str(organisation("early-help-south"))],
        "territories": [f"{MOSCOW}/yuzhny"],
    }
    answer = await administrator.put(f"/staff/{HEAD}", json=body)
    assert answer.status_code == 200, answer.text
    fact = (await facts_of(moscow, HEAD))[-1]
    assert fact.organisation_ids == {organisation("early-help-south")}
    await load_directories(moscow.app.worker)
    assert (await facts_of(moscow, HEAD))[-1] == fact


async def test_a_dismissed_person_may_nothing(moscow: Route) -> None:
    administrator = await moscow.app.as_role("administrator")
    person = named_id("principal", f"{MOSCOW}/specialist.sever2")
    answer = await administrator.put(f"/staff/{person}", json={"roles": [], "active": False})
    assert answer.json()["active"] is False
    assert not (await facts_of(moscow, person))[-1].active


async def test_who_leaves_the_pack_is_dismissed(moscow: Route) -> None:
    content = directory_pack()
    rest = content.model_copy(update={"staff": tuple(p for p in content.staff if p.login != "head.yug")})
    async with moscow.app.unit() as unit:
        assert await load_directory(MOSCOW, rest, region(), moscow.app.issuer.issuer, unit) == (0, 1)
    assert not (await facts_of(moscow, named_id("principal", f"{MOSCOW}/head.yug")))[-1].active
    await load_directories(moscow.app.worker)
    assert (await facts_of(moscow, named_id("principal", f"{MOSCOW}/head.yug")))[-1].active


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"roles": ["family"]}, "role_not_given_by_hand"),
        ({"roles": ["system"]}, "role_not_given_by_hand"),
        ({"roles": ["head"], "organisation_ids": ["00000000-0000-0000-0000-000000000001"]}, "organisation_unknown"),
        ({"roles": ["head"], "territories": ["atlantis"]}, "territory_unknown"),
        ({"roles": ["emperor"]}, "invalid"),
        ({"roles": ["head"], "version": 0}, "invalid"),
    ],
)
async def test_an_impossible_authority_is_refused(moscow: Route, body: dict[str, object], slug: str) -> None:
    administrator = await moscow.app.as_role("administrator")
    assert (await administrator.put(f"/staff/{HEAD}", json=body)).json()["slug"] == slug


async def test_staff_is_shown_to_whom_it_concerns(moscow: Route) -> None:
    south = await moscow.app.as_role("head", organisation_ids=[organisation("early-help-south")])
    seen = (await south.get("/staff")).json()["items"]
    assert seen
    assert all(str(organisation("early-help-south")) in person["organisation_ids"] for person in seen)
    administrator = await moscow.app.as_role("administrator")
    everybody = (await administrator.get("/staff", params={"limit": 200})).json()["items"]
    assert len(everybody) > len(seen)
    assert (await moscow.app.client().get("/staff")).status_code == 401
    coordinator = await moscow.person("koordinator.moskva")
    assert (await coordinator.get("/staff")).status_code == 403
    assert (await coordinator.put(f"/staff/{HEAD}", json={"roles": ["administrator"]})).status_code == 403


async def test_territories_and_organisations_are_public(moscow: Route) -> None:
    public = moscow.app.client()
    found = (await public.get("/territories", params={"region": "smolensk"})).json()["items"]
    assert "smolensk/gagarin" in [territory["code"] for territory in found]
    services = (await public.get("/organisations", params={"region": MOSCOW, "role": "serving"})).json()["items"]
    assert [service["code"] for service in services] == [f"{MOSCOW}/early-help-north", f"{MOSCOW}/early-help-south"]
    assert (await public.get("/organisations", params={"role": "circus"})).status_code == 422
