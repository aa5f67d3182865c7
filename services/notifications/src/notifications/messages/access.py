"""The tables of messages under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "messages",
        "message",
        {
            Relation.ORGANISATION: ("organisation_id", "serving_organisation_id"),
            Relation.SERVING: "serving_organisation_id",
            Relation.CHILD: "child_id",
        },
    ),
)
