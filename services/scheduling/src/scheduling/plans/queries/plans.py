"""Plans as people see them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.plans.model import Plan, PlanState
from scheduling.spans import month_of


class PlanLine(BaseModel):
    """A plan in a list. ``solver``: greedy for the first answer, lns for one that was searched for."""

    id: UUID
    version: int
    region: str
    organisation_id: UUID
    month: date
    state: PlanState
    solver: str
    made_at: datetime


_plans = Plan.__table__.c
ORDER = Order({name: _plans[name] for name in ("month", "made_at", "state")}, _plans["id"], "-month")


async def plans(unit: Unit, query: PageQuery, *, month: date | None, state: PlanState | None) -> Page[PlanLine]:
    """Plans the actor may see; a plan's visits stand on its card."""
    column = Plan.__table__.c
    told = [column[name] for name in PlanLine.model_fields if name != "solver"]
    statement = select(*told, column["answer"]["solver"].astext.label("solver"))
    if month is not None:
        statement = statement.where(column["month"] == month_of(month)[0])
    if state is not None:
        statement = statement.where(column["state"] == state)
    rows, cursor, total = await paginate(unit.session, statement, query, ORDER)
    return Page(
        items=[PlanLine.model_validate(row, from_attributes=True) for row in rows], next_cursor=cursor, total=total
    )
