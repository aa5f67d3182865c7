"""Tables of referrals and outreach under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded, Open
from contracts.access import Permission, Relation

ANSWERS = tuple(Permission(f"referral:{action}") for action in ("accept", "decline", "revoke", "complete", "relay"))

FINDING: tuple[Entry, ...] = (
    Guarded(
        "referrals",
        "referral",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.TERRITORY: ("territory", "region"),
        },
    ),
    Guarded(
        "ipra_extracts",
        "ipra_extract",
        columns={Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: ("territory", "region")},
    ),
    ChildOf("ipra_executions", "ipra_extracts", "extract_id"),
    Guarded("ipra_returns", "ipra_return", columns={Relation.ORGANISATION: "organisation_id"}),
    Guarded("ipra_imports", "ipra_import", columns={Relation.ORGANISATION: "organisation_id"}),
    ChildOf("ipra_import_chunks", "ipra_imports", "import_id"),
    ChildOf("ipra_quarantine", "ipra_imports", "import_id"),
    Guarded("agency_endpoints", "agency_endpoint", columns={Relation.ORGANISATION: "organisation_id"}),
    Open("agency_messages", writers=(Permission("referral:submit"), Permission("ipra_import:submit"))),
    Open("agency_callbacks", writers=ANSWERS),
    Open("withdrawn_consents"),
    Guarded(
        "outreaches",
        "outreach",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.COORDINATOR: "responsible_id",
            Relation.TERRITORY: ("territory", "region"),
        },
    ),
    ChildOf("outreach_steps", "outreaches", "outreach_id"),
    ChildOf("outreach_attempts", "outreaches", "outreach_id"),
    ChildOf("outreach_letters", "outreaches", "outreach_id"),
    ChildOf("outreach_stages", "outreaches", "outreach_id"),
    Guarded("finders", "finder", columns={Relation.ORGANISATION: "organisation_id"}),
)
