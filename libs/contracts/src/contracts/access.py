"""The one access policy: who may do what with which record, and which fields they see.

It drives the check at run time, PostgreSQL row-level security and the generated test matrix. Authority comes from
intake's directory, never from the token. What is not granted here is denied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from contracts.identifiers import Purpose

Permission = NewType("Permission", str)
"""``resource:action``, such as ``application:take``."""


class Role(StrEnum):
    """What a person or system is; one principal may have several."""

    PUBLIC = "public"
    ACCOUNT = "account"
    FAMILY = "family"
    COORDINATOR = "coordinator"
    SPECIALIST = "specialist"
    HEAD = "head"
    MANAGER = "manager"
    HOST = "host"
    DOCTOR = "doctor"
    """Files for a family (D2-07) and sees what he or she has filed."""
    EDITOR = "editor"
    """Publishes: depersonalised questions and answers, news."""
    AGENCY = "agency"
    """Another agency's system or the person who speaks for it: hands over families, sees what became of them."""
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    SYSTEM = "system"


class Relation(StrEnum):
    """How a record stands to the person who asks; each is a plain comparison on columns of the record."""

    ANY = "any"
    ORGANISATION = "organisation"
    """The record's coordinating (owning) organisation is one of the person's."""
    SERVING = "serving"
    """The organisation that serves the family, or was asked to, is one of the person's."""
    TERRITORY = "territory"
    """The record's territory is one of the person's; the region's own code stands for all of it."""
    COORDINATOR = "coordinator"
    TEAM = "team"
    CHILD = "child"
    """The record is about a child the person's account is bound to."""
    SELF = "self"
    TOKEN = "token"  # noqa: S105
    """The request carries the unguessable token of this record."""


class FieldGroup(StrEnum):
    """Groups of fields that are shown or withheld together."""

    CORE = "core"
    CONTACT = "contact"
    HEALTH = "health"
    SOCIAL = "social"


GROUND: dict[FieldGroup, Purpose] = {FieldGroup.HEALTH: Purpose.HEALTH}
"""Groups that stay sealed until a written consent for the purpose, or another legal ground, stands."""

READ_ACTIONS = frozenset({"read", "status"})
CREATE_ACTIONS = frozenset({"submit", "register", "open", "draft", "book", "make", "plan", "record", "report"})

PROTECTED_READERS = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.SYSTEM})
"""Roles the family's page of readers does not name."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the policy."""

    role: Role
    resource: str
    actions: frozenset[str]
    relation: Relation
    fields: frozenset[FieldGroup] = frozenset({FieldGroup.CORE})


CORE = frozenset({FieldGroup.CORE})
REACH = CORE | {FieldGroup.CONTACT}
FULL = frozenset(FieldGroup)


def _grant(role: Role, resource: str, actions: str, relation: Relation, fields: frozenset[FieldGroup] = CORE) -> Grant:
    return Grant(role, resource, frozenset(actions.split()), relation, fields)


_STAFF = (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD, Role.MANAGER)
_FINDERS = (Role.COORDINATOR, Role.HEAD)
"""Who answers for families an agency or an extract told of."""

_OPEN_TO_ALL = (("form", "read"), ("territory", "read"), ("organisation", "read"), ("application", "submit"))
_ENQUIRY_DOORS = (("enquiry", "submit"), ("public_answer", "read"))

_OPEN = (
    *(
        _grant(role, *line, Relation.ANY)
        for role in Role
        if role is not Role.SYSTEM
        for line in (*_OPEN_TO_ALL, *_ENQUIRY_DOORS)
    ),
    _grant(Role.PUBLIC, "application", "status attach withdraw", Relation.TOKEN, REACH),
    _grant(Role.PUBLIC, "enquiry", "status follow_up", Relation.TOKEN, CORE),
)

_ACCOUNTS = tuple(
    _grant(role, "account", "register read bind", Relation.SELF)
    for role in Role
    if role not in {Role.PUBLIC, Role.SYSTEM}
)

_WORKLISTS = (
    *(_grant(role, "worklist", "read", Relation.ANY) for role in (*_STAFF, Role.HOST)),
    # Opens the door only: each item is asked for by the permission of its own single command.
    *(_grant(role, "worklist", "assign", Relation.ANY) for role in (Role.COORDINATOR, Role.HEAD)),
)

