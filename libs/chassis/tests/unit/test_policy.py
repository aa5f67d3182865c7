from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from chassis.access.policy import Policy, acting_role, parse, relations_of, require, require_relation, visible_groups
from chassis.access.rls import ChildOf, Guarded, Open, UngovernedError, generated
from chassis.access.tokens import ANONYMOUS, Principal
from chassis.errors import DomainError, Kind
from contracts.access import FieldGroup, Permission, Relation, Role
from contracts.identifiers import Purpose
from sqlalchemy import column

MINE, THEIRS = uuid4(), uuid4()
COORDINATOR = Principal(
    id=uuid4(), roles=frozenset({Role.COORDINATOR}), organisation_ids=frozenset({MINE}), subject_digest="d"
)
GUARDED = Guarded(
    "case_files",
    "case_file",
    {
        Relation.ORGANISATION: "coordinating",
        Relation.SERVING: "serving",
        Relation.TERRITORY: ("territory", "region"),
        Relation.COORDINATOR: "coordinator_id",
        Relation.TEAM: "team",
        Relation.CHILD: "child_id",
    },
)
POLICY = Policy([GUARDED, ChildOf("notes", "case_files", "case_id"), Open("catalogue")])


@dataclass
class CaseFile:
    __tablename__ = "case_files"
    coordinating: UUID = THEIRS
    serving: UUID | None = None
    territory: str = "t1"
    region: str = "r1"
    coordinator_id: UUID | None = None
    team: list[UUID] = field(default_factory=list)
    child_id: UUID = field(default_factory=uuid4)


def refusal(principal: Principal, permission: str, found: object | None = None) -> Kind | None:
    try:
        POLICY.require(principal, permission, found)
    except DomainError as error:
        return error.kind
    return None


def test_a_stranger_without_any_token_is_asked_to_sign_in() -> None:
    assert refusal(ANONYMOUS, "case_file:read") is Kind.UNAUTHENTICATED


def test_somebody_signed_in_without_a_grant_is_forbidden() -> None:
    account = Principal(roles=frozenset({Role.ACCOUNT}), subject_digest="d")
    assert refusal(account, "case_file:read") is Kind.FORBIDDEN
    assert refusal(COORDINATOR, "staff:manage") is Kind.FORBIDDEN


def test_an_action_the_policy_does_not_name_is_denied_to_everybody() -> None:
    everybody = Principal(id=uuid4(), roles=frozenset(Role), subject_digest="d")
    assert refusal(everybody, "case_file:export") is Kind.FORBIDDEN


def test_a_record_outside_the_relations_must_not_be_known_to_exist() -> None:
    assert refusal(COORDINATOR, "case_file:read", CaseFile()) is Kind.NOT_FOUND


def test_a_record_one_may_read_but_not_change_is_forbidden() -> None:
    of_my_organisation = CaseFile(coordinating=MINE)
    assert refusal(COORDINATOR, "case_file:read", of_my_organisation) is None
    assert refusal(COORDINATOR, "case_file:record", of_my_organisation) is Kind.FORBIDDEN
    assert refusal(COORDINATOR, "case_file:record", CaseFile(coordinator_id=COORDINATOR.id)) is None


def test_a_token_opens_its_record_and_nothing_without_it() -> None:
    held = replace(ANONYMOUS, token_digest="ab")
    require(held, Permission("application:status"))
    require_relation(held, Permission("application:status"), relations_of(held, {Relation.TOKEN: {"ab"}}))
    with pytest.raises(DomainError, match="not_found"):
        require(ANONYMOUS, Permission("application:status"))
    with pytest.raises(DomainError, match="not_found"):
        require_relation(held, Permission("application:status"), relations_of(held, {Relation.TOKEN: {"cd"}}))


def test_the_regions_code_stands_for_every_territory_of_it() -> None:
    manager = Principal(id=uuid4(), roles=frozenset({Role.MANAGER}), territories=frozenset({"r1"}), subject_digest="d")
    assert refusal(manager, "case_file:read", CaseFile(territory="t9")) is None
    assert refusal(manager, "case_file:read", CaseFile(region="r2", territory="t9")) is Kind.NOT_FOUND


def test_absent_values_on_both_sides_never_match() -> None:
    nobody = Principal(id=None, roles=frozenset({Role.COORDINATOR}), subject_digest="d")
    assert POLICY.relations_of(nobody, CaseFile(coordinator_id=None, serving=None)) == frozenset()


def test_a_team_is_matched_by_membership() -> None:
    specialist = Principal(id=uuid4(), roles=frozenset({Role.SPECIALIST}), subject_digest="d")
    assert refusal(specialist, "case_file:record", CaseFile(team=[uuid4(), specialist.id or uuid4()])) is None
    assert refusal(specialist, "case_file:record", CaseFile(team=[uuid4()])) is Kind.NOT_FOUND


