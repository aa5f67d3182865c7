"""Messages that wait for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.run import RoomGauge
from chassis.work import Unit
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import func, select
from workdays import Standing

from notifications.messages.model import Message, MessageState
from notifications.messages.queries.messages import REASONS

ACTIONS = {
    "message_unknown": "confirmMessage",
    "message_failed": "resendMessage",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Messages a person has to decide about: the outcome is unclear, or the family was not told."""
    waiting = select(Message).where(Message.state.in_((MessageState.UNKNOWN, MessageState.FAILED)))
    found = await unit.session.scalars(waiting.order_by(Message.planned_for).limit(200))
    return [_item(message) for message in found]


def _item(message: Message) -> WorkItem:
    unclear = message.state is MessageState.UNKNOWN
    lead = "Неясно, дошло ли сообщение" if unclear else "Семья не получила сообщение"
    return WorkItem(
        id=f"notifications:message:{message.id}",
        service="notifications",
        kind="message_unknown" if unclear else "message_failed",
        step=RouteStep.MESSAGE,
        group=message.child_id,
        subject_id=message.id,
        title=f"{lead}: {message.kind.wording.lower()}",
        region=message.region,
        territory=message.territory,
        organisation_id=message.organisation_id,
        created_at=message.planned_for,
        # No term of law: it only has to be done.
        standing=Standing.OPEN,
        explanation=REASONS.get(message.reason_code or ""),
        url=f"/notifications/messages/{message.id}",
    )


async def waiting_for_a_person(unit: Unit) -> Mapping[tuple[str, ...], float]:
    """Messages nobody may send again unasked, and those that did not arrive, by state."""
    open_states = (MessageState.UNKNOWN, MessageState.FAILED)
    rows = await unit.session.execute(
        select(Message.state, func.count()).where(Message.state.in_(open_states)).group_by(Message.state)
    )
    found = dict(rows.tuples().all())
    return {(str(state),): float(found.get(state, 0)) for state in open_states}


OPEN_MESSAGES = RoomGauge("messages_open", "Messages that wait for a person", ("state",), waiting_for_a_person)
