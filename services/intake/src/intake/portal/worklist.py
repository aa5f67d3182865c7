"""What consultants have to do about questionnaires and requests to change data, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import workdays
from chassis.http.worklist import ORGANISATIONS, CountedWork, work_rows
from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import Select, literal, select

from intake.portal.model.changes import DataChange, DataChangeState
from intake.portal.model.questionnaire import Questionnaire, QuestionnaireState

QUESTIONNAIRE = ("questionnaire", "Рассмотреть анкету ребёнка")
STATUS_DOCUMENT = ("status_document", "Попросить новый документ о статусе")
DATA_CHANGE = ("data_change", "Решить запрос на изменение данных")


def rows(_roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """Questionnaires to answer, documents that end, changes to decide on, of the actor's organisations."""
    ends_at = Questionnaire.document_ends_at
    sent = _rows(QUESTIONNAIRE, Questionnaire, Questionnaire.due_at).where(
        Questionnaire.state == QuestionnaireState.SENT
    )
    ending = _rows(STATUS_DOCUMENT, Questionnaire, ends_at).where(ends_at.is_not(None))
    asked = _rows(DATA_CHANGE, DataChange, DataChange.due_at).where(DataChange.state == DataChangeState.REQUESTED)
    own, others = Questionnaire.organisation_id.in_(ORGANISATIONS), DataChange.organisation_id.in_(ORGANISATIONS)
    return sent.where(own), ending.where(own), asked.where(others)


def _rows(words: tuple[str, str], model: type[Questionnaire] | type[DataChange], due_at: Any) -> Select[Any]:
    kind, title = words
    return work_rows(
        kind=literal(kind),
        title=literal(title),
        subject_id=model.id,
        due_at=due_at,
        assigned_to=model.consultant_id,
        organisation_id=model.organisation_id,
        territory=model.territory,
    )


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    ids = [id for _, id in subjects]
    questionnaires = await unit.session.scalars(select(Questionnaire).where(Questionnaire.id.in_(ids)))
    changes = await unit.session.scalars(select(DataChange).where(DataChange.id.in_(ids)))
    found = {row.id: row for row in (*questionnaires, *changes)}
    return [_item(kind, found[id], unit.now) for kind, id in subjects]


work = CountedWork(rows, load)

ACTIONS = {
    QUESTIONNAIRE[0]: "acceptQuestionnaire",
    DATA_CHANGE[0]: "decideDataChange",
}
"""What is done with an item of each kind: the operation id of its route."""


def _item(kind: str, row: Questionnaire | DataChange, now: datetime) -> WorkItem:
    if isinstance(row, DataChange):
        return _change(row, now)
    return _sent(row, now) if kind == QUESTIONNAIRE[0] else _ending(row, now)


def _sent(row: Questionnaire, now: datetime) -> WorkItem:
    if row.due_at is None or row.explanation is None:
        raise AssertionError("a sent questionnaire has a due time")
    why = workdays.Explanation.from_json(row.explanation).text("ru")
    return _made(QUESTIONNAIRE, row, row.sent_at or now, row.due_at, why, now)


def _ending(row: Questionnaire, now: datetime) -> WorkItem:
    ends = row.document_ends_at
    if ends is None:
        raise AssertionError("a document that ends has a date")
    why = "Заканчивается документ, подтверждающий статус ребёнка."
    return _made(STATUS_DOCUMENT, row, row.drafted_at, ends, why, now)


def _change(row: DataChange, now: datetime) -> WorkItem:
    why = workdays.Explanation.from_json(row.explanation).text("ru")
    return _made(DATA_CHANGE, row, row.requested_at, row.due_at, why, now)


def _made(
    words: tuple[str, str], row: Questionnaire | DataChange, created: datetime, due: datetime, why: str, now: datetime
) -> WorkItem:
    kind, title = words
    return WorkItem(
        id=f"intake:{kind}:{row.id}",
        service="intake",
        kind=kind,
        step=RouteStep(kind),
        group=row.id,
        subject_id=row.id,
        version=row.version,
        title=title,
        region=row.region,
        territory=row.territory,
        organisation_id=row.organisation_id,
        assigned_to=row.consultant_id,
        created_at=created,
        due_at=due,
        standing=workdays.overdue(due, None, now),
        explanation=why,
        url=f"/intake/{'data-changes' if isinstance(row, DataChange) else 'questionnaires'}/{row.id}",
    )