_INTAKE = (
    _grant(Role.COORDINATOR, "application", "read take assign call hand_over bind", Relation.ORGANISATION, FULL),
    _grant(Role.HEAD, "application", "read accept return bind", Relation.SERVING, FULL),
    _grant(Role.SPECIALIST, "application", "read accept return bind", Relation.SERVING, FULL),
    _grant(Role.HEAD, "application", "read assign", Relation.ORGANISATION, REACH),
    _grant(Role.MANAGER, "application", "read", Relation.TERRITORY, CORE),
    _grant(Role.FAMILY, "application", "read withdraw", Relation.CHILD, FULL),
    _grant(Role.ADMINISTRATOR, "staff", "read manage", Relation.ANY),
    _grant(Role.HEAD, "staff", "read", Relation.ORGANISATION),
    _grant(Role.MANAGER, "staff", "read", Relation.TERRITORY),
    _grant(Role.ADMINISTRATOR, "organisation", "manage", Relation.ANY),
)

_ENQUIRIES = (
    *(
        _grant(
            role,
            "enquiry",
            "read register assign serve answer close amend attach export",
            Relation.ORGANISATION,
            FULL,
        )
        for role in (Role.COORDINATOR, Role.HEAD)
    ),
    # A specialist registers whoever calls, and opens what he or she was made responsible for.
    _grant(Role.SPECIALIST, "enquiry", "read register", Relation.ORGANISATION),
    _grant(Role.SPECIALIST, "enquiry", "read serve answer close amend attach", Relation.COORDINATOR, FULL),
    _grant(Role.MANAGER, "enquiry", "read", Relation.TERRITORY),
    _grant(Role.ACCOUNT, "enquiry", "status follow_up own", Relation.SELF),
    *(
        _grant(role, "public_answer", "draft", Relation.ORGANISATION)
        for role in (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)
    ),
    _grant(Role.EDITOR, "public_answer", "publish withdraw", Relation.ORGANISATION),
)

_REFERRALS = (
    # The sender's side and the receiver's side of one referral; both see the state at once (T13).
    *(_grant(role, "referral", "read register revoke relay", Relation.ORGANISATION, FULL) for role in _FINDERS),
    *(_grant(role, "referral", "read register accept decline complete", Relation.SERVING, FULL) for role in _FINDERS),
    _grant(Role.SPECIALIST, "referral", "register", Relation.SERVING, FULL),
    _grant(Role.MANAGER, "referral", "read", Relation.TERRITORY),
    _grant(Role.AGENCY, "referral", "read submit revoke", Relation.ORGANISATION),
    _grant(Role.AGENCY, "referral", "read accept decline complete", Relation.SERVING, FULL),
    *(_grant(role, "ipra_extract", "read execute", Relation.ORGANISATION, FULL) for role in _FINDERS),
    _grant(Role.MANAGER, "ipra_extract", "read", Relation.TERRITORY),
    *(_grant(role, "ipra_import", "read register correct", Relation.ORGANISATION) for role in _FINDERS),
    _grant(Role.AGENCY, "ipra_import", "read submit", Relation.ORGANISATION),
    *(_grant(role, "ipra_return", "read make", Relation.ORGANISATION) for role in _FINDERS),
    _grant(Role.ADMINISTRATOR, "agency_endpoint", "read register change", Relation.ANY),
    _grant(Role.AGENCY, "agency_endpoint", "read", Relation.ORGANISATION),
)

_OUTREACH = (
    *(_grant(role, "outreach", "read open work assign export", Relation.ORGANISATION, FULL) for role in _FINDERS),
    _grant(Role.SPECIALIST, "outreach", "open", Relation.ORGANISATION),
    _grant(Role.SPECIALIST, "outreach", "read work", Relation.COORDINATOR, FULL),
    _grant(Role.MANAGER, "outreach", "read", Relation.TERRITORY),
    *(_grant(role, "finder", "read", Relation.ORGANISATION) for role in _FINDERS),
    _grant(Role.HEAD, "finder", "register change", Relation.ORGANISATION),
)

_FILING = (
    _grant(Role.FAMILY, "application", "withdraw_own", Relation.CHILD, FULL),
    _grant(Role.DOCTOR, "application", "read attach_protocol", Relation.SELF, REACH),
    _grant(
        Role.COORDINATOR, "application", "attach_protocol set_territories judge_duplicate", Relation.ORGANISATION, FULL
    ),
)

_SEARCH = (
    _grant(Role.COORDINATOR, "application_search", "read", Relation.ORGANISATION),
    _grant(Role.HEAD, "application_search", "read", Relation.ORGANISATION),
    _grant(Role.HEAD, "application_search", "read", Relation.SERVING),
    _grant(Role.SPECIALIST, "application_search", "read", Relation.SERVING),
    *(
        _grant(role, "enquiry_search", "read", Relation.ORGANISATION)
        for role in (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)
    ),
)

