"""What happens to outreach by time, and what the worker does when it starts."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import ContactStep
from sqlalchemy import func, select

from intake.outreach.commands.start_outreach import OUTREACH_DUE
from intake.outreach.model.outreach import Outreach
from intake.outreach.states import RUNNING, OutreachState

BATCH = 200


async def pass_due_times(organisation_id: UUID, unit: Unit) -> None:
    """Everything of an operator whose time has come: letters without an answer end, the rest is told as overdue."""
    waiting = (
        Outreach.organisation_id == organisation_id,
        Outreach.state.in_(RUNNING),
        Outreach.escalated_at.is_(None),
    )
    due = select(Outreach).where(*waiting, Outreach.due_at <= unit.now).order_by(Outreach.due_at).limit(BATCH)
    for outreach in await unit.session.scalars(due.with_for_update()):
        if _letter_unanswered(outreach):
            outreach.letter_unanswered(unit.now)
        else:
            outreach.escalate(unit.now)
    await unit.session.flush()
    following = await unit.session.scalar(select(func.min(Outreach.due_at)).where(*waiting))
    if following is not None:
        await unit.timers.set(OUTREACH_DUE, organisation_id, following)


def _letter_unanswered(outreach: Outreach) -> bool:
    return (
        outreach.state is OutreachState.OPEN
        and outreach.current.step is ContactStep.POST
        and outreach.current.attempts > 0
    )
