"""The check at run time: may this principal do this to this record, and which of its fields may be shown.

It reads `contracts.access` and nothing else. Refusals: 401 for a stranger without a token of either kind, 403 where no
role has the permission, 404 where the record must not be known to exist, 403 where it may be seen but not acted on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.access import GROUND, READ_ACTIONS, FieldGroup, Permission, Relation, Role, field_groups, relations
from contracts.identifiers import Purpose
from sqlalchemy import ColumnElement, false, or_, true

from chassis.access.rls import Columns, Entry, Guarded
from chassis.access.tokens import Principal, unauthenticated
from chassis.errors import forbidden, not_found

ObjectAccess = Mapping[Relation, Collection[object]]
"""What the columns of one record hold, per relation; empty values and None never match."""


def parse(permission: str) -> tuple[str, str]:
    """Resource and action; ``ValueError`` when the text is not ``resource:action``."""
    resource, separator, action = permission.partition(":")
    if not (separator and resource and action):
        raise ValueError(f"not a permission: {permission!r}")
    return resource, action


def roles_of(principal: Principal) -> frozenset[Role]:
    """The roles that count: everybody may do what the public may."""
    return principal.roles | {Role.PUBLIC}


def require(principal: Principal, permission: Permission | str) -> None:
    """Refuse a principal without any role that grants the permission: 401 when not signed in, else 403."""
    resource, action = parse(permission)
    allowed = relations(roles_of(principal), resource, action)
    if allowed - {Relation.TOKEN} or (allowed and principal.token_digest):
        return
    # The public reaches such a record by its token only: without one it must not learn that it exists.
    raise not_found() if allowed else _refused(principal)


def require_relation(
    principal: Principal, permission: Permission | str, held: Collection[Relation], record: str | None = None
) -> None:
    """Refuse a principal whose relation to the record does not allow the action: 404, or 403 for a readable record.

    ``record``: the resource the record itself is, where the permission is about a part of it (a consent of a file).
    """
    require(principal, permission)
    resource, action = parse(permission)
    allowed = relations(roles_of(principal), resource, action)
    if Relation.ANY in allowed or not allowed.isdisjoint(held):
        return
    raise forbidden() if readable(principal, record or resource, held) else not_found()


def readable(principal: Principal, resource: str, held: Collection[Relation]) -> bool:
    """Whether the principal may know that the record exists."""
    through = frozenset[Relation]().union(*(relations(roles_of(principal), resource, act) for act in READ_ACTIONS))
    return Relation.ANY in through or not through.isdisjoint(held)


def relations_of(principal: Principal, access: ObjectAccess) -> frozenset[Relation]:
    """How the record stands to the principal."""
    return frozenset(r for r, values in access.items() if not _own(principal, r).isdisjoint(values))


def _own(principal: Principal, relation: Relation) -> frozenset[Any]:
    """What of a record's columns would make it the principal's."""
    match relation:
        case Relation.ORGANISATION | Relation.SERVING:
            return principal.organisation_ids
        case Relation.TERRITORY:
            return principal.territories
        case Relation.CHILD:
            return principal.child_ids
        case Relation.TOKEN:
            return _known(principal.token_digest)
        case _:
            return _known(principal.id)


def visible_groups(
    principal: Principal, resource: str, held: Collection[Relation], consents: Collection[Purpose]
) -> frozenset[FieldGroup]:
    """The groups of fields to show: granted by role and relation, and with a legal ground where one is needed.

    ``consents``: the purposes a written consent, or another ground, stands for *now*; ask at every read.
    """
    granted = field_groups(roles_of(principal), resource, frozenset(held))
    return frozenset(group for group in granted if group not in GROUND or GROUND[group] in consents)


def acting_role(principal: Principal, resource: str) -> Role:
    """The role a read is recorded under: the highest that may read the resource, else the highest there is."""
    held = [role for role in reversed(Role) if role in principal.roles]
    reading = [role for role in held if any(relations((role,), resource, action) for action in READ_ACTIONS)]
    return next(iter([*reading, *held]), Role.PUBLIC)


class Policy:
    """The policy over the tables of one service: reads a record's relations from its own columns."""

    def __init__(self, guarded: Sequence[Entry]) -> None:
        self._records = {entry.table: entry for entry in guarded if isinstance(entry, Guarded)}

    def require(self, principal: Principal, permission: Permission | str, found: object | None = None) -> None:
        """`require`, and `require_relation` where there is a record. ``LookupError`` for an unguarded model."""
        if found is None:
            require(principal, permission)
        else:
            held = self.relations_of(principal, found)
            require_relation(principal, permission, held, self._record(found).resource)

    def relations_of(self, principal: Principal, found: object) -> frozenset[Relation]:
        """How a mapped record stands to the principal."""
        return relations_of(principal, self.access(found))

    def access(self, found: object) -> ObjectAccess:
        """The values of the record's relation columns."""
        return {relation: _values(found, columns) for relation, columns in self._record(found).columns.items()}

    def reach(self, principal: Principal, permission: Permission | str, model: type[Any]) -> ColumnElement[bool]:
        """The condition that leaves a list the records the principal may act on, by the relations of his or her roles.

        Row security says the same for all roles at once, and no index helps it there: with this beside it, one does.
        """
        allowed = relations(roles_of(principal), *parse(permission))
        if Relation.ANY in allowed:
            return true()
        columns = self._record(model).columns
        return or_(
            false(), *(_held(model, columns[r], _own(principal, r), r) for r in sorted(allowed & columns.keys()))
        )

    def _record(self, found: object) -> Guarded:
        table = getattr(found, "__tablename__", "")
        if table not in self._records:
            raise LookupError(f"{type(found).__name__} is not a guarded record")
        return self._records[table]

    def visible_groups(
        self, principal: Principal, resource: str, found: object, consents: Collection[Purpose]
    ) -> frozenset[FieldGroup]:
        """`visible_groups` of a mapped record."""
        return visible_groups(principal, resource, self.relations_of(principal, found), consents)


def _refused(principal: Principal) -> Exception:
    return forbidden() if principal.signed_in or principal.id is not None else unauthenticated("missing")


def _known(value: UUID | str | None) -> frozenset[Any]:
    return frozenset() if value is None else frozenset({value})


def _held(model: type[Any], columns: Columns, own: frozenset[Any], relation: Relation) -> ColumnElement[bool]:
    named = [getattr(model, name) for name in ((columns,) if isinstance(columns, str) else columns)]
    if relation is Relation.TEAM:
        return or_(false(), *(column.contains(list(own)) for column in named if own))
    return or_(*(column.in_(sorted(own)) for column in named))


def _values(found: object, columns: Columns) -> frozenset[object]:
    names: Iterable[str] = (columns,) if isinstance(columns, str) else columns
    values: set[object] = set()
    for name in names:
        value = getattr(found, name)
        values |= set(value) if isinstance(value, (list, tuple, set, frozenset)) else {value}
    return frozenset(values)
