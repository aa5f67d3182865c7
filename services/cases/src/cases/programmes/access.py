"""Tables of the room under the access policy: seen and changed with the file."""

from chassis.access.rls import ChildOf, Entry

GUARDED: tuple[Entry, ...] = (
    ChildOf("programmes", "case_files", "case_id"),
    ChildOf("programme_versions", "programmes", "programme_id"),
)
