"""The tables of applications under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "applications",
        "application",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.CHILD: "child_id",
            Relation.TOKEN: "token_digest",
            Relation.SELF: "filed_by",
        },
    ),
    ChildOf("application_duplicates", "applications", "application_id"),
    Guarded(
        "search_tokens",
        "application_search",
        columns={Relation.ORGANISATION: "organisation_id", Relation.SERVING: "serving_organisation_id"},
        writers=(Permission("application:submit"), Permission("application:hand_over")),
    ),
    ChildOf("deadlines", "applications", "application_id"),
    ChildOf("deadline_changes", "applications", "application_id"),
    ChildOf("consents", "applications", "application_id"),
    ChildOf("call_attempts", "applications", "application_id"),
    ChildOf("attachments", "applications", "application_id"),
    Open("number_counters", writers=(Permission("application:submit"),)),
    Open("laid_out_numbers", writers=(Permission("application:submit"),)),
    Open("calendar_prints"),
)
