"""Intake's tables under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

from intake.referrals.guarded import FINDING

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
    Guarded("organisations", "organisation"),
    ChildOf("offices", "organisations", "organisation_id", replaced=True),
    Guarded(
        "agreements",
        "agreement",
        columns={
            Relation.ORGANISATION: ("from_organisation_id", "to_organisation_id"),
            Relation.TERRITORY: "region",
        },
    ),
    Guarded("resources", "resource_map", columns={Relation.ORGANISATION: "organisation_id"}),
    Guarded(
        "principals",
        "staff",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.TERRITORY: ("territory", "region"),
            Relation.SELF: "id",
        },
        readers=(Permission("account:read"), Permission("application:assign"), Permission("enquiry:assign")),
        writers=(Permission("account:register"), Permission("account:bind")),
    ),
    ChildOf("bindings", "principals", "principal_id"),
    Guarded("preferences", "account", columns={Relation.SELF: "principal_id"}),
    Guarded(
        "questionnaires",
        "questionnaire",
        columns={
            Relation.SELF: "principal_id",
            Relation.ORGANISATION: "organisation_id",
            Relation.TERRITORY: "territory",
        },
        writers=(Permission("data_change:decide"),),
    ),
    ChildOf("questionnaire_consents", "questionnaires", "questionnaire_id"),
    ChildOf("questionnaire_files", "questionnaires", "questionnaire_id"),
    Guarded(
        "data_changes",
        "data_change",
        columns={Relation.SELF: "principal_id", Relation.ORGANISATION: "organisation_id"},
    ),
    Open("binding_codes", writers=(Permission("application:bind"), Permission("account:bind"))),
    Open("number_counters", writers=(Permission("application:submit"),)),
    Open("laid_out_numbers", writers=(Permission("application:submit"),)),
    Open("calendar_prints"),
    *FINDING,
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
