"""The tables of the service under the access policy; a file's rows are seen and changed with the file."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

PART_OF = dict.fromkeys(("readers", "consent", "assessment", "programme", "delivery", "urgent_act"), "case_file")
"""Resources of the policy that are parts of a file: whoever may read the file may know that they exist."""

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
    ChildOf("children", "case_files", "case_id"),
    ChildOf("representatives", "case_files", "case_id"),
    ChildOf("families", "case_files", "case_id"),
    ChildOf("consents", "case_files", "case_id"),
    ChildOf("ippsus", "case_files", "case_id"),
    ChildOf("assessments", "case_files", "case_id"),
    ChildOf("programmes", "case_files", "case_id"),
    ChildOf("programme_versions", "programmes", "programme_id"),
    ChildOf("deliveries", "case_files", "case_id"),
    ChildOf("awaited_visits", "case_files", "case_id"),
    ChildOf("illness_pauses", "case_files", "case_id"),
    ChildOf("urgent_acts", "case_files", "case_id"),
    Guarded(
        "services_without_file",
        "service_without_file",
        {Relation.SERVING: "organisation_id"},
        readers=(Permission("urgent_act:sign"),),
    ),
    # the worker's alone: no line of the policy names it
    Guarded("ticked_consents", "ticked_consent"),
    Open("specialists"),
)
