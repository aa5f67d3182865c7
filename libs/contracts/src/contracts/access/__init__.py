"""The one access policy: who may do what with which record, and which fields they see.

It drives the check at run time, PostgreSQL row-level security and the generated test matrix. Authority comes from
intake's directory, never from the token. What is not granted here is denied.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.access import intake, services
from contracts.access.words import (
    CORE,
    CREATE_ACTIONS,
    FULL,
    GROUND,
    PROTECTED_READERS,
    REACH,
    READ_ACTIONS,
    FieldGroup,
    Grant,
    Permission,
    Relation,
    Role,
)

__all__ = [
    "CORE",
    "CREATE_ACTIONS",
    "FULL",
    "GROUND",
    "POLICY",
    "PROTECTED_READERS",
    "REACH",
    "READ_ACTIONS",
    "FieldGroup",
    "Grant",
    "Permission",
    "Relation",
    "Role",
    "field_groups",
    "grants",
    "permissions",
    "relations",
]

POLICY: tuple[Grant, ...] = (
    *intake.OPEN,
    *intake.ACCOUNTS,
    *intake.WORKLISTS,
    *intake.INTAKE,
    *intake.ENQUIRIES,
    *intake.FILING,
    *intake.SEARCH,
    *intake.DIRECTORY,
    *intake.PORTAL,
    *intake.REFERRALS,
    *intake.OUTREACH,
    *services.CASES,
    *services.SCHEDULING,
    *services.NOTIFICATIONS,
    *services.REPORTING,
    *services.OPERATIONS,
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
