"""The tables of plans under the access policy."""

from __future__ import annotations

from chassis.access.rls import ChildOf, Entry, Guarded
from contracts.access import Relation

GUARDED: tuple[Entry, ...] = (
    Guarded("plans", "plan", {Relation.ORGANISATION: "organisation_id", Relation.TERRITORY: "region"}),
    ChildOf("plan_searches", "plans", "plan_id"),
)
