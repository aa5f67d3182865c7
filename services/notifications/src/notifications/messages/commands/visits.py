"""What a family is told about home visits and remote sessions: all new dates of one plan in one letter (trap T4)."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.work import Unit
from contracts.scheduling import VisitPostponed as Postponed
from contracts.scheduling import VisitScheduled
from sqlalchemy import select

from notifications.kinds import MessageKind
from notifications.messages.commands.plan_message import OUTDATED, pack_for, plan_message, planned_messages, take_back
from notifications.messages.commands.remind import set_reminder
from notifications.messages.letter_data import VisitFact, VisitPostponed, VisitReminder, VisitsPublished
from notifications.messages.model import Message, MessageState
from notifications.preferences.commands import family_of


class _Told(NamedTuple):
    """What the family reads, or will read, about a visit."""

    message: Message
    visit: VisitFact


async def tell_visit(event: VisitScheduled, occasion: str, unit: Unit) -> None:
    """When and who comes, and a reminder on the day before. The same visit told again is passed over."""
    told = await _told(event.child_id, event.visit_id, unit)
    visit = VisitFact(
        visit_id=event.visit_id,
        mode=event.mode,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        specialist_ids=event.specialist_ids,
        moved=told is not None and (told.visit.moved or told.message.state is not MessageState.PLANNED),
    )
    if told is None or not told.visit.same_as(visit):
        await take_back(unit, event.visit_id, but=occasion)
        await _tell(visit, event.plan_id or event.visit_id, event.child_id, occasion, unit)
    await set_reminder(unit, event.visit_id, event.child_id, event.visit_id, VisitReminder(visit=visit))


async def tell_postponement(event: Postponed, occasion: str, unit: Unit) -> None:
    """That nobody comes, and what happens next (T5)."""
    await end_reminder(event.visit_id, unit)
    told = await _told(event.child_id, event.visit_id, unit)
    await take_back(unit, event.visit_id, but=occasion)
    await _leave_out(event.visit_id, event.child_id, unit)
    facts = VisitPostponed(
        reason=event.reason,
        mode=event.mode,
        starts_at=told.visit.starts_at if told else None,
        until=event.until,
    )
    await plan_message(unit, event.child_id, facts, event.visit_id, occasion)


async def end_reminder(visit_id: UUID, unit: Unit) -> None:
    """Nothing is left to remind of."""
    await unit.timers.cancel(MessageKind.VISIT_REMINDER, visit_id)


async def _tell(visit: VisitFact, plan_id: UUID, child_id: UUID, occasion: str, unit: Unit) -> None:
    await _leave_out(visit.visit_id, child_id, unit)
    waiting = await planned_messages(unit, child_id=child_id, about_id=plan_id, kinds={MessageKind.VISITS_PUBLISHED})
    for message in waiting[:1]:
        known = message.facts
        assert isinstance(known, VisitsPublished)
        message.facts = known.with_visit(visit)
        return
    family = await family_of(unit, child_id)
    gather = timedelta(seconds=pack_for(unit, family.region).rules.gather_seconds)
    await plan_message(
        unit, child_id, VisitsPublished(visits=(visit,)), plan_id, f"{visit.visit_id}/{occasion}", gather
    )


async def _leave_out(visit_id: UUID, child_id: UUID, unit: Unit) -> None:
    """Take a visit out of letters that were not sent; a letter without visits is not sent at all."""
    for message in await planned_messages(unit, child_id=child_id, kinds={MessageKind.VISITS_PUBLISHED}):
        known = message.facts
        if isinstance(known, VisitsPublished) and known.visit(visit_id):
            left = known.without(visit_id)
            if left.visits:
                message.facts = left
            else:
                message.cancel(OUTDATED)


async def _told(child_id: UUID, visit_id: UUID, unit: Unit) -> _Told | None:
    named = Message.told.contains({"visits": [{"visit_id": str(visit_id)}]})
    latest = select(Message).where(
        Message.child_id == child_id,
        Message.kind == MessageKind.VISITS_PUBLISHED,
        Message.state != MessageState.CANCELLED,
        named,
    )
    message = await unit.session.scalar(latest.order_by(Message.created_at.desc(), Message.id.desc()).limit(1))
    facts = message.facts if message else None
    visit = facts.visit(visit_id) if isinstance(facts, VisitsPublished) else None
    return _Told(message, visit) if message and visit else None
