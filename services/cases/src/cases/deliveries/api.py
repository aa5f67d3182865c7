"""HTTP door of delivered services, quotas and acts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, Router, UnitDep
from fastapi import Query

from cases.deliveries import commands, queries
from cases.deliveries.commands import (
    ActSettled,
    ActSigned,
    DeliveryEntered,
    RecordDelivery,
    SettleUrgentAct,
    SignUrgentAct,
)
from cases.deliveries.queries import ActCard, ActQuery, DeliveredService, DeliveryQuery, Month, QuotaCard
from cases.deliveries.queries.acts import ACT_ORDER
from cases.deliveries.queries.deliveries import DELIVERY_ORDER

router = Router(tags=["deliveries"])


@router.get("/case-files/{case_id}/quota", permission="case_file:read")
async def get_quota(
    case_id: UUID,
    unit: UnitDep,
    month: Annotated[Month | None, Query(description="YYYY-MM; the present month of the region when left out")] = None,
) -> QuotaCard:
    """Show per service group what the programme promises, what is planned and what was delivered."""
    return await queries.quota(case_id, month, unit)


@router.get("/case-files/{case_id}/deliveries", permission="case_file:read", sort=DELIVERY_ORDER)
async def list_deliveries(
    case_id: UUID, unit: UnitDep, query: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveredService]:
    """List the services delivered to the child, the latest first."""
    return await queries.deliveries(case_id, query, unit)


@router.post("/case-files/{case_id}/deliveries", permission="delivery:record", status_code=201)
async def record_delivery(case_id: UUID, command: RecordDelivery, unit: UnitDep) -> DeliveryEntered:
    """Record a service that was delivered and reported by nobody's device."""
    return await commands.record_delivery(case_id, command, unit)


@router.get("/urgent-acts", permission="case_file:read", sort=ACT_ORDER)
async def list_urgent_acts(unit: UnitDep, query: Annotated[ActQuery, Query()]) -> Page[ActCard]:
    """List the acts of urgent services that wait for a signature or a decision."""
    return await queries.urgent_acts(query, unit)


@router.post("/urgent-acts/{act_id}/sign", permission="urgent_act:sign")
async def sign_urgent_act(act_id: UUID, command: SignUrgentAct, unit: UnitDep) -> ActSigned:
    """Sign an act of urgent services for the family (D4-21)."""
    return await commands.sign_urgent_act(act_id, command, unit)


@router.post("/urgent-acts/{act_id}/settle", permission="urgent_act:settle")
async def settle_urgent_act(act_id: UUID, command: SettleUrgentAct, unit: UnitDep) -> ActSettled:
    """Decide on an act that was questioned: what was signed stands, or what was reported."""
    return await commands.settle_urgent_act(act_id, command, unit)
