"""The tables of fieldwork under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded
from contracts.access import Permission, Relation

P = Permission

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "sync_items",
        "day_sheet",
        {Relation.ORGANISATION: "organisation_id", Relation.TEAM: "team"},
    ),
    Guarded(
        "sync_conflicts",
        "sync_conflict",
        {Relation.ORGANISATION: "organisation_id", Relation.TEAM: "team"},
        writers=(P("day_sheet:report"),),
    ),
    Guarded(
        "offers",
        "offer",
        {
            Relation.ORGANISATION: "organisation_id",
            Relation.COORDINATOR: "coordinator_id",
            Relation.CHILD: "child_id",
        },
    ),
)
