"""The HTTP door of visits."""

from __future__ import annotations

from typing import Annotated

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from scheduling.visits.queries import visits
from scheduling.visits.queries.visits import VisitCard, VisitFilter

router = Router(tags=["trips"])


@router.get("/visits", permission="visit:read", sort=visits.ORDER)
async def list_visits(wanted: Annotated[VisitFilter, Query()], query: PageQueryDep, unit: UnitDep) -> Page[VisitCard]:
    """Visits and remote sessions the caller may see."""
    return await visits.visits(wanted, query, unit)
