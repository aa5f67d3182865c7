"""The operators' door to dead letters: look, redrive, discard; and to gaps that do not close: look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from chassis.bus import dead_letters, gaps
from chassis.bus.dead_letters import DeadLetter, Decision, LetterState
from chassis.http.door import Router, UnitDep
from chassis.http.paging import Order, Page, PageQuery, PageQueryDep, paginate

router = Router("/operations", tags=["operations"])


class DeadLetterView(BaseModel):
    """One message put aside, without its payload."""

    id: UUID
    consumer: str
    event_id: UUID
    event_type: str | None
    aggregate_id: UUID | None
    sequence: int | None
    state: LetterState
    error: str | None
    attempts: int
    arrived_at: datetime
    decision: Decision | None


class LetterQuery(PageQuery):
    """Which letters are wanted; every condition narrows."""

    state: LetterState = LetterState.OPEN
    consumer: str | None = Field(None, max_length=200)


_BY_ARRIVAL = Order({"arrived_at": dead_letters.LETTERS.c.arrived_at}, dead_letters.LETTERS.c.id, "arrived_at")


@router.get("/dead-letters", permission="dead_letter:read", sort=_BY_ARRIVAL)
async def list_dead_letters(wanted: Annotated[LetterQuery, Query()], unit: UnitDep) -> Page[DeadLetterView]:
    """List the messages put aside."""
    letters = dead_letters.LETTERS.c
    statement = select(*(letters[name] for name in DeadLetterView.model_fields)).where(letters.state == wanted.state)
    if wanted.consumer:
        statement = statement.where(letters.consumer == wanted.consumer)
    found = await paginate(unit.session, statement, wanted, _BY_ARRIVAL)
    items = [DeadLetterView.model_validate(dict(row._mapping)) for row in found.rows]
    return Page(items=items, next_cursor=found.next_cursor, total=found.total)


class GapView(BaseModel):
    """A message that waits for an earlier one which has not come; it is taken by itself once that one is here."""

    consumer: str
    event_id: UUID
    waits_for: str
    since: datetime


_BY_AGE = Order({"since": gaps.GAPS.c.last_at}, func.concat(gaps.GAPS.c.consumer, gaps.GAPS.c.event_id), "since")


@router.get("/gaps", permission="dead_letter:read", sort=_BY_AGE)
async def list_gaps(page: PageQueryDep, unit: UnitDep) -> Page[GapView]:
    """List the gaps that last."""
    found = await paginate(unit.session, gaps.waiting(), page, _BY_AGE)
    items = [GapView.model_validate(dict(row._mapping)) for row in found.rows]
    return Page(items=items, next_cursor=found.next_cursor, total=found.total)


@router.post("/dead-letters/{letter_id}/redrive", permission="dead_letter:redrive", status_code=202)
async def redrive_dead_letter(letter_id: UUID, unit: UnitDep) -> DeadLetterView:
    """Ask the worker to handle the letter again and then what is parked behind it."""
    return await _decide(letter_id, Decision.REDRIVE, unit)


@router.post("/dead-letters/{letter_id}/discard", permission="dead_letter:discard", status_code=202)
async def discard_dead_letter(letter_id: UUID, unit: UnitDep) -> DeadLetterView:
    """Give the letter up; the worker goes on with what is parked behind it."""
    return await _decide(letter_id, Decision.DISCARD, unit)


async def _decide(letter_id: UUID, decision: Decision, unit: UnitDep) -> DeadLetterView:
    by = unit.actor.id
    return _view(await dead_letters.decide(unit.session, letter_id, decision, by=by, now=unit.now))


def _view(letter: DeadLetter) -> DeadLetterView:
    return DeadLetterView.model_validate({name: getattr(letter, name) for name in DeadLetterView.model_fields})
