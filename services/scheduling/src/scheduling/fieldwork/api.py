"""The HTTP door of fieldwork."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.http import Router, UnitDep
from fastapi import Query

from scheduling.fieldwork import conflicts, offers, queries, sync
from scheduling.fieldwork import day_sheet as sheets
from scheduling.fieldwork.day_sheet import DaySheet
from scheduling.fieldwork.queries import ConflictCard, WaitingVisit
from scheduling.trips.queries import VisitCard, visit_card

api = Router(tags=["fieldwork"])
SYNC_BODY = 4 * 1_048_576
"""A month of offline work of one brigade fits."""


@api.get("/day-sheets/{brigade_id}/{day}", permission="day_sheet:read")
async def day_sheet(brigade_id: UUID, day: date, unit: UnitDep) -> DaySheet:
    """What the brigade takes along that day."""
    return await sheets.day_sheet(brigade_id, day, unit)


@api.post("/day-sheets/sync", permission="day_sheet:report", max_body=SYNC_BODY)
async def synchronise(command: sync.Sync, unit: UnitDep) -> sync.SyncAnswer:
    """Take reports written offline; one answer per item, a resend is harmless."""
    return await sync.sync(command, unit)


@api.get("/sync-conflicts", permission="sync_conflict:read")
async def sync_conflicts(unit: UnitDep, open_only: Annotated[bool, Query()] = True) -> list[ConflictCard]:
    """Fields with two values, for a person to decide."""
    return await queries.conflicts(unit, open_only=open_only)


@api.post("/sync-conflicts/{conflict_id}/resolve", permission="sync_conflict:resolve")
async def resolve(conflict_id: UUID, command: conflicts.Resolve, unit: UnitDep) -> ConflictCard:
    """Let one of the two values stand."""
    return queries.conflict_card(await conflicts.resolve_conflict(conflict_id, command, unit))


@api.get("/children/{child_id}/offers", permission="offer:read")
async def offered(child_id: UUID, unit: UnitDep) -> list[WaitingVisit]:
    """Postponed visits of a child and the nearest free times for them."""
    return await queries.offers(child_id, unit)


@api.post("/offers/{offer_id}/accept", permission="offer:accept")
async def accept(offer_id: UUID, unit: UnitDep) -> VisitCard:
    """Take an offered time; the visit keeps its id."""
    return visit_card(await offers.accept_offer(offer_id, unit))
