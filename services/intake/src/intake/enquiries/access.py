"""The tables of enquiries under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "enquiries",
        "enquiry",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.COORDINATOR: "assigned_to",
            Relation.SELF: "asked_by",
            Relation.TOKEN: "token_digest",
        },
    ),
    ChildOf("enquiry_messages", "enquiries", "enquiry_id"),
    ChildOf("enquiry_amendments", "enquiries", "enquiry_id"),
    ChildOf("enquiry_files", "enquiries", "enquiry_id"),
    Guarded(
        "enquiry_words",
        "enquiry_search",
        columns={Relation.ORGANISATION: "organisation_id"},
        writers=(Permission("enquiry:submit"), Permission("enquiry:register")),
    ),
    Guarded("public_answers", "public_answer", columns={Relation.ORGANISATION: "organisation_id"}),
    Open("journal_counters", writers=(Permission("enquiry:submit"), Permission("enquiry:register"))),
)
