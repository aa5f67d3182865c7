"""The operators' door to dead letters: look, redrive, discard; and to gaps that do not close: look."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis.bus import dead_letters, gaps
from chassis.bus.dead_letters import DeadLetter, Decision, LetterState
from chassis.http.door import Router, UnitDep

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


@router.get("/dead-letters", permission="dead_letter:read")
async def list_dead_letters(
    unit: UnitDep, state: LetterState = LetterState.OPEN, consumer: str | None = None, limit: int = 50, offset: int = 0
) -> list[DeadLetterView]:
    """Messages put aside, oldest first."""
    found = await dead_letters.listed(
        unit.session, [state], consumer=consumer, limit=min(max(limit, 1), 200), offset=max(offset, 0)
    )
    return [_view(letter) for letter in found]


class GapView(BaseModel):
    """A message that waits for an earlier one which has not come; it is taken by itself once that one is here."""

    consumer: str
    event_id: UUID
    waits_for: str
    since: datetime


@router.get("/gaps", permission="dead_letter:read")
async def list_gaps(unit: UnitDep, limit: int = 50, offset: int = 0) -> list[GapView]:
    """Gaps that last, oldest first."""
    found = await gaps.listed(unit.session, limit=min(max(limit, 1), 200), offset=max(offset, 0))
    return [GapView(consumer=g.consumer, event_id=g.event_id, waits_for=g.waits_for, since=g.since) for g in found]


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
