"""The tables of visits under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded, Open
from contracts.access import Permission, Relation

P = Permission
_CASE = {
    Relation.ORGANISATION: "organisation_id",
    Relation.COORDINATOR: "coordinator_id",
    Relation.TEAM: "team",
    Relation.CHILD: "child_id",
}
_VISIT_WRITERS = (P("plan:publish"), P("offer:accept"), P("day_sheet:report"), P("sync_conflict:resolve"))

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "demands",
        "plan",
        {Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: ("territory", "region")},
    ),
    Guarded("visits", "visit", _CASE, writers=_VISIT_WRITERS),
    Open("routes", writers=(P("plan:publish"), P("offer:accept"))),
)
