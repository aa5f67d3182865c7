"""Tables of the room under the access policy: the file, and what is seen and changed with it."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "case_files",
        "case_file",
        {
            Relation.ORGANISATION: "organisation_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.COORDINATOR: "coordinator_id",
            Relation.TEAM: "team",
            Relation.CHILD: "child_id",
        },
        writers=tuple(
            Permission(name)
            for name in (
                "consent:record",
                "consent:withdraw",
                "assessment:record",
                "programme:draft",
                "programme:edit",
                "programme:sign",
                "programme:approve",
                "programme:correct",
                "delivery:record",
                "urgent_act:sign",
                "urgent_act:settle",
            )
        ),
    ),
    ChildOf("consents", "case_files", "case_id"),
    ChildOf("ippsus", "case_files", "case_id"),
    # the worker's alone: no line of the policy names it
    Guarded("ticked_consents", "ticked_consent"),
    Open("specialists"),
)
