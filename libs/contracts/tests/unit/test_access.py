"""The policy against a tiny table written by hand: what must be so whatever the policy's lines say."""

import pytest
from contracts.access import POLICY, FieldGroup, Relation, Role, field_groups, permissions, relations

ALLOWED = [
    (Role.PUBLIC, "application", "submit", Relation.ANY),
    (Role.PUBLIC, "application", "status", Relation.TOKEN),
    (Role.COORDINATOR, "application", "take", Relation.ORGANISATION),
    (Role.SPECIALIST, "application", "accept", Relation.SERVING),
    (Role.HEAD, "programme", "approve", Relation.SERVING),
    (Role.FAMILY, "case_file", "read", Relation.CHILD),
    (Role.FAMILY, "readers", "read", Relation.CHILD),
    (Role.HOST, "trip", "confirm", Relation.SERVING),
    (Role.OPERATOR, "dead_letter", "redrive", Relation.ANY),
]
DENIED = [
    (Role.PUBLIC, "application", "read"),
    (Role.PUBLIC, "case_file", "read"),
    (Role.ACCOUNT, "case_file", "read"),
    (Role.FAMILY, "programme", "approve"),
    (Role.FAMILY, "application", "take"),
    (Role.SPECIALIST, "programme", "approve"),
    (Role.COORDINATOR, "programme", "approve"),
    (Role.OPERATOR, "case_file", "read"),
    (Role.ADMINISTRATOR, "case_file", "read"),
    (Role.MANAGER, "application", "take"),
    (Role.HOST, "case_file", "read"),
    (Role.HOST, "visit", "read"),
]


@pytest.mark.parametrize(("role", "resource", "action", "relation"), ALLOWED)
def test_the_policy_allows(role: Role, resource: str, action: str, relation: Relation) -> None:
    assert relation in relations([role], resource, action)


@pytest.mark.parametrize(("role", "resource", "action"), DENIED)
def test_the_policy_denies(role: Role, resource: str, action: str) -> None:
    assert relations([role], resource, action) == frozenset()


def test_only_open_resources_are_granted_through_any_record() -> None:
    open_to_staff = {"form", "territory", "organisation", "application", "worklist", "staff", "dead_letter"}
    open_to_staff |= {"enquiry", "public_answer", "agreement", "resource_map", "agency_endpoint"}
    anything = {grant.resource for grant in POLICY if grant.relation is Relation.ANY}
    assert anything <= open_to_staff
    assert {a for g in POLICY if g.relation is Relation.ANY and g.resource == "application" for a in g.actions} == {
        "submit"
    }
    assert {a for g in POLICY if g.relation is Relation.ANY and g.resource == "enquiry" for a in g.actions} == {
        "submit"
    }


def test_a_manager_never_sees_contact_or_health() -> None:
    for resource in ("application", "case_file", "enquiry"):
        assert field_groups([Role.MANAGER], resource, frozenset(Relation)) == {FieldGroup.CORE}


def test_permissions_name_resource_and_action() -> None:
    assert "application:take" in permissions()
    assert all(name.count(":") == 1 for name in permissions())
