"""Tables of the room under the access policy: seen and changed with the file."""

from chassis.access.rls import ChildOf, Entry

GUARDED: tuple[Entry, ...] = (
    ChildOf("children", "case_files", "case_id"),
    ChildOf("representatives", "case_files", "case_id"),
    ChildOf("families", "case_files", "case_id"),
)
