"""The quota of each child's month (D4-07): done, planned, and what will be missing if nothing changes.

The rule is the one the personal file uses: services at home and remotely under the card's accounting code count, trips
do not; a visit counts as planned while it stands published.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import COUNTED_MODES, Accounting, ProgrammeKind, ServiceGroup
from pydantic import Field
from sqlalchemy import Date, Integer, String, and_, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from reporting.projections.model import DeliveryRow, ProgrammeRow, VisitRow
from reporting.reports.report import Period, Report, ReportAnswer, Row, zone_of

Counts = dict[tuple[UUID, str], int]
"""Programme and group of services → number of services."""


class ChildQuota(Row):
    """One group of services of one child's card. The child is named by id; the name stands in the file."""

    case_id: UUID = Field(title="Личное дело")
    child_id: UUID = Field(title="Ребёнок")
    starts_on: date = Field(title="Карта с", description="First day of the card, included.")
    ends_on: date = Field(title="по", description="Last day of the card, included.")
    group: ServiceGroup = Field(title="Группа услуг", description="Words in `titles`.")
    required: int = Field(title="Минимум", description="Services of the card's month.")
    done: int = Field(title="Оказано", description="Services.")
    planned: int = Field(title="Запланировано", description="Services of published visits.")
    shortfall: int = Field(title="Прогноз нехватки", description="Services that will be missing if nothing changes.")


class QuotaReport(ReportAnswer[ChildQuota]):
    """The quota of each child's month."""

    name: Literal["quota"]


async def per_child(period: Period, unit: Unit) -> Sequence[ChildQuota]:
    """The cards whose term touches the period, one row per group of services."""
    minimum = (
        func.jsonb_each_text(ProgrammeRow.quota)
        .table_valued(column("group", String), column("minimum", String))
        .render_derived()
    )
    statement = (
        select(
            ProgrammeRow.id,
            ProgrammeRow.case_id,
            ProgrammeRow.child_id,
            ProgrammeRow.starts_on,
            ProgrammeRow.ends_on,
            minimum.c.group,
            cast(minimum.c.minimum, Integer).label("required"),
        )
        .join(minimum, ProgrammeRow.quota.isnot(None))
        .where(
            ProgrammeRow.region == period.region,
            ProgrammeRow.kind == ProgrammeKind.IKSRA,
            ProgrammeRow.starts_on <= period.until,
            ProgrammeRow.ends_on >= period.since,
        )
        .order_by(ProgrammeRow.starts_on, ProgrammeRow.case_id, minimum.c.group)
    )
    cards = (await unit.session.execute(statement)).all()
    done, planned = await _done(period, unit), await _planned(period, unit)
    return [_row(card, done, planned) for card in cards]


def _row(card: Any, done: Counts, planned: Counts) -> ChildQuota:
    given, coming = done.get((card.id, card.group), 0), planned.get((card.id, card.group), 0)
    return ChildQuota(
        case_id=card.case_id,
        child_id=card.child_id,
        starts_on=card.starts_on,
        ends_on=card.ends_on,
        group=card.group,
        required=card.required,
        done=given,
        planned=coming,
        shortfall=max(0, card.required - given - coming),
    )


async def _done(period: Period, unit: Unit) -> Counts:
    within_the_card = and_(
        DeliveryRow.case_id == ProgrammeRow.case_id,
        DeliveryRow.delivered_on.between(ProgrammeRow.starts_on, ProgrammeRow.ends_on),
    )
    statement = (
        select(ProgrammeRow.id, DeliveryRow.service_group, func.count())
        .join(DeliveryRow, within_the_card)
        .where(
            ProgrammeRow.region == period.region,
            ProgrammeRow.kind == ProgrammeKind.IKSRA,
            DeliveryRow.accounting == Accounting.HOME_SERVICE,
            DeliveryRow.mode.in_(COUNTED_MODES),
            DeliveryRow.cancelled.isnot(True),
        )
        .group_by(ProgrammeRow.id, DeliveryRow.service_group)
    )
    return {(id, str(group)): count for id, group, count in await unit.session.execute(statement)}


async def _planned(period: Period, unit: Unit) -> Counts:
    day = cast(func.timezone(str(zone_of(period, unit)), VisitRow.starts_at), Date)
    services = (
        func.jsonb_each_text(cast(VisitRow.planned, JSONB))
        .table_valued(column("group", String), column("number", String))
        .render_derived()
    )
    within_the_card = and_(
        VisitRow.case_id == ProgrammeRow.case_id, day.between(ProgrammeRow.starts_on, ProgrammeRow.ends_on)
    )
    statement = (
        select(ProgrammeRow.id, services.c.group, func.sum(cast(services.c.number, Integer)))
        .join(VisitRow, within_the_card)
        .join(services, VisitRow.planned.isnot(None))
        .where(
            ProgrammeRow.region == period.region,
            ProgrammeRow.kind == ProgrammeKind.IKSRA,
            VisitRow.state == "scheduled",
            VisitRow.mode.in_(COUNTED_MODES),
        )
        .group_by(ProgrammeRow.id, services.c.group)
    )
    return {(id, str(group)): count for id, group, count in await unit.session.execute(statement)}


REPORT = Report(
    "quota", "Минимум услуг на ребёнка в месяц: оказано, запланировано, прогноз", ChildQuota, QuotaReport, per_child
)
