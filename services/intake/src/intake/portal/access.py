"""The tables of portal under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
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
)
