"""The tables of appointments under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "appointments",
        "appointment",
        {
            Relation.COORDINATOR: "coordinator_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.CHILD: "child_id",
        },
    ),
)
