"""What staff have to do about enquiries: step by step, by due time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.unit import Unit
from contracts.access import Role
from contracts.worklist import WorkItem
from sqlalchemy import select

from intake.enquiries.model import Enquiry
from intake.enquiries.states import OPEN_STATES, Delivery, State

MOST = 500
LEADING = frozenset({Role.COORDINATOR, Role.HEAD})

STEPS: dict[State, tuple[str, str]] = {
    State.REGISTERED: ("enquiry_assign", "Выбрать специалиста для обращения"),
    State.ASSIGNED: ("enquiry_serve", "Взять обращение в работу"),
    State.SERVING: ("enquiry_answer", "Ответить на обращение"),
}
ANSWERED: dict[Delivery | None, tuple[str, str]] = {
    Delivery.TO_BE_TOLD: ("enquiry_tell", "Позвонить и сообщить ответ"),
    Delivery.GIVEN: ("enquiry_result", "Записать результат обращения"),
}
"""An answer that is being sent waits for nobody."""


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Open steps of the actor's journals; a specialist sees those he or she is responsible for."""
    found = select(Enquiry).where(Enquiry.state.in_(OPEN_STATES))
    if unit.actor.roles & LEADING:
        mine = Enquiry.organisation_id.in_(unit.actor.organisation_ids)
        found = found.where(mine | (Enquiry.assigned_to == unit.actor.id))
    else:
        found = found.where(Enquiry.assigned_to == unit.actor.id)
    rows = (await unit.session.scalars(found.order_by(Enquiry.due_at).limit(MOST))).all()
    return [_item(row, step, unit.now) for row in rows if (step := next_step(row)) is not None]


def next_step(enquiry: Enquiry) -> tuple[str, str] | None:
    """Kind and title of what comes next; None while the mail is under way."""
    return ANSWERED.get(enquiry.delivery) if enquiry.state is State.ANSWERED else STEPS.get(enquiry.state)


def _item(enquiry: Enquiry, step: tuple[str, str], now: datetime) -> WorkItem:
    kind, title = step
    return WorkItem(
        id=f"intake:{kind}:{enquiry.id}",
        service="intake",
        kind=kind,
        subject_id=enquiry.id,
        number=enquiry.registration,
        title=f"{title} (жалоба)" if enquiry.complaint else title,
        region=enquiry.region,
        territory=enquiry.territory,
        organisation_id=enquiry.organisation_id,
        assigned_to=enquiry.assigned_to,
        created_at=enquiry.registered_at,
        due_at=enquiry.due_at,
        standing=enquiry.standing(now),
        explanation=enquiry.explained.text("ru"),
        url=f"/intake/enquiries/{enquiry.id}",
    )
