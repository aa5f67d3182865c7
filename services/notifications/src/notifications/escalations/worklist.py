"""What is near for those who must act, what is overdue for their superiors too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chassis.http.worklist import ACTOR, CountedWork, work_rows
from chassis.run import RoomGauge
from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from workdays import overdue

from notifications.escalations.commands import LEVELS, timer_kind
from notifications.escalations.model import Escalation, Level
from notifications.kinds import Term
from notifications.pack import NotificationsPack


class _Words(NamedTuple):
    near: str
    overdue: str
    subject: str
    """What the number is of."""
    url: str

    def of(self, level: Level) -> str:
        return self.overdue if level is Level.OVERDUE else self.near


_WORDS = {
    Term.CALL_BACK: _Words(
        "Скоро истекает срок звонка семье", "Семье не позвонили в срок", "заявка", "/intake/applications/"
    ),
    Term.ACCEPTANCE: _Words(
        "Скоро истекает срок принять семью", "Семью не приняли в срок", "заявка", "/intake/applications/"
    ),
    Term.FIRST_APPOINTMENT: _Words(
        "Скоро истекает срок первого приёма", "Первый приём не назначен в срок", "заявка", "/intake/applications/"
    ),
    Term.ENQUIRY: _Words(
        "Скоро истекает срок ответа", "На обращение не ответили в срок", "обращение", "/intake/enquiries/"
    ),
    Term.REFERRAL: _Words(
        "Скоро истекает срок ответа",
        "На обращение не ответили в срок",
        "межведомственное обращение",
        "/intake/referrals/",
    ),
    Term.OUTREACH: _Words(
        "Скоро истекает срок: семья ждёт следующего шага",
        "Следующий шаг к семье не сделан в срок",
        "семья",
        "/intake/outreaches/",
    ),
    Term.QUESTIONNAIRE: _Words(
        "Скоро истекает срок рассмотрения анкеты", "Анкету не рассмотрели в срок", "анкета", "/intake/questionnaires/"
    ),
    Term.DATA_CHANGE: _Words(
        "Скоро истекает срок решения по запросу семьи",
        "Запрос семьи не решён в срок",
        "запрос",
        "/intake/data-changes/",
    ),
}


_RAISED = func.concat(Escalation.term, "_", Escalation.level)


_TITLES = {kind: _WORDS[term].of(level) for kind, (term, level) in LEVELS.items()}


def rows(roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """Terms that need somebody now. The desk and who is responsible are warned; where nobody is, the head too.

    Once a term has passed, everybody sees it whom the policy lets see it.
    """
    seen: list[ColumnElement[bool]] = [Escalation.level == Level.OVERDUE, Escalation.responsible_id == ACTOR]
    if Role.COORDINATOR in roles:
        seen.append(Escalation.level == Level.NEAR)
    if Role.HEAD in roles:
        seen.append(Escalation.responsible_id.is_(None))
    found = work_rows(
        kind=_RAISED,
        title=case(_TITLES, value=_RAISED),
        subject_id=Escalation.subject_id,
        due_at=Escalation.due_at,
        assigned_to=Escalation.responsible_id,
        organisation_id=Escalation.organisation_id,
        territory=Escalation.territory,
        number=Escalation.number,
    )
    running = (Escalation.closed_at.is_(None), Escalation.level.in_([Level.NEAR, Level.OVERDUE]))
    return [found.where(*running, or_(*seen))]


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    keys = [(LEVELS[kind][0], id) for kind, id in subjects]
    wanted = select(Escalation).where(tuple_(Escalation.term, Escalation.subject_id).in_(keys))
    return [_item(one, unit) for one in await unit.session.scalars(wanted)]


def _item(escalation: Escalation, unit: Unit) -> WorkItem:
    words = _WORDS[escalation.term]
    title = words.of(escalation.level)
    return WorkItem(
        id=f"notifications:escalation:{escalation.term}:{escalation.subject_id}",
        service="notifications",
        kind=timer_kind(escalation.term, escalation.level),
        step=RouteStep(escalation.term),
        group=escalation.subject_id,
        subject_id=escalation.subject_id,
        number=escalation.number,
        title=f"{title}: {words.subject} {escalation.number}" if escalation.number else title,
        region=escalation.region,
        territory=escalation.territory,
        organisation_id=escalation.organisation_id,
        assigned_to=escalation.responsible_id,
        created_at=escalation.since,
        due_at=escalation.due_at,
        standing=overdue(escalation.due_at, None, unit.now),
        url=f"{words.url}{escalation.subject_id}",
    )


async def overdue_by_term(unit: Unit) -> Mapping[tuple[str, ...], float]:
    """Terms that have passed while somebody still waits, by term and region."""
    rows = await unit.session.execute(
        select(Escalation.term, Escalation.region, func.count())
        .where(Escalation.closed_at.is_(None), Escalation.due_at < unit.now)
        .group_by(Escalation.term, Escalation.region)
    )
    found: dict[tuple[str, ...], float] = {
        (term, region): 0.0 for term in Term for region in unit.packs.all(NotificationsPack)
    }
    return found | {(term, region): float(count) for term, region, count in rows}


OVERDUE_TERMS = RoomGauge(
    "terms_overdue", "Terms that have passed while somebody still waits", ("term", "region"), overdue_by_term
)


work = CountedWork(rows, load)
