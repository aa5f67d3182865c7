"""Visits and trips by month: planned against done (D4-12, D4-15, D4-19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal

from chassis.work import Unit
from contracts.identifiers import DeliveryMode, VisitOutcome
from pydantic import Field
from sqlalchemy import Date, case, cast, func, select

from reporting.projections.model import TripRow, VisitRow
from reporting.reports.report import Month, Period, Report, ReportAnswer, Row, Share, share, zone_of


class PlannedAgainstDone(Row):
    """A month. Planned counts all that was ever published for it, postponed visits and cancelled trips included."""

    month: Month = Field(title="Месяц", description="The region's month of the visit or trip.")
    kind: str = Field(title="Вид", description="Kind of visit or trip, in words.")
    planned: int = Field(title="Запланировано", description="Visits or trips.")
    done: int = Field(title="Выполнено", description="Visits or trips.")
    postponed: int = Field(title="Отложено", description="Visits.")
    not_performed: int = Field(title="Не состоялось", description="Visits or trips.")
    families: int | None = Field(None, title="Семей приглашено", description="Families invited; trips only.")
    services: int | None = Field(None, title="Услуг на выездах", description="Services given; trips only.")
    done_share: Share = Field(title="Доля выполнения", description="From 0 to 1: done of planned.")


class TripsReport(ReportAnswer[PlannedAgainstDone]):
    """Visits and trips by month, planned against done."""

    name: Literal["trips"]


async def by_month(period: Period, unit: Unit) -> Sequence[PlannedAgainstDone]:
    """Visits and trips by the month of their day."""
    rows = [*await _visits(period, unit), *await _trips(period, unit)]
    return sorted(rows, key=lambda row: (row.month, row.kind))


async def _visits(period: Period, unit: Unit) -> list[PlannedAgainstDone]:
    day = cast(func.timezone(str(zone_of(period, unit)), VisitRow.starts_at), Date)
    performed = VisitRow.outcome == VisitOutcome.PERFORMED
    reported = VisitRow.state == "reported"
    statement = (
        select(
            func.to_char(day, "YYYY-MM").label("month"),
            VisitRow.mode,
            func.count(),
            func.count(case((reported & performed, 1))),
            func.count(case((VisitRow.state == "postponed", 1))),
            func.count(case((reported & ~performed, 1))),
        )
        .where(VisitRow.region == period.region, day.between(period.since, period.until))
        .group_by("month", VisitRow.mode)
    )
    kinds = {DeliveryMode.HOME: "визит на дом", DeliveryMode.REMOTE: "дистанционное занятие"}
    return [
        PlannedAgainstDone(
            month=month,
            kind=kinds.get(mode, mode),
            planned=planned,
            done=done,
            postponed=postponed,
            not_performed=missed,
            done_share=share(done, planned),
        )
        for month, mode, planned, done, postponed, missed in await unit.session.execute(statement)
    ]


async def _trips(period: Period, unit: Unit) -> list[PlannedAgainstDone]:
    statement = select(TripRow.day, TripRow.performed, TripRow.cancelled, TripRow.families, TripRow.services).where(
        TripRow.region == period.region, TripRow.day.between(period.since, period.until), TripRow.published.is_(True)
    )
    months: dict[str, list[Any]] = defaultdict(list)
    for trip in await unit.session.execute(statement):
        months[trip.day.strftime("%Y-%m")].append(trip)
    return [_month(month, trips) for month, trips in months.items()]


def _month(month: str, trips: Sequence[Any]) -> PlannedAgainstDone:
    done = sum(1 for trip in trips if trip.performed)
    return PlannedAgainstDone(
        month=month,
        kind="выезд в пункт",
        planned=len(trips),
        done=done,
        postponed=0,
        not_performed=sum(1 for trip in trips if trip.cancelled),
        families=sum(trip.families or 0 for trip in trips),
        services=sum(trip.services or 0 for trip in trips),
        done_share=share(done, len(trips)),
    )


REPORT = Report("trips", "Визиты и выезды: план и факт по месяцам", PlannedAgainstDone, TripsReport, by_month)