_DIRECTORY = (
    _grant(Role.ADMINISTRATOR, "organisation", "register", Relation.ANY),
    _grant(Role.ADMINISTRATOR, "agreement", "read register end", Relation.ANY),
    _grant(Role.HEAD, "agreement", "read register end", Relation.ORGANISATION),
    _grant(Role.COORDINATOR, "agreement", "read", Relation.ORGANISATION),
    _grant(Role.MANAGER, "agreement", "read", Relation.TERRITORY),
    *(_grant(role, "resource_map", "read", Relation.ANY) for role in Role if role is not Role.SYSTEM),
    *(
        _grant(role, "resource_map", "register keep", Relation.ORGANISATION)
        for role in (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)
    ),
)

_PORTAL = (
    *(_grant(role, "account", "prefer", Relation.SELF) for role in Role if role not in {Role.PUBLIC, Role.SYSTEM}),
    _grant(Role.ACCOUNT, "questionnaire", "read draft edit send", Relation.SELF, FULL),
    _grant(Role.COORDINATOR, "questionnaire", "read decide", Relation.ORGANISATION, FULL),
    _grant(Role.HEAD, "questionnaire", "read", Relation.ORGANISATION, REACH),
    _grant(Role.MANAGER, "questionnaire", "read", Relation.TERRITORY),
    _grant(Role.ACCOUNT, "data_change", "read submit withdraw", Relation.SELF, FULL),
    _grant(Role.COORDINATOR, "data_change", "read decide", Relation.ORGANISATION, FULL),
)

_CASES = (
    _grant(Role.COORDINATOR, "case_file", "read", Relation.ORGANISATION, REACH),
    _grant(Role.COORDINATOR, "case_file", "read record fix_team", Relation.COORDINATOR, FULL),
    _grant(Role.SPECIALIST, "case_file", "read record recognise fix_team", Relation.SERVING, FULL),
    _grant(Role.SPECIALIST, "case_file", "read record recognise", Relation.TEAM, FULL),
    _grant(Role.HEAD, "case_file", "read record recognise fix_team", Relation.SERVING, FULL),
    _grant(Role.HEAD, "case_file", "read", Relation.ORGANISATION, REACH),
    _grant(Role.MANAGER, "case_file", "read", Relation.TERRITORY, CORE),
    _grant(Role.FAMILY, "case_file", "read", Relation.CHILD, FULL),
    _grant(Role.FAMILY, "readers", "read", Relation.CHILD),
    _grant(Role.HEAD, "readers", "read", Relation.SERVING),
    _grant(Role.FAMILY, "consent", "withdraw", Relation.CHILD),
    _grant(Role.COORDINATOR, "consent", "record withdraw", Relation.COORDINATOR),
    _grant(Role.SPECIALIST, "consent", "record withdraw", Relation.SERVING),
    _grant(Role.HEAD, "consent", "record withdraw", Relation.SERVING),
    _grant(Role.SPECIALIST, "assessment", "record", Relation.SERVING),
    _grant(Role.HEAD, "assessment", "record", Relation.SERVING),
    _grant(Role.SPECIALIST, "programme", "draft edit sign correct", Relation.SERVING),
    _grant(Role.HEAD, "programme", "draft edit sign approve correct", Relation.SERVING),
    _grant(Role.SPECIALIST, "delivery", "record", Relation.SERVING),
    _grant(Role.HEAD, "delivery", "record", Relation.SERVING),
    _grant(Role.SPECIALIST, "urgent_act", "sign", Relation.SERVING),
    _grant(Role.HEAD, "urgent_act", "sign settle", Relation.SERVING),
)

