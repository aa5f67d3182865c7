"""The access matrix of this service's doors, a pairwise sample: status, and no foreign data in the body."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.data.context import Cause
from chassis.testing.matrix import Cell, Outcome, doors, matrix, sample
from chassis.testing.running import Caller, Running
from contracts.access import Relation, Role
from nats.aio.client import Client
from notifications.main import service
from notifications.messages.background import claim_message
from notifications.messages.model import Message
from notifications.testing import CENTRE, Office

ROUTES = [route for room in service.rooms if room.api for route in room.api.routes]
# who serves the family belongs to a message's organisations: no relation of its own at the messages' doors
ALL = [
    cell
    for cell in matrix(doors(ROUTES))
    if cell.relation is not Relation.SERVING or not cell.door.permission.startswith("message:")
]
CELLS = sample(ALL)
SERVING = uuid4()
REFUSED = {Outcome.UNAUTHENTICATED: 401, Outcome.FORBIDDEN: 403, Outcome.NOT_FOUND: 404}


@pytest.fixture(scope="module")
async def message(app: Running, nats_client: Client) -> Message:
    """A message that waits for a person."""
    office = Office(app, nats_client)
    home = await office.household()
    assert await app.deliver(home.accepted(app.clock.now(), SERVING)) is None
    await claim_message(app.worker, (await office.newest(home)).id, Cause())
    app.clock.advance(timedelta(minutes=3))
    await office.send()
    return await office.newest(home)


@pytest.fixture(scope="module")
def known() -> dict[tuple[Role, Relation | None], Caller]:
    return {}


async def caller(app: Running, message: Message, role: Role, relation: Relation | None) -> Caller:
    """Somebody of the role who stands to the message in exactly this relation."""
    if role is Role.PUBLIC:
        return app.client()
    scopes: dict[Relation | None, dict[str, Any]] = {
        Relation.ORGANISATION: {"organisation_ids": [CENTRE]},
        Relation.SERVING: {"organisation_ids": [SERVING]},
        Relation.CHILD: {"child_ids": [message.child_id]},
    }
    return await app.as_role(role, **scopes.get(relation, {}))


@pytest.mark.parametrize("cell", CELLS, ids=str)
async def test_every_sampled_cell_answers_as_the_policy_says(
    app: Running, message: Message, known: dict[tuple[Role, Relation | None], Caller], cell: Cell
) -> None:
    await check(app, message, known, cell)


@pytest.mark.slow
async def test_every_cell_answers_as_the_policy_says(
    app: Running, message: Message, known: dict[tuple[Role, Relation | None], Caller]
) -> None:
    for cell in ALL:
        await check(app, message, known, cell)


async def check(app: Running, message: Message, known: dict[tuple[Role, Relation | None], Caller], cell: Cell) -> None:
    standing = (cell.role, cell.relation)
    if standing not in known:
        known[standing] = await caller(app, message, *standing)
    body = {"channel": "phone"} if cell.door.path.endswith("confirm") else None
    path = cell.door.path.format(message_id=message.id, child_id=message.child_id)
    answer = await known[standing].request(cell.door.method, path, json=body)
    if cell.outcome in REFUSED:
        assert answer.status_code == REFUSED[cell.outcome], f"{cell}: {answer.text}"
        assert str(message.id) not in answer.text, str(cell)
    elif cell.outcome is Outcome.EMPTY:
        assert answer.status_code == 200, f"{cell}: {answer.text}"
        assert str(message.id) not in answer.text, str(cell)
    else:
        # Whoever decides second is told that it has been decided.
        assert answer.status_code in {200, 409}, f"{cell}: {answer.text}"
        named = str(message.id) in answer.text or cell.door.permission == "readers:read"
        assert answer.status_code == 409 or named, str(cell)
