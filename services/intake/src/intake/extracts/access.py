"""The tables of extracts under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
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
)
