"""The HTTP door of fieldwork."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from scheduling.fieldwork.commands import offer_new_dates, resolve_conflict, sync_device
from scheduling.fieldwork.queries import conflicts
from scheduling.fieldwork.queries import day_sheet as sheets
from scheduling.fieldwork.queries.conflicts import ConflictCard, ConflictFilter, WaitingVisit
from scheduling.fieldwork.queries.day_sheet import DaySheet
from scheduling.fieldwork.reports import Sync, SyncAnswer
from scheduling.visits.queries.visits import VisitCard, visit_card

router = Router(tags=["fieldwork"])
SYNC_BODY = 4 * 1_048_576
"""A month of offline work of one brigade fits."""


@router.get("/day-sheets/{brigade_id}/{day}", permission="day_sheet:read")
async def get_day_sheet(brigade_id: UUID, day: date, unit: UnitDep) -> DaySheet:
    """What the brigade takes along that day."""
    return await sheets.day_sheet(brigade_id, day, unit)


@router.post("/day-sheets/sync", permission="day_sheet:report", max_body=SYNC_BODY)
async def report_offline_work(command: Sync, unit: UnitDep) -> SyncAnswer:
    """Take reports written offline; one answer per item, a resend is harmless."""
    return await sync_device.sync_device(command, unit)


@router.get("/sync-conflicts", permission="sync_conflict:read", sort=conflicts.CONFLICTS)
async def list_sync_conflicts(
    wanted: Annotated[ConflictFilter, Query()], query: PageQueryDep, unit: UnitDep
) -> Page[ConflictCard]:
    """Fields with two values, for a person to decide."""
    return await conflicts.conflicts(wanted, query, unit)


@router.post("/sync-conflicts/{conflict_id}/resolve", permission="sync_conflict:resolve")
async def resolve_sync_conflict(conflict_id: UUID, command: resolve_conflict.Resolve, unit: UnitDep) -> ConflictCard:
    """Let one of the two values stand."""
    return conflicts.conflict_card(await resolve_conflict.resolve_conflict(conflict_id, command, unit))


@router.get("/children/{child_id}/offers", permission="offer:read", sort=conflicts.WAITING)
async def list_offers(child_id: UUID, unit: UnitDep, query: PageQueryDep) -> Page[WaitingVisit]:
    """Postponed visits of a child and the nearest free times for them."""
    return await conflicts.offers(child_id, query, unit)


@router.post("/offers/{offer_id}/accept", permission="offer:accept")
async def accept_offer(offer_id: UUID, unit: UnitDep) -> VisitCard:
    """Take an offered time; the visit keeps its id."""
    return visit_card(await offer_new_dates.accept_offer(offer_id, unit), unit)
