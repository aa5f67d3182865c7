from itertools import product

import pytest
from chassis.testing.matrix import Cell, Door, Outcome, doors, matrix, sample
from contracts.access import FieldGroup, Relation, Role
from fastapi.routing import APIRoute

# Written by hand from the requirements, not from the policy: the generator must agree with it.
TRUTH = (
    ("application:take", Role.PUBLIC, None, Outcome.UNAUTHENTICATED),
    ("application:take", Role.FAMILY, Relation.CHILD, Outcome.FORBIDDEN),
    ("application:take", Role.COORDINATOR, Relation.ORGANISATION, Outcome.ALLOWED),
    ("application:take", Role.COORDINATOR, None, Outcome.NOT_FOUND),
    ("application:accept", Role.HEAD, Relation.SERVING, Outcome.ALLOWED),
    ("application:accept", Role.HEAD, Relation.ORGANISATION, Outcome.FORBIDDEN),
    ("application:accept", Role.COORDINATOR, Relation.ORGANISATION, Outcome.FORBIDDEN),
    ("case_file:read", Role.FAMILY, Relation.CHILD, Outcome.ALLOWED),
    ("case_file:read", Role.FAMILY, None, Outcome.NOT_FOUND),
    ("case_file:read", Role.ADMINISTRATOR, Relation.ORGANISATION, Outcome.FORBIDDEN),
    ("case_file:read", Role.OPERATOR, None, Outcome.FORBIDDEN),
    ("case_file:read", Role.MANAGER, Relation.TERRITORY, Outcome.ALLOWED),
    ("case_file:read", Role.ACCOUNT, None, Outcome.FORBIDDEN),
    ("case_file:record", Role.COORDINATOR, Relation.ORGANISATION, Outcome.FORBIDDEN),
    ("case_file:record", Role.COORDINATOR, Relation.COORDINATOR, Outcome.ALLOWED),
    ("case_file:record", Role.FAMILY, Relation.CHILD, Outcome.FORBIDDEN),
    ("programme:approve", Role.SPECIALIST, Relation.SERVING, Outcome.FORBIDDEN),
    ("trip:confirm", Role.HOST, Relation.SERVING, Outcome.ALLOWED),
    ("dead_letter:redrive", Role.ADMINISTRATOR, None, Outcome.FORBIDDEN),
    ("dead_letter:redrive", Role.OPERATOR, None, Outcome.ALLOWED),
)


def record_door(permission: str) -> Door:
    return Door("POST", "/records/{id}/act", permission)


def cell(door: Door, role: Role, relation: Relation | None) -> Cell:
    (found,) = (c for c in matrix([door]) if c.role is role and c.relation is relation)
    return found


@pytest.mark.parametrize(("permission", "role", "relation", "expected"), TRUTH)
def test_the_generated_matrix_agrees_with_the_hand_written_truth(
    permission: str, role: Role, relation: Relation | None, expected: Outcome
) -> None:
    assert cell(record_door(permission), role, relation).outcome is expected


def test_a_list_answers_but_hides_the_strangers_record() -> None:
    listing = Door("GET", "/case-files", "case_file:read")
    assert cell(listing, Role.FAMILY, None).outcome is Outcome.EMPTY
    assert cell(listing, Role.FAMILY, Relation.CHILD).outcome is Outcome.ALLOWED
    assert cell(listing, Role.OPERATOR, None).outcome is Outcome.FORBIDDEN


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.FAMILY, Role.COORDINATOR, Role.OPERATOR])
def test_the_status_page_opens_by_token_alone(role: Role) -> None:
    status = Door("GET", "/applications/status", "application:status")
    assert cell(status, role, None).outcome is Outcome.NOT_FOUND
    assert cell(status, role, Relation.TOKEN).outcome is Outcome.ALLOWED


def test_expected_fields_name_what_vanishes_without_consent() -> None:
    family = cell(Door("GET", "/case-files/{id}", "case_file:read"), Role.FAMILY, Relation.CHILD)
    assert family.fields == frozenset(FieldGroup)
    assert family.sealed == {FieldGroup.HEALTH}
    manager = cell(Door("GET", "/case-files/{id}", "case_file:read"), Role.MANAGER, Relation.TERRITORY)
    assert manager.fields == {FieldGroup.CORE}


def test_creating_is_decided_by_the_role_alone() -> None:
    submit = Door("POST", "/applications", "application:submit")
    assert {c.outcome for c in matrix([submit])} == {Outcome.ALLOWED}
    assert {c.relation for c in matrix([submit])} == {None}


def test_a_part_of_a_readable_record_is_forbidden_not_unknown() -> None:
    alone = Door("POST", "/consents/{id}/withdraw", "consent:withdraw")
    part = Door("POST", "/consents/{id}/withdraw", "consent:withdraw", record="case_file")
    assert cell(alone, Role.COORDINATOR, Relation.ORGANISATION).outcome is Outcome.NOT_FOUND
    assert cell(part, Role.COORDINATOR, Relation.ORGANISATION).outcome is Outcome.FORBIDDEN
    assert cell(part, Role.COORDINATOR, Relation.COORDINATOR).outcome is Outcome.ALLOWED
    assert cell(part, Role.COORDINATOR, None).outcome is Outcome.NOT_FOUND


def test_the_sample_covers_every_pair_and_is_stable() -> None:
    permissions = sorted({permission for permission, *_ in TRUTH})
    cells = matrix([record_door(permission) for permission in permissions])
    chosen = sample(cells)
    for one, other in (("door", "role"), ("door", "relation"), ("role", "relation")):
        pairs = {(getattr(c, one), getattr(c, other)) for c in cells}
        assert pairs == {(getattr(c, one), getattr(c, other)) for c in chosen}
    assert chosen == sample(list(reversed(cells)))
    assert len(chosen) < len(cells)


def test_a_route_without_a_permission_has_no_place_in_the_matrix() -> None:
    class Declared:
        permission = ""

    async def endpoint() -> None: ...

    route = APIRoute("/case-files/{id}", endpoint, methods=["GET"])
    route.door = Declared()  # type: ignore[attr-defined]
    with pytest.raises(LookupError, match="names no permission"):
        doors([route])


def test_every_role_but_the_system_stands_in_the_matrix() -> None:
    cells = matrix([record_door("case_file:read")])
    assert {c.role for c in cells} == set(Role) - {Role.SYSTEM}
    assert len({(c.role, c.relation) for c in cells}) == len(cells)
    assert not [
        pair for pair in product([Role.PUBLIC], [Relation.CHILD]) if pair in {(c.role, c.relation) for c in cells}
    ]
