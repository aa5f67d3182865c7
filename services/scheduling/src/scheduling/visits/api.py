"""The HTTP door of visits."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query
from pydantic import AwareDatetime

from scheduling.visits.model import VisitState
from scheduling.visits.queries import visits
from scheduling.visits.queries.visits import VisitCard

router = Router(tags=["trips"])


@router.get("/visits", permission="visit:read", sort=visits.ORDER)
async def list_visits(
    unit: UnitDep,
    query: PageQueryDep,
    child_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[VisitState | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
) -> Page[VisitCard]:
    """Visits and remote sessions the caller may see."""
    return await visits.visits(unit, query, child_id=child_id, state=state, since=since)