def test_D0_22_health_stays_sealed_until_its_consent_stands() -> None:
    held = frozenset({Relation.COORDINATOR})
    sealed = visible_groups(COORDINATOR, "case_file", held, ())
    assert sealed == {FieldGroup.CORE, FieldGroup.CONTACT, FieldGroup.SOCIAL}
    assert visible_groups(COORDINATOR, "case_file", held, {Purpose.HEALTH}) == frozenset(FieldGroup)


def test_field_groups_follow_the_relation_not_the_role_alone() -> None:
    consents = frozenset(Purpose)
    shown = POLICY.visible_groups(COORDINATOR, "case_file", CaseFile(coordinating=MINE), consents)
    assert shown == {FieldGroup.CORE, FieldGroup.CONTACT}
    assert POLICY.visible_groups(COORDINATOR, "case_file", CaseFile(), consents) == frozenset()


def test_a_model_without_relation_columns_cannot_be_authorised() -> None:
    class Note:
        __tablename__ = "notes"

    with pytest.raises(LookupError, match="Note"):
        POLICY.require(COORDINATOR, "case_file:read", Note())


def test_a_read_is_recorded_under_the_role_that_may_read() -> None:
    both = replace(COORDINATOR, roles=frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.FAMILY}))
    assert acting_role(both, "case_file") is Role.COORDINATOR
    assert acting_role(replace(both, roles=frozenset({Role.OPERATOR})), "case_file") is Role.OPERATOR
    assert acting_role(Principal(), "case_file") is Role.PUBLIC


@pytest.mark.parametrize("text", ["case_file", "case_file:", ":read", ""])
def test_a_permission_is_a_resource_and_an_action(text: str) -> None:
    with pytest.raises(ValueError, match="not a permission"):
        parse(text)


def test_a_relation_of_the_policy_without_a_column_is_refused_by_the_generator() -> None:
    with pytest.raises(UngovernedError, match="case_file needs a column for"):
        generated("cases", [Guarded("case_files", "case_file", {Relation.TEAM: "team"})])


def test_an_orphan_child_table_and_a_doubled_table_are_refused() -> None:
    with pytest.raises(UngovernedError, match="not guarded"):
        generated("cases", [ChildOf("notes", "case_files", "case_id")])
    with pytest.raises(UngovernedError, match="twice"):
        generated("cases", [Open("a"), Open("a")])


def test_names_that_are_not_plain_never_reach_the_database() -> None:
    with pytest.raises(UngovernedError, match="plain SQL name"):
        generated("cases", [Open("a; DROP TABLE b")])


def test_another_resources_writers_may_write_a_table_by_its_own_relations() -> None:
    plain = Guarded("visits", "visit", _visit_columns())
    lent = replace(plain, writers=(Permission("plan:publish"),))
    inserts = [line for line in generated("scheduling", [lent]) if "api_insert" in line]
    assert not [line for line in generated("scheduling", [plain]) if "api_insert" in line]
    assert len(inserts) == 1
    assert "visits.organisation_id" in inserts[0]
    assert "head" in inserts[0]


def _visit_columns() -> dict[Relation, str]:
    return {
        Relation.ORGANISATION: "organisation_id",
        Relation.COORDINATOR: "coordinator_id",
        Relation.TEAM: "team",
        Relation.CHILD: "child_id",
    }


def test_a_part_of_a_readable_record_is_forbidden_not_unknown() -> None:
    assert refusal(COORDINATOR, "consent:withdraw", CaseFile(coordinating=MINE)) is Kind.FORBIDDEN
    assert refusal(COORDINATOR, "consent:withdraw", CaseFile()) is Kind.NOT_FOUND
    assert refusal(COORDINATOR, "consent:withdraw", CaseFile(coordinator_id=COORDINATOR.id)) is None


def test_a_list_is_narrowed_by_the_relations_of_the_roles_held_and_by_no_other() -> None:
    names = ("coordinating", "serving", "territory", "region", "coordinator_id", "child_id")
    model = type("CaseFileRow", (), {"__tablename__": "case_files", **{name: column(name) for name in names}})
    manager = Principal(id=uuid4(), roles=frozenset({Role.MANAGER}), territories=frozenset({"r1"}), subject_digest="d")
    assert str(POLICY.reach(manager, "case_file:read", model)) == (
        "territory IN (__[POSTCOMPILE_territory_1]) OR region IN (__[POSTCOMPILE_region_1])"
    )
    assert "child_id" not in str(POLICY.reach(COORDINATOR, "case_file:read", model))
    assert str(POLICY.reach(ANONYMOUS, "case_file:read", model)) == "false"
    assert str(POLICY.reach(ANONYMOUS, "form:read", model)) == "true"
