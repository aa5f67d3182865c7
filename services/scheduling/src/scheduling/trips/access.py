"""The tables of trips under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded
from contracts.access import Permission, Relation

P = Permission
_CASE = {
    Relation.ORGANISATION: "organisation_id",
    Relation.COORDINATOR: "coordinator_id",
    Relation.TEAM: "team",
    Relation.CHILD: "child_id",
}

GUARDED: tuple[Entry, ...] = (
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
)
