"""Referrals that wait for an answer of the actor's organisations, and those they sent and wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.http.worklist import ORGANISATIONS, CountedWork, work_rows
from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import Select, literal, select
from workdays import Standing

from intake.referrals.model.referral import Referral, ReferralState
from intake.tables import fixed

WORKING = frozenset({Role.COORDINATOR, Role.HEAD})
RECEIVED = ("referral", "Ответить на межведомственное обращение")
SENT = ("referral_awaited", "Получить ответ на обращение, которое отправили мы")
TITLES = dict((RECEIVED, SENT))


def rows(roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """Every referral to answer, and of those sent every one without an answer; overdue ones stay (T3)."""
    if not roles & WORKING:
        return []
    answering, sending = Referral.serving_organisation_id, Referral.organisation_id
    return [
        _waiting(RECEIVED, answering).where(answering.in_(ORGANISATIONS)),
        _waiting(SENT, sending).where(sending.in_(ORGANISATIONS), Referral.outgoing),
    ]


def _waiting(words: tuple[str, str], organisation: Any) -> Select[Any]:
    (kind, title), (received,) = words, fixed([ReferralState.RECEIVED])
    return work_rows(
        kind=literal(kind),
        title=literal(title),
        subject_id=Referral.id,
        due_at=Referral.due_at,
        organisation_id=organisation,
        territory=Referral.territory,
        number=Referral.number,
    ).where(Referral.state == received)


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    wanted = select(Referral).where(Referral.id.in_({id for _, id in subjects}))
    found = {row.id: row for row in await unit.session.scalars(wanted)}
    return [_item(kind, found[id], unit) for kind, id in subjects]


work = CountedWork(rows, load)

ACTIONS = {
    RECEIVED[0]: "acceptReferral",
    SENT[0]: "relayReferralAnswer",
}
"""What is done with an item of each kind: the operation id of its route."""


def _item(kind: str, referral: Referral, unit: Unit) -> WorkItem:
    return WorkItem(
        id=f"intake:{kind}:{referral.id}",
        service="intake",
        kind=kind,
        step=RouteStep.REFERRAL,
        group=referral.id,
        subject_id=referral.id,
        version=referral.version,
        number=referral.number,
        title=TITLES[kind],
        region=referral.region,
        territory=referral.territory,
        organisation_id=referral.organisation_id if kind == SENT[0] else referral.serving_organisation_id,
        created_at=referral.received_at,
        due_at=referral.due_at,
        standing=referral.standing(unit.now) or Standing.OPEN,
        explanation=referral.explained.text("ru"),
        url=f"/intake/referrals/{referral.id}",
    )
