"""What the policy is written in: roles, relations, groups of fields, and one line of it."""

from __future__ import annotations

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


def grant(role: Role, resource: str, actions: str, relation: Relation, fields: frozenset[FieldGroup] = CORE) -> Grant:
    return Grant(role, resource, frozenset(actions.split()), relation, fields)


STAFF = (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD, Role.MANAGER)
