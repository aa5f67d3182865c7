"""The tables of escalations under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "escalations",
        "escalation",
        {
            Relation.ORGANISATION: "organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.COORDINATOR: "responsible_id",
        },
    ),
)
