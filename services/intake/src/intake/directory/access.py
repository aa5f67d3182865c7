"""The tables of directory under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded
from contracts.access import Permission, Relation

GUARDED: tuple[Entry, ...] = (
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
)
