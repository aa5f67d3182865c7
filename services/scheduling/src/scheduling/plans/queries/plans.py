"""Plans as people see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select

from scheduling.plans.model import Plan, PlanState
from scheduling.spans import Day, month_of


class PlanFilter(BaseModel):
    """Which plans a list shows: of one month, or of the months from one to another."""

    month: Day | None = Field(None, description="Any day of it.")
    since: Day | None = Field(None, description="From the month of this day on.")
    until: Day | None = Field(None, description="Until the month of this day, which is included.")
    state: PlanState | None = None
    organisation_id: UUID | None = None


class PlanLine(BaseModel):
    """A plan in a list. ``solver``: greedy for the first answer, lns for one that was searched for."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    region: str
    organisation_id: UUID
    month: date
    state: PlanState
    solver: str
    made_at: datetime


_plans = Plan.__table__.c
_TOLD = (
    *(_plans[name] for name in ("id", "version", "region", "organisation_id", "month", "state", "made_at")),
    _plans["answer"]["solver"].astext.label("solver"),
)
"""The columns of a line; a plan's problem and answer are large and stay where they are."""
ORDER = Order({name: _plans[name] for name in ("month", "made_at", "state")}, _plans["id"], "-month")


async def plans(wanted: PlanFilter, query: PageQuery, unit: Unit) -> Page[PlanLine]:
    """Plans the actor may see; a plan's visits stand on its card."""
    statement = select(*_TOLD).where(*_conditions(wanted))
    rows, cursor, total = await paginate(unit.session, statement, query, ORDER)
    return Page(items=[PlanLine.model_validate(row) for row in rows], next_cursor=cursor, total=total)


def _conditions(wanted: PlanFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.month is not None:
        yield _plans["month"] == month_of(wanted.month)[0]
    if wanted.since is not None:
        yield _plans["month"] >= month_of(wanted.since)[0]
    if wanted.until is not None:
        yield _plans["month"] <= wanted.until
    if wanted.state is not None:
        yield _plans["state"] == wanted.state
    if wanted.organisation_id is not None:
        yield _plans["organisation_id"] == wanted.organisation_id
