"""The tables of preferences under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded

GUARDED: tuple[Entry, ...] = (
    # the worker's alone: no line of the policy names them
    Guarded("families", "family_contact"),
    Guarded("specialists", "specialist_skills"),
)
