"""Which record each table holds, and the columns that say how a person stands to it (policy: `contracts.access`)."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
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
        "specialists",
        "specialist",
        {Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: ("territory", "region")},
    ),
    Guarded(
        "requests",
        "appointment",
        {
            Relation.COORDINATOR: "coordinator_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.CHILD: "child_id",
        },
    ),
    Guarded(
        "children",
        "readers",
        {
            Relation.CHILD: "child_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.ORGANISATION: ("organisation_id", "serving_organisation_id"),
            Relation.COORDINATOR: "coordinator_id",
            Relation.TEAM: "team",
        },
        readers=(P("appointment:book"), P("trip:plan"), P("plan:make"), P("offer:read")),
    ),
    Guarded(
        "appointments",
        "appointment",
        {
            Relation.COORDINATOR: "coordinator_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.CHILD: "child_id",
        },
    ),
    Guarded(
        "demands",
        "plan",
        {Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: ("territory", "region")},
    ),
    Guarded("plans", "plan", {Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: "region"}),
    ChildOf("plan_searches", "plans", "plan_id"),
    Guarded("visits", "visit", _CASE, writers=_VISIT_WRITERS),
    Guarded(
        "trips",
        "trip",
        {
            Relation.ORGANISATION: "organisation_id",
            Relation.SERVING: "host_organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.TEAM: "team",
        },
        writers=(P("day_sheet:report"), P("sync_conflict:resolve")),
    ),
    Guarded(
        "trip_invitations",
        "visit",
        _CASE,
        writers=(P("trip:plan"), P("trip:publish"), P("day_sheet:report"), P("sync_conflict:resolve")),
    ),
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
    # Who is taken when, in ids and times: whoever looks for a free time has to see every taken one.
    Open(
        "bookings",
        writers=(
            P("appointment:book"),
            P("appointment:cancel"),
            P("plan:publish"),
            P("trip:publish"),
            P("offer:accept"),
            P("day_sheet:report"),
        ),
    ),
    Open("absences", writers=(P("specialist:manage"),)),
    Open("routes", writers=(P("plan:publish"), P("offer:accept"))),
)
"""Every table of the service under the policy."""
