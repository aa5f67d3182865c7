"""The quota of each child's month (D4-07): done, planned, and what will be missing if nothing changes.

The rule is the one the personal file uses: services at home and remotely under the card's accounting code count, trips
do not; a visit counts as planned while it stands published.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Accounting, DeliveryMode, ProgrammeKind
from pydantic import Field
from sqlalchemy import Date, Integer, String, and_, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from reporting.projections.model import DeliveryRow as D
from reporting.projections.model import ProgrammeRow as P
from reporting.projections.model import VisitRow as V
from reporting.reports.report import Period, Report, Row, zone

_COUNTED = (DeliveryMode.HOME, DeliveryMode.REMOTE)


class ChildQuota(Row):
    """One group of services of one child's card. The child is named by id; who may see the name opens the file."""

    case_id: UUID = Field(title="Личное дело")
    child_id: UUID = Field(title="Ребёнок")
    starts_on: str = Field(title="Карта с")
    ends_on: str = Field(title="по")
    group: str = Field(title="Группа услуг")
    required: int = Field(title="Минимум")
    done: int = Field(title="Оказано")
    planned: int = Field(title="Запланировано")
    shortfall: int = Field(title="Прогноз нехватки")


async def per_child(period: Period, unit: Unit) -> Sequence[Row]:
    quota = (
        func.jsonb_each_text(P.quota).table_valued(column("group", String), column("minimum", String)).render_derived()
    )
    statement = (
        select(P.id, P.case_id, P.child_id, P.starts_on, P.ends_on, quota.c.group, cast(quota.c.minimum, Integer))
        .join(quota, P.quota.isnot(None))
        .where(
            P.region == period.region,
            P.kind == ProgrammeKind.IKSRA,
            P.starts_on <= period.until,
            P.ends_on >= period.since,
        )
        .order_by(P.starts_on, P.case_id, quota.c.group)
    )
    cards = (await unit.session.execute(statement)).all()
    done, planned = await _done(period, unit), await _planned(period, unit)
    return [_row(card, done, planned) for card in cards]


def _row(card: Any, done: dict[tuple[UUID, str], int], planned: dict[tuple[UUID, str], int]) -> ChildQuota:
    programme_id, case_id, child_id, starts_on, ends_on, group, required = card
    given, coming = done.get((programme_id, group), 0), planned.get((programme_id, group), 0)
    return ChildQuota(
        case_id=case_id,
        child_id=child_id,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
        group=group,
        required=required,
        done=given,
        planned=coming,
        shortfall=max(0, required - given - coming),
    )


async def _done(period: Period, unit: Unit) -> dict[tuple[UUID, str], int]:
    statement = (
        select(P.id, D.service_group, func.count())
        .join(D, and_(D.case_id == P.case_id, D.delivered_on.between(P.starts_on, P.ends_on)))
        .where(
            P.region == period.region,
            P.kind == ProgrammeKind.IKSRA,
            D.accounting == Accounting.HOME_SERVICE,
            D.mode.in_(_COUNTED),
            D.cancelled.isnot(True),
        )
        .group_by(P.id, D.service_group)
    )
    return {(id, str(group)): count for id, group, count in await unit.session.execute(statement)}


async def _planned(period: Period, unit: Unit) -> dict[tuple[UUID, str], int]:
    day = cast(func.timezone(str(zone(period, unit)), V.starts_at), Date)
    services = (
        func.jsonb_each_text(cast(V.planned, JSONB))
        .table_valued(column("group", String), column("number", String))
        .render_derived()
    )
    statement = (
        select(P.id, services.c.group, func.sum(cast(services.c.number, Integer)))
        .join(V, and_(V.case_id == P.case_id, day.between(P.starts_on, P.ends_on)))
        .join(services, V.planned.isnot(None))
        .where(
            P.region == period.region,
            P.kind == ProgrammeKind.IKSRA,
            V.state == "scheduled",
            V.mode.in_(_COUNTED),
        )
        .group_by(P.id, services.c.group)
    )
    return {(id, str(group)): count for id, group, count in await unit.session.execute(statement)}


REPORT = Report("quota", "Минимум услуг на ребёнка в месяц: оказано, запланировано, прогноз", ChildQuota, per_child)
