"""What has to be done about applications, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import workdays
from chassis.auth import Principal
from chassis.unit import Unit
from chassis.worklist import CountedWork, Which, WorkQuery
from contracts.worklist import WorkItem
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Uuid, case, cast, literal, null, select, union_all

from intake.applications.deadlines import Deadline, DeadlineKind
from intake.applications.model import Application
from intake.applications.states import CLOSED_UNSERVED, State

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


def rows(unit: Unit) -> Select[Any]:
    """Kind, due time, coordinator and organisation of every item of `items`, for the exact counters (T14)."""
    mine = unit.actor.organisation_ids
    own, serving = Application.organisation_id, Application.serving_organisation_id
    open_for_service = (Application.state != State.ACCEPTED) | Application.appointment_at.is_(None)
    protocols = select(literal("protocol"), Application.protocol_due_at, Application.coordinator_id, own).where(
        Application.protocol_due_at.is_not(None), Application.state.not_in(CLOSED_UNSERVED), own.in_(mine)
    )
    return select(
        union_all(
            _steps(COORDINATION, Application.coordinator_id, own).where(own.in_(mine)),
            _steps(SERVICE, null(), serving).where(serving.in_(mine), open_for_service),
            protocols,
        ).subquery()
    )


def _steps(steps: Mapping[State, tuple[str, str, DeadlineKind]], assigned: Any, organisation: Any) -> Select[Any]:
    step = case({state: kind for state, (kind, _, _) in steps.items()}, value=Application.state)
    runs = case({state: deadline for state, (_, _, deadline) in steps.items()}, value=Application.state)
    return (
        select(step.label("kind"), Deadline.due_at, cast(assigned, Uuid).label("assigned_to"), organisation)
        .join(Deadline, (Deadline.application_id == Application.id) & (Deadline.kind == runs))
        .where(Application.state.in_(steps))
    )


async def items(unit: Unit, wanted: WorkQuery) -> Sequence[WorkItem]:
    """The most urgent wanted steps of the applications the actor's organisations coordinate or serve."""
    found = select(Application).where(_concerning(unit), *_narrowing(wanted, Application.due_at, unit))
    steps = (await unit.session.scalars(found.order_by(Application.due_at).limit(wanted.limit))).all()
    awaited = select(Application).where(
        Application.state.not_in(CLOSED_UNSERVED),
        Application.organisation_id.in_(unit.actor.organisation_ids),
        *_narrowing(wanted, Application.protocol_due_at, unit),
    )
    protocols = awaited.where(Application.protocol_due_at.is_not(None)).order_by(Application.protocol_due_at)
    waiting = (await unit.session.scalars(protocols.limit(wanted.limit))).all()
    return [
        *(item for row in steps for item in _items(row, unit.actor, unit.now)),
        *(_protocol(row, unit.now) for row in waiting),
    ]


def _concerning(unit: Unit) -> ColumnElement[bool]:
    """The applications the actor's organisations have the next step of."""
    mine = unit.actor.organisation_ids
    coordinated = Application.state.in_(COORDINATION) & Application.organisation_id.in_(mine)
    open_for_service = (Application.state != State.ACCEPTED) | Application.appointment_at.is_(None)
    served = Application.state.in_(SERVICE) & Application.serving_organisation_id.in_(mine) & open_for_service
    return coordinated | served


def _narrowing(wanted: WorkQuery, due_at: SQLColumnExpression[Any], unit: Unit) -> list[ColumnElement[bool]]:
    """What the database can leave out already; the rest of the wish is checked on the items."""
    late_before, soon_until = workdays.horizon(unit.now)
    by_list = {
        Which.MINE: Application.coordinator_id == unit.actor.id,
        Which.UNASSIGNED: Application.coordinator_id.is_(None) | Application.state.in_(SERVICE),
        Which.OVERDUE: due_at < late_before,
        Which.SOON: due_at.between(late_before, soon_until),
    }
    found = [by_list[which] for which in {wanted.which, Which.MINE if wanted.mine else wanted.which} & set(by_list)]
    if wanted.territory:
        found.append(Application.territory == wanted.territory)
    if wanted.text and any(letter.isdecimal() for letter in wanted.text):
        found.append(Application.number.icontains(wanted.text, autoescape=True))
    return found


work = CountedWork(items, rows)


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
