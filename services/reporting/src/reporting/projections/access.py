"""The read tables under the access policy: a head sees the organisation's rows, a manager the territory's."""

from collections.abc import Mapping

from chassis.access.rls import Columns, Entry, Guarded
from contracts.access import Relation

_SCOPE: Mapping[Relation, Columns] = {
    Relation.ORGANISATION: "organisation_id",
    Relation.TERRITORY: ("territory", "region"),
}

GUARDED: tuple[Entry, ...] = tuple(
    Guarded(table, "report", _SCOPE)
    for table in (
        "application_rows",
        "appointment_rows",
        "case_rows",
        "programme_rows",
        "delivery_rows",
        "visit_rows",
        "trip_rows",
        "enquiry_rows",
    )
)
