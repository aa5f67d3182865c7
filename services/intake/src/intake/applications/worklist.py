"""What has to be done about applications, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import workdays
from chassis.http.worklist import ORGANISATIONS, CountedWork, work_rows
from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import Select, case, literal, select

from intake.applications.model.application import Application
from intake.applications.model.deadlines import Deadline, DeadlineKind
from intake.applications.queries.cards import WITHOUT_SEALED
from intake.applications.states import CLOSED_UNSERVED, ApplicationState
from intake.tables import fixed

Steps = Mapping[ApplicationState, tuple[str, str, DeadlineKind]]

COORDINATION: Steps = {
    ApplicationState.SUBMITTED: ("call_back", "Перезвонить семье", DeadlineKind.CALL_BACK),
    ApplicationState.TAKEN: ("call_back", "Перезвонить семье", DeadlineKind.CALL_BACK),
    ApplicationState.REACHED: ("hand_over", "Передать заявку в службу", DeadlineKind.FIRST_APPOINTMENT),
    ApplicationState.RETURNED: ("returned", "Выбрать другую службу: заявка возвращена", DeadlineKind.FIRST_APPOINTMENT),
}
"""The coordination centre's next step by state: kind, title, deadline."""

SERVICE: Steps = {
    ApplicationState.HANDED_OVER: ("acceptance", "Принять семью или вернуть заявку", DeadlineKind.ACCEPTANCE),
    ApplicationState.ACCEPTED: ("first_appointment", "Назначить первый приём", DeadlineKind.FIRST_APPOINTMENT),
}
"""The service's next step by state."""

PROTOCOL, PROTOCOL_TITLE = "protocol", "Получить протокол объявления диагноза"
ASSIGNABLE = frozenset({PROTOCOL, *(kind for kind, _, _ in COORDINATION.values())})
"""Kinds of work a coordinator is chosen for."""


def rows(_roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """The steps of the applications the actor's organisations coordinate or serve, and the protocols they await."""
    own, serving = Application.organisation_id, Application.serving_organisation_id
    (accepted,) = fixed([ApplicationState.ACCEPTED])
    open_for_service = (Application.state != accepted) | Application.appointment_at.is_(None)
    protocols = work_rows(
        kind=literal(PROTOCOL),
        title=literal(PROTOCOL_TITLE),
        subject_id=Application.id,
        due_at=Application.protocol_due_at,
        assigned_to=Application.coordinator_id,
        organisation_id=own,
        territory=Application.territory,
        number=Application.number,
    ).where(Application.protocol_due_at.is_not(None), Application.state.not_in(CLOSED_UNSERVED))
    return (
        _steps(COORDINATION, own, Application.coordinator_id).where(own.in_(ORGANISATIONS)),
        _steps(SERVICE, serving).where(serving.in_(ORGANISATIONS), open_for_service),
        protocols.where(own.in_(ORGANISATIONS)),
    )


def _steps(steps: Steps, organisation: Any, assigned: Any = None) -> Select[Any]:
    """An application's own due time is that of its step."""
    return work_rows(
        kind=case({state: kind for state, (kind, _, _) in steps.items()}, value=Application.state),
        title=case({state: title for state, (_, title, _) in steps.items()}, value=Application.state),
        subject_id=Application.id,
        due_at=Application.due_at,
        assigned_to=assigned,
        organisation_id=organisation,
        territory=Application.territory,
        number=Application.number,
    ).where(Application.state.in_(fixed(steps)))


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    wanted = select(Application).where(Application.id.in_({id for _, id in subjects})).options(*WITHOUT_SEALED)
    found = {row.id: row for row in await unit.session.scalars(wanted)}
    return [_protocol(found[id], unit) if kind == PROTOCOL else _step(found[id], unit) for kind, id in subjects]


work = CountedWork(rows, load)

ACTIONS = {
    "call_back": "recordCall",
    "hand_over": "handOverApplication",
    "returned": "handOverApplication",
    "acceptance": "acceptApplication",
    PROTOCOL: "attachProtocol",
}
"""What is done with an item of each kind: the operation id of its route."""


def _protocol(application: Application, unit: Unit) -> WorkItem:
    """The protocol of announcing the diagnosis that was promised (D2-08)."""
    due, explained = application.protocol_due_at, application.protocol_explanation
    if due is None or explained is None:
        raise AssertionError("an awaited protocol has a due time")
    return WorkItem(
        **_common(PROTOCOL, application),
        step=RouteStep.PROTOCOL,
        title=PROTOCOL_TITLE,
        organisation_id=application.organisation_id,
        assigned_to=application.coordinator_id,
        created_at=application.submitted_at,
        due_at=due,
        standing=workdays.overdue(due, None, unit.now),
        explanation=workdays.Explanation.from_json(explained).text("ru"),
    )


def _step(application: Application, unit: Unit) -> WorkItem:
    coordinating = application.state in COORDINATION
    kind, title, deadline_kind = (COORDINATION if coordinating else SERVICE)[application.state]
    row: Deadline = application.deadline(deadline_kind)
    return WorkItem(
        **_common(kind, application),
        step=RouteStep(deadline_kind),
        title=title,
        organisation_id=application.organisation_id if coordinating else application.serving_organisation_id,
        assigned_to=application.coordinator_id if coordinating else None,
        created_at=row.started_at,
        due_at=row.due_at,
        standing=row.standing(unit.now),
        explanation=row.explained.text("ru"),
    )


def _common(kind: str, application: Application) -> dict[str, Any]:
    return {
        "id": f"intake:{kind}:{application.id}",
        "service": "intake",
        "kind": kind,
        "group": application.id,
        "subject_id": application.id,
        "version": application.version,
        "number": application.number,
        "region": application.region,
        "territory": application.territory,
        "url": f"/intake/applications/{application.id}",
    }
