"""The tables of outreach under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "outreaches",
        "outreach",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.COORDINATOR: "responsible_id",
            Relation.TERRITORY: ("territory", "region"),
        },
    ),
    ChildOf("outreach_steps", "outreaches", "outreach_id"),
    ChildOf("outreach_attempts", "outreaches", "outreach_id"),
    ChildOf("outreach_letters", "outreaches", "outreach_id"),
    ChildOf("outreach_stages", "outreaches", "outreach_id"),
    Guarded("finders", "finder", columns={Relation.ORGANISATION: "organisation_id"}),
)
