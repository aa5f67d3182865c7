"""Row security, the check at run time and the matrix are three readings of one policy: they have to agree."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.access.policy import Policy
from chassis.access.tokens import Principal
from chassis.data.context import SYSTEM
from chassis.errors import DomainError, Kind
from chassis.testing.matrix import Cell, Door, Outcome, matrix
from chassis.work.runtime import access_context
from contracts.access import Relation, Role
from sqlalchemy import text

READ = Door("GET", "/case-files/{id}", "case_file:read")
RECORD = Door("POST", "/case-files/{id}/documents-seen", "case_file:record")
RECOGNISE = Door("POST", "/case-files/{id}/eligibility", "case_file:recognise")
CELLS = matrix([READ, RECORD, RECOGNISE])
ME, MINE, CHILD, OTHER = uuid4(), uuid4(), uuid4(), uuid4()
_KINDS = {
    Kind.UNAUTHENTICATED: Outcome.UNAUTHENTICATED,
    Kind.FORBIDDEN: Outcome.FORBIDDEN,
    Kind.NOT_FOUND: Outcome.NOT_FOUND,
}


@dataclass
class CaseFile:
    __tablename__ = "case_files"
    id: UUID
    coordinating: UUID
    serving: UUID
    region: str
    territory: str
    coordinator_id: UUID
    team: list[UUID]
    child_id: UUID


def standing(relation: Relation | None) -> CaseFile:
    return CaseFile(
        id=uuid4(),
        coordinating=MINE if relation is Relation.ORGANISATION else OTHER,
        serving=MINE if relation is Relation.SERVING else OTHER,
        region="r",
        territory="mine" if relation is Relation.TERRITORY else "other",
        coordinator_id=ME if relation is Relation.COORDINATOR else OTHER,
        team=[OTHER, ME] if relation is Relation.TEAM else [OTHER],
        child_id=CHILD if relation is Relation.CHILD else OTHER,
    )


def caller(role: Role) -> Principal:
    if role is Role.PUBLIC:
        return Principal(roles=frozenset({role}), token_digest="ab")
    return Principal(
        id=ME,
        roles=frozenset({role}),
        organisation_ids=frozenset({MINE}),
        territories=frozenset({"mine"}),
        child_ids=frozenset({CHILD}),
        subject_digest="d",
        token_digest="ab",
    )


def decided(policy: Policy, cell: Cell, file: CaseFile) -> Outcome:
    try:
        policy.require(caller(cell.role), cell.door.permission, file)
    except DomainError as error:
        return _KINDS[error.kind]
    return Outcome.ALLOWED


@pytest.mark.parametrize("door", [READ, RECORD, RECOGNISE], ids=str)
async def test_row_security_run_time_check_and_matrix_agree_on_every_cell(world: Any, door: Door) -> None:
    policy = Policy(world.guarded)
    disagreeing = []
    for cell in (c for c in CELLS if c.door == door):
        file = standing(cell.relation)
        await insert(world, file)
        visible, updated = await through_row_security(world, caller(cell.role), file.id)
        agreed = decided(policy, cell, file) is cell.outcome
        if cell.outcome is Outcome.ALLOWED:
            agreed = agreed and visible and (door is READ or updated)
        elif door is READ or cell.outcome is Outcome.NOT_FOUND:
            agreed = agreed and not visible
        if not agreed:
            disagreeing.append((str(cell), visible, updated, decided(policy, cell, file)))
    assert disagreeing == []


async def insert(world: Any, file: CaseFile) -> None:
    columns = "id, coordinating, serving, region, territory, coordinator_id, team, child_id"
    values = ", ".join(f":{name.strip()}" for name in columns.split(","))
    async with world.worker.transaction(SYSTEM) as session:
        await session.execute(text(f"INSERT INTO case_files ({columns}) VALUES ({values})"), vars(file))


async def through_row_security(world: Any, principal: Principal, id: UUID) -> tuple[bool, bool]:
    async with world.api.transaction(access_context(principal)) as session:
        visible = await session.scalar(text("SELECT true FROM case_files WHERE id = :id"), {"id": id})
        done = await session.execute(text("UPDATE case_files SET note = 'x' WHERE id = :id"), {"id": id})
    return bool(visible), bool(done.rowcount)
