"""The access matrix of the reports: status, and whose rows are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from chassis.http.openapi import api_routes
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.plugin import Runner
from chassis.testing.running import Caller, Running
from contracts import cases
from contracts.access import Relation, Role
from contracts.identifiers import ProgrammeKind, ServiceGroup
from contracts.testing import examples
from reporting.main import service

REGION, ORGANISATION, CASE = "smolensk", UUID(int=11), UUID(int=12)
MARCH = {"region": REGION, "since": "2026-03-01", "until": "2026-03-31"}
# A report is no record: it counts the rows its reader may see, so its doors are lists.
AIMED = {"/reports/{name}": "/reports/quota", "/reports/{name}.xlsx": "/reports/quota.xlsx"}
ROUTES = [route for route in api_routes(service.app()) if not route.path.startswith("/operations")]
DOORS = [replace(door, path=AIMED.get(door.path, door.path)) for door in doors(ROUTES)]
ALL = matrix(DOORS)
SAMPLED = list({(cell.door, cell.outcome): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}


@pytest.fixture(scope="module")
async def app(module_running: Runner) -> Running:
    """One approved month card of one organisation."""
    app = await module_running(service)
    app.clock.set(datetime(2026, 3, 10, 8, tzinfo=UTC))
    approved = examples(cases.ProgrammeApproved.type())["typical"].model_copy(
        update={
            "case_id": CASE,
            "region": REGION,
            "territory": f"{REGION}/gagarin",
            "kind": ProgrammeKind.IKSRA,
            "serving_organisation_id": ORGANISATION,
            "starts_on": date(2026, 3, 1),
            "ends_on": date(2026, 3, 31),
            "quota": {ServiceGroup.SOCIAL_MEDICAL: 8, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: 8},
        }
    )
    assert await app.deliver(approved) is None
    return app


async def caller(app: Running, cell: Cell) -> Caller:
    """Somebody of the role who stands to the card in exactly this relation."""
    if cell.role is Role.PUBLIC:
        return app.client()
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [ORGANISATION]},
        Relation.TERRITORY: {"territories": [f"{REGION}/gagarin"]},
    }
    return await app.as_role(cell.role, **scopes.get(cell.relation, {}))


async def check(app: Running, cell: Cell) -> None:
    answer = await (await caller(app, cell)).get(cell.door.path, params=cell.door.known(MARCH))
    if cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        return
    assert answer.status_code == 200, f"{cell}: {answer.text}"
    if cell.door.path != "/reports":
        assert (str(CASE) in _words(answer)) == (cell.outcome is Outcome.ALLOWED), str(cell)


def _words(answer: Any) -> str:
    if "json" in answer.headers["content-type"]:
        return str(answer.text)
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    return " ".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row)


def test_every_route_is_in_the_matrix() -> None:
    assert {cell.door for cell in ALL} == set(DOORS)
    assert len(DOORS) == len(ROUTES)


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_each_door_answers_as_the_policy_says(app: Running, cell: Cell) -> None:
    await check(app, cell)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(app: Running) -> None:
    for cell in ALL:
        await check(app, cell)
