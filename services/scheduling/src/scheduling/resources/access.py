"""The tables of resources under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded, Open
from contracts.access import Permission, Relation

P = Permission

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
)
