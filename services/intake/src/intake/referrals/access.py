"""The tables of referrals under the access policy."""

from __future__ import annotations

from chassis.access.rls import Entry, Guarded, Open
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
    Guarded(
        "referrals",
        "referral",
        columns={
            Relation.ORGANISATION: "organisation_id",
            Relation.SERVING: "serving_organisation_id",
            Relation.TERRITORY: ("territory", "region"),
        },
    ),
    Open("withdrawn_consents"),
)