_SCHEDULING = (
    *(_grant(role, "specialist", "read", Relation.ORGANISATION) for role in _STAFF),
    _grant(Role.COORDINATOR, "specialist", "read", Relation.TERRITORY),
    _grant(Role.MANAGER, "specialist", "read", Relation.TERRITORY),
    _grant(Role.HEAD, "specialist", "manage", Relation.ORGANISATION),
    _grant(Role.COORDINATOR, "appointment", "read book cancel", Relation.COORDINATOR, REACH),
    _grant(Role.SPECIALIST, "appointment", "read book hold cancel", Relation.SERVING, REACH),
    _grant(Role.HEAD, "appointment", "read book hold cancel", Relation.SERVING, REACH),
    _grant(Role.FAMILY, "appointment", "read", Relation.CHILD, REACH),
    _grant(Role.HEAD, "plan", "read make accept publish", Relation.ORGANISATION),
    _grant(Role.SPECIALIST, "plan", "read", Relation.ORGANISATION),
    _grant(Role.MANAGER, "plan", "read", Relation.TERRITORY),
    _grant(Role.HEAD, "trip", "read plan publish cancel", Relation.ORGANISATION),
    _grant(Role.SPECIALIST, "trip", "read", Relation.ORGANISATION),
    _grant(Role.SPECIALIST, "trip", "read", Relation.TEAM),
    _grant(Role.HOST, "trip", "read confirm cancel", Relation.SERVING),
    _grant(Role.MANAGER, "trip", "read", Relation.TERRITORY),
    _grant(Role.HEAD, "visit", "read", Relation.ORGANISATION, REACH),
    _grant(Role.COORDINATOR, "visit", "read", Relation.COORDINATOR, REACH),
    _grant(Role.SPECIALIST, "visit", "read", Relation.TEAM, REACH),
    _grant(Role.FAMILY, "visit", "read", Relation.CHILD, REACH),
    _grant(Role.SPECIALIST, "day_sheet", "read report", Relation.TEAM, REACH),
    _grant(Role.HEAD, "day_sheet", "read", Relation.ORGANISATION, REACH),
    _grant(Role.HEAD, "sync_conflict", "read resolve", Relation.ORGANISATION),
    _grant(Role.SPECIALIST, "sync_conflict", "read resolve", Relation.TEAM),
    _grant(Role.FAMILY, "offer", "read accept", Relation.CHILD),
    _grant(Role.HEAD, "offer", "read accept", Relation.ORGANISATION),
    _grant(Role.COORDINATOR, "offer", "read accept", Relation.COORDINATOR),
)

_NOTIFICATIONS = (
    _grant(Role.COORDINATOR, "message", "read resend confirm", Relation.ORGANISATION, REACH),
    _grant(Role.HEAD, "message", "read resend confirm", Relation.ORGANISATION, REACH),
    _grant(Role.SPECIALIST, "message", "read", Relation.ORGANISATION),
    _grant(Role.MANAGER, "message", "read", Relation.ORGANISATION),
    _grant(Role.FAMILY, "message", "read", Relation.CHILD, REACH),
    _grant(Role.COORDINATOR, "escalation", "read", Relation.ORGANISATION),
    _grant(Role.HEAD, "escalation", "read", Relation.ORGANISATION),
    _grant(Role.MANAGER, "escalation", "read", Relation.TERRITORY),
)

_REPORTING = (
    _grant(Role.HEAD, "report", "read", Relation.ORGANISATION),
    _grant(Role.MANAGER, "report", "read", Relation.TERRITORY),
)

_OPERATIONS = (_grant(Role.OPERATOR, "dead_letter", "read redrive discard", Relation.ANY),)

POLICY: tuple[Grant, ...] = (
    *_OPEN,
    *_ACCOUNTS,
    *_WORKLISTS,
    *_INTAKE,
    *_ENQUIRIES,
    *_FILING,
    *_SEARCH,
    *_DIRECTORY,
    *_PORTAL,
    *_REFERRALS,
    *_OUTREACH,
    *_CASES,
    *_SCHEDULING,
    *_NOTIFICATIONS,
    *_REPORTING,
    *_OPERATIONS,
)


def grants(roles: Iterable[Role], resource: str, action: str) -> tuple[Grant, ...]:
    """The lines of the policy that apply to any of the roles."""
    held = frozenset(roles)
    return tuple(g for g in POLICY if g.role in held and g.resource == resource and action in g.actions)


def relations(roles: Iterable[Role], resource: str, action: str) -> frozenset[Relation]:
    """The relations through which the roles may act; empty means never."""
    return frozenset(grant.relation for grant in grants(roles, resource, action))


def field_groups(roles: Iterable[Role], resource: str, held: frozenset[Relation]) -> frozenset[FieldGroup]:
    """The groups of fields a reader sees, given how the record stands to him or her (consent not yet considered)."""
    lines = (g for action in READ_ACTIONS for g in grants(roles, resource, action))
    shown = [g.fields for g in lines if g.relation is Relation.ANY or g.relation in held]
    return frozenset[FieldGroup]().union(*shown)


def permissions() -> frozenset[Permission]:
    """Every permission the policy knows; a route with another one stops the service at start."""
    return frozenset(Permission(f"{g.resource}:{action}") for g in POLICY for action in g.actions)
