"""The tables of accounts under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
    ChildOf("bindings", "principals", "principal_id"),
    Guarded("preferences", "account", columns={Relation.SELF: "principal_id"}),
    Open("binding_codes", writers=(Permission("application:bind"), Permission("account:bind"))),
)
