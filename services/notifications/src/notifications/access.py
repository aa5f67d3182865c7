"""The tables of the service under the access policy."""

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
    Guarded(
        "escalations",
        "escalation",
        {
            Relation.ORGANISATION: "organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.COORDINATOR: "responsible_id",
        },
    ),
    # the worker's alone: no line of the policy names them
    Guarded("families", "family_contact"),
    Guarded("specialists", "specialist_skills"),
)
