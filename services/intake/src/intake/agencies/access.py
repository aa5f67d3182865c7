"""The tables of agencies under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded, Open
from contracts.access import Permission, Relation

ANSWERS = tuple(Permission(f"referral:{action}") for action in ("accept", "decline", "revoke", "complete", "relay"))

GUARDED: tuple[Entry, ...] = (
    Guarded("agency_endpoints", "agency_endpoint", columns={Relation.ORGANISATION: "organisation_id"}),
    Open("agency_messages", writers=(Permission("referral:submit"), Permission("ipra_import:submit"))),
    Open("agency_callbacks", writers=ANSWERS),
)
