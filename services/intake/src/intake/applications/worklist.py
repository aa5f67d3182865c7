"""What has to be done about applications, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import workdays
from chassis.auth import Principal
from chassis.unit import Unit
from contracts.worklist import WorkItem
from sqlalchemy import or_, select

from intake.applications.deadlines import Deadline, DeadlineKind
from intake.applications.model import Application
from intake.applications.states import CLOSED_UNSERVED, OPEN_STATES, State

MOST = 500

COORDINATION: dict[State, tuple[str, str, DeadlineKind]] = {
    State.SUBMITTED: ("call_back", "Перезвонить семье", DeadlineKind.CALL_BACK),
    State.TAKEN: ("call_back", "Перезвонить семье", DeadlineKind.CALL_BACK),
    State.REACHED: ("hand_over", "Передать заявку в службу", DeadlineKind.FIRST_APPOINTMENT),
    State.RETURNED: ("returned", "Выбрать другую службу: заявка возвращена", DeadlineKind.FIRST_APPOINTMENT),
}
"""The coordination centre's next step by state: kind, title, deadline."""

SERVICE: dict[State, tuple[str, str, DeadlineKind]] = {
    State.HANDED_OVER: ("acceptance", "Принять семью или вернуть заявку", DeadlineKind.ACCEPTANCE),
    State.ACCEPTED: ("first_appointment", "Назначить первый приём", DeadlineKind.FIRST_APPOINTMENT),
}
"""The service's next step by state."""


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Open steps of the applications the actor's organisations coordinate or serve, by due time."""
    waiting = or_(
        Application.state.in_(OPEN_STATES),
        (Application.state == State.ACCEPTED) & Application.appointment_at.is_(None),
    )
    mine = unit.actor.organisation_ids
    concerned = Application.organisation_id.in_(mine) | Application.serving_organisation_id.in_(mine)
    found = select(Application).where(waiting, concerned).order_by(Application.due_at).limit(MOST)
    rows = (await unit.session.scalars(found)).all()
    awaited = select(Application).where(Application.protocol_due_at.is_not(None), Application.organisation_id.in_(mine))
    protocols = (await unit.session.scalars(awaited.order_by(Application.protocol_due_at).limit(MOST))).all()
    items = [item for row in rows for item in _items(row, unit.actor, unit.now)]
    return items + [_protocol(row, unit.now) for row in protocols if row.state not in CLOSED_UNSERVED]


def _protocol(application: Application, now: datetime) -> WorkItem:
    """The protocol of announcing the diagnosis that was promised (D2-08)."""
    due, explained = application.protocol_due_at, application.protocol_explanation
    if due is None or explained is None:
        raise AssertionError("an awaited protocol has a due time")
    return WorkItem(
        id=f"intake:protocol:{application.id}",
        service="intake",
        kind="protocol",
        subject_id=application.id,
        number=application.number,
        title="Получить протокол объявления диагноза",
        region=application.region,
        territory=application.territory,
        organisation_id=application.organisation_id,
        assigned_to=application.coordinator_id,
        created_at=application.submitted_at,
        due_at=due,
        standing=workdays.overdue(due, None, now),
        explanation=workdays.Explanation.from_json(explained).text("ru"),
        url=f"/intake/applications/{application.id}",
    )


def _items(application: Application, actor: Principal, now: datetime) -> Iterator[WorkItem]:
    if application.organisation_id in actor.organisation_ids and application.state in COORDINATION:
        yield _item(application, COORDINATION[application.state], application.organisation_id, now)
    serving = application.serving_organisation_id
    if serving in actor.organisation_ids and application.state in SERVICE:
        yield _item(application, SERVICE[application.state], serving, now)


def _item(
    application: Application, step: tuple[str, str, DeadlineKind], organisation_id: UUID | None, now: datetime
) -> WorkItem:
    kind, title, deadline_kind = step
    row: Deadline = application.deadline(deadline_kind)
    coordinating = organisation_id == application.organisation_id and application.state in COORDINATION
    return WorkItem(
        id=f"intake:{kind}:{application.id}",
        service="intake",
        kind=kind,
        subject_id=application.id,
        number=application.number,
        title=title,
        region=application.region,
        territory=application.territory,
        organisation_id=organisation_id,
        assigned_to=application.coordinator_id if coordinating else None,
        created_at=row.started_at,
        due_at=row.due_at,
        standing=row.standing(now),
        explanation=row.explained.text("ru"),
        url=f"/intake/applications/{application.id}",
    )
