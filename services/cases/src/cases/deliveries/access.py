"""Tables of the room under the access policy: seen and changed with the file."""

from chassis.access.rls import ChildOf, Entry, Guarded
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
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
)
