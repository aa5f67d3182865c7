"""What consultants have to do about questionnaires and requests to change data, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import workdays
from chassis.unit import Unit
from contracts.worklist import WorkItem
from sqlalchemy import select

from intake.accounts.changes import DataChange
from intake.accounts.changes import State as ChangeState
from intake.accounts.questionnaire import Questionnaire, State

MOST = 500


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Questionnaires to answer, documents that end, changes to decide on, of the actor's organisations."""
    mine = unit.actor.organisation_ids
    own = select(Questionnaire).where(Questionnaire.organisation_id.in_(mine))
    sent = own.where(Questionnaire.state == State.SENT).order_by(Questionnaire.due_at).limit(MOST)
    ending = own.where(Questionnaire.document_ends_at.is_not(None)).order_by(Questionnaire.document_ends_at).limit(MOST)
    asked = select(DataChange).where(DataChange.organisation_id.in_(mine), DataChange.state == ChangeState.REQUESTED)
    items = [_sent(row, unit.now) for row in (await unit.session.scalars(sent)).all()]
    items += [_ending(row, unit.now) for row in (await unit.session.scalars(ending)).all()]
    changes = (await unit.session.scalars(asked.order_by(DataChange.due_at).limit(MOST))).all()
    return items + [_change(row, unit.now) for row in changes]


def _sent(row: Questionnaire, now: datetime) -> WorkItem:
    if row.due_at is None or row.explanation is None:
        raise AssertionError("a sent questionnaire has a due time")
    why = workdays.Explanation.from_json(row.explanation).text("ru")
    return _item("questionnaire", "Рассмотреть анкету ребёнка", row, row.sent_at or now, row.due_at, why, now)


def _ending(row: Questionnaire, now: datetime) -> WorkItem:
    ends = row.document_ends_at
    if ends is None:
        raise AssertionError("a document that ends has a date")
    why = "Заканчивается документ, подтверждающий статус ребёнка."
    return _item("status_document", "Попросить новый документ о статусе", row, row.drafted_at, ends, why, now)


def _change(row: DataChange, now: datetime) -> WorkItem:
    why = workdays.Explanation.from_json(row.explanation).text("ru")
    return _item("data_change", "Решить запрос на изменение данных", row, row.requested_at, row.due_at, why, now)


def _item(
    kind: str, title: str, row: Questionnaire | DataChange, created: datetime, due: datetime, why: str, now: datetime
) -> WorkItem:
    path: UUID = row.id
    return WorkItem(
        id=f"intake:{kind}:{row.id}",
        service="intake",
        kind=kind,
        subject_id=row.id,
        title=title,
        region=row.region,
        territory=row.territory,
        organisation_id=row.organisation_id,
        assigned_to=row.consultant_id,
        created_at=created,
        due_at=due,
        standing=workdays.overdue(due, None, now),
        explanation=why,
        url=f"/intake/{'data-changes' if kind == 'data_change' else 'questionnaires'}/{path}",
    )
