"""The access matrix of referrals, extracts and outreach: status of every door for every role and relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import Relation, Role
from intake.agencies.model import AgencyEndpoint
from intake.extracts.commands.import_extracts import work_off_one
from intake.extracts.model import IpraExtract, IpraImport, IpraReturn
from intake.main import service
from intake.outreach.model.outreach import Outreach
from intake.outreach.tracking import inland_check
from intake.referrals.model.referral import Referral
from intake.testing import IRKUTSK, Route, extract, organisation, signal

ROOMS = {"referrals", "extracts", "agencies", "outreach"}
ROUTES = [route for room in service.rooms if room.api and room.name in ROOMS for route in room.api.routes]
ALL = matrix(doors(ROUTES))
SAMPLED = list({(cell.door, cell.outcome, cell.fields): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
OPERATOR, CLINIC = organisation("operator-angarsk", IRKUTSK), organisation("polyclinic", IRKUTSK)
SIGNED = {"/agency/referrals", "/agency/ipra-extracts"}
"""Doors that ask for a signature too: without one a caller the policy lets in hears 401."""

PEOPLE = {name: signal()[name] for name in ("child", "family")}
LETTER = "6640000000000" + inland_check("6640000000000")
BODIES: dict[str, Any] = {
    "/referrals": {**signal(), "kind": "moon"},
    "/referrals/{referral_id}/decline": {"reason_code": "moon"},
    "/referrals/{referral_id}/revoke": {"reason_code": "moon"},
    "/referrals/{referral_id}/complete": {"result_code": "moon"},
    "/referrals/{referral_id}/relayed-answer": {"answer": "received"},
    "/agency/referrals": signal(),
    "/agency/ipra-extracts": extract("х-1"),
    "/ipra-extracts": extract("х-2"),
    "/ipra-extracts/{extract_id}/executions": {"measure": 99, "executed": True, "executed_on": "2026-03-01"},
    "/ipra-returns": {"region": IRKUTSK, "organisation_id": str(OPERATOR)},
    "/agency-endpoints": {"region": IRKUTSK, "organisation_id": str(uuid4())},
    "/agency-endpoints/{endpoint_id}": {"callback_url": "https://elsewhere.example.org/"},
    "/outreaches": {
        "region": "moon",
        "organisation_id": str(OPERATOR),
        **{k: signal()[k] for k in ("child", "family")},
    },
    "/outreaches/{outreach_id}/assign": {"responsible_id": str(uuid4())},
    "/outreaches/{outreach_id}/calls": {"outcome": "nobody_home"},
    "/outreaches/{outreach_id}/visits": {"outcome": "no_answer"},
    "/outreaches/{outreach_id}/letters": {
        "tracking_number": "6640000000000" + inland_check("6640000000000"),
        "posted_on": "2026-01-01",
    },
    "/outreaches/{outreach_id}/letters/{letter_id}/outcome": {"outcome": "delivered", "on": "2026-03-02"},
    "/outreaches/{outreach_id}/skip": {"reason_code": "moon"},
    "/outreaches/{outreach_id}/break-off": {"reason_code": "moon"},
    "/outreaches/{outreach_id}/survey": {"measures": ["moon"]},
    "/outreaches/{outreach_id}/stages": {"stage": "moon"},
    "/outreaches/{outreach_id}/application": {"consents": [], "registered_in_region": True},
    "/finders/{organisation_id}": {"principal_ids": []},
}
QUERY = {"region": IRKUTSK, "layout": "moon", "since": "2026-03-01", "until": "2026-03-02"}


@dataclass
class Scene:
    app: Running
    records: dict[str, Any]


@pytest.fixture(scope="module")
async def scene(intake: Running) -> Scene:
    route = Route(intake, IRKUTSK)
    curator = await route.person("koordinator.angarsk")
    administrator = await intake.as_role("administrator")
    filed = await curator.post("/referrals", json=signal(sender_organisation_id=str(CLINIC)))
    job = await curator.post(f"/ipra-extracts?region={IRKUTSK}", json=extract("м-1"))
    assert await work_off_one(intake.worker)
    (told,) = (await curator.get("/ipra-extracts")).json()["items"]
    mark = {"measure": 1, "executed": True, "executed_on": "2026-03-01"}
    assert (await curator.post(f"/ipra-extracts/{told['id']}/executions", json=mark)).status_code == 201
    made = await curator.post("/ipra-returns", json=BODIES["/ipra-returns"])
    endpoint = await administrator.post(
        "/agency-endpoints", json={"region": IRKUTSK, "organisation_id": str(organisation("justice-office", IRKUTSK))}
    )
    async with intake.unit() as unit:
        get = unit.session.get_one
        return Scene(
            intake,
            {
                "referral": await get(Referral, filed.json()["id"]),
                "ipra_import": await get(IpraImport, job.json()["id"]),
                "ipra_extract": await get(IpraExtract, told["id"]),
                "outreach": await get(Outreach, told["outreach_id"]),
                "ipra_return": await get(IpraReturn, made.json()["id"]),
                "agency_endpoint": await get(AgencyEndpoint, endpoint.json()["id"]),
            },
        )


async def caller(scene: Scene, cell: Cell) -> Caller:
    """Somebody of the role who stands to the record in exactly this relation."""
    record = scene.records.get(cell.door.permission.partition(":")[0])
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [getattr(record, "organisation_id", OPERATOR)]},
        Relation.SERVING: {"organisation_ids": [getattr(record, "serving_organisation_id", uuid4())]},
        Relation.TERRITORY: {"territories": [getattr(record, "territory", f"{IRKUTSK}/angarsk")]},
        Relation.COORDINATOR: {"id": getattr(record, "responsible_id", uuid4())},
    }
    if cell.role is Role.PUBLIC:
        return scene.app.client()
    return await scene.app.as_role(cell.role, **scopes.get(cell.relation, {}))


async def ask(who: Caller, cell: Cell, scene: Scene) -> Any:
    ids = {f"{name.removeprefix('ipra_').removeprefix('agency_')}_id": r.id for name, r in scene.records.items()}
    path = cell.door.path.format(
        **ids, ordinal=1, letter_id=uuid4(), region=IRKUTSK, organisation_id=scene.records["outreach"].organisation_id
    )
    body = None if cell.door.method == "GET" else BODIES.get(cell.door.path, {})
    params = None if path.startswith(("/outreaches/", "/referrals/")) else QUERY
    return await who.request(cell.door.method, path, json=body, params=params and cell.door.known(params))


def check(answer: Any, cell: Cell, scene: Scene) -> None:
    number = scene.records["referral"].number
    if cell.door.path.startswith("/finders/") and cell.outcome not in {Outcome.UNAUTHENTICATED, Outcome.FORBIDDEN}:
        assert answer.status_code in {404, 422}, f"{cell}: {answer.text}"
    elif cell.door.path in SIGNED and cell.outcome is Outcome.ALLOWED:
        assert (answer.status_code, answer.json()["slug"]) == (401, "signature_invalid"), f"{cell}: {answer.text}"
    elif cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        assert number not in answer.text
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, f"{cell}: {answer.text}"
        assert not any(str(record.id) in answer.text for record in scene.records.values()), str(cell)
    elif cell.door.names_record:
        assert answer.status_code not in {401, 403, 500}, f"{cell}: {answer.text}"
    else:
        assert answer.status_code not in {401, 500}, f"{cell}: {answer.text}"


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_each_door_answers_as_the_policy_says(scene: Scene, cell: Cell) -> None:
    check(await ask(await caller(scene, cell), cell, scene), cell, scene)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(scene: Scene) -> None:
    for cell in ALL:
        check(await ask(await caller(scene, cell), cell, scene), cell, scene)
