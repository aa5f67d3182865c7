"""The access matrix of this service's doors, a pairwise sample: status, and no foreign data in the body."""

from typing import Any
from uuid import UUID

import pytest
from cases.deliveries.model import UrgentAct, act_id
from cases.files.model import CaseFile
from cases.main import service
from cases.programmes.content import Content
from cases.programmes.model import Programme
from cases.testing import DOCUMENTS, MOSCOW, TODAY, Family
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import FieldGroup, Relation, Role
from contracts.identifiers import ProgrammeKind, ServiceGroup
from contracts.scheduling import TripPerformed, TripService

ROUTES = [route for room in service.rooms if room.api for route in room.api.routes]
PART_OF = dict.fromkeys(("readers", "consent", "assessment", "programme", "delivery", "urgent_act"), "case_file")
"""Parts of a file: a reader of the file may know that they exist."""
ALL = matrix(doors(ROUTES, PART_OF))
# one cell for each door and each answer it can give; the slow test below goes through all of them
SAMPLED = list({(cell.door, cell.outcome, cell.fields): cell for cell in sample(ALL)}.values())
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}
NIL, CONSENT = UUID(int=0), UUID(int=5)


@pytest.fixture(scope="module")
async def family(app: Running, nats_client: Any) -> Family:
    family = await Family.arrives(app, nats_client, MOSCOW)
    await family.post("documents-seen", DOCUMENTS)
    await family.post("consents", {"id": str(CONSENT), "purpose": "health", "form": "paper"})
    async with app.unit() as unit:
        file = await unit.session.get_one(CaseFile, family.case_id)
        file.team = [UUID(int=7)]
        content = Content(starts_on=TODAY, ends_on=TODAY)
        unit.session.add(Programme.draw_up(UUID(int=8), file, ProgrammeKind.IPRP, content, family.key, None, unit.now))
        unit.session.add(UrgentAct.draw_up(_trip(family), file, _trip(family).services, unit.now))
    return family


def _trip(family: Family) -> TripPerformed:
    service = TripService(
        delivery_id=UUID(int=9),
        child_id=family.event.child_id,
        case_id=family.case_id,
        service_code="psychologist_session",
        group=ServiceGroup.OTHER,
        minutes=30,
        specialist_id=None,
    )
    organisation = family.event.serving_organisation_id
    return TripPerformed(
        trip_id=UUID(int=6),
        region=MOSCOW,
        territory=MOSCOW,
        organisation_id=organisation,
        day=TODAY,
        services=(service,),
    )


async def caller(app: Running, family: Family, role: Role, relation: Relation | None) -> Caller:
    """Somebody of the role who stands to the file in exactly this relation."""
    if role is Role.PUBLIC:
        return app.client()
    event = family.event
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [event.coordinating_organisation_id]},
        Relation.SERVING: {"organisation_ids": [event.serving_organisation_id]},
        Relation.TERRITORY: {"territories": [event.territory]},
        Relation.CHILD: {"child_ids": [event.child_id]},
        Relation.COORDINATOR: {"id": event.coordinator_id},
        Relation.TEAM: {"id": UUID(int=7)},
    }
    return await app.as_role(role, **scopes.get(relation, {}))


async def ask(who: Caller, cell: Cell, family: Family) -> Any:
    act = act_id(UUID(int=6), family.case_id)
    ids = {"case_id": family.case_id, "programme_id": UUID(int=8), "act_id": act, "consent_id": CONSENT}
    body = {"GET": None, "PUT": {"starts_on": "2026-03-02"}}.get(cell.door.method, BODIES.get(cell.door.path, {}))
    return await who.request(cell.door.method, cell.door.path.format(**ids), json=body)


FINDING = {"category": "d450", "qualifier": 2}
BODIES: dict[str, dict[str, Any]] = {
    "/case-files/{case_id}/documents-seen": DOCUMENTS,
    "/case-files/{case_id}/consents": {"purpose": "publication", "form": "paper"},
    "/case-files/{case_id}/assessments": {"tool": "unknown", "assessors": [str(NIL)], "findings": [FINDING]},
    "/case-files/{case_id}/eligibility": {"eligible": True},
    "/case-files/{case_id}/team": {"specialist_ids": [str(NIL)]},
    "/case-files/{case_id}/programmes": {"kind": "ippsu", "starts_on": "2026-03-02"},
    "/urgent-acts/{act_id}/settle": {"stands": "signed"},
    "/case-files/{case_id}/deliveries": {"service": "massage", "mode": "home", "programme_id": str(NIL)},
    "/case-files/{case_id}/ippsu": {
        "number": "1",
        "issued_on": "2026-03-02",
        "valid_until": "2026-03-01",
        "issuer": "Отдел",
    },
}


@pytest.mark.parametrize("cell", SAMPLED, ids=str)
async def test_each_door_answers_as_the_policy_says(app: Running, family: Family, cell: Cell) -> None:
    check(await ask(await caller(app, family, cell.role, cell.relation), cell, family), cell, family)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(app: Running, family: Family) -> None:
    for cell in ALL:
        check(await ask(await caller(app, family, cell.role, cell.relation), cell, family), cell, family)


def check(answer: Any, cell: Cell, family: Family) -> None:
    child = str(family.event.child_id)
    if cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        assert child not in answer.text
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, answer.text
        assert child not in answer.text
    else:
        assert answer.status_code not in {401, 403, 404, 500}, f"{cell}: {answer.text}"
        if cell.door.path == "/case-files/{case_id}":
            assert ("Примеров Пётр" in answer.text) == (FieldGroup.CONTACT in cell.fields)
            assert ("Нужны занятия дома" in answer.text) == (FieldGroup.SOCIAL in cell.fields)
