"""Applications by source and entry point, with the share answered within the working day (D2-17, D2-22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from chassis.work import Unit
from contracts.identifiers import ApplicationSource
from pydantic import Field
from sqlalchemy import Date, and_, case, cast, func, select

from reporting.projections.model import ApplicationRow
from reporting.reports.report import Period, Report, ReportAnswer, Row, Share, share, zone_of


class ApplicationsBySource(Row):
    """A source and an entry point; on time means that the family was reached before the call-back deadline."""

    source: ApplicationSource = Field(title="Источник", description="Who filed the application; words in `titles`.")
    entry_point: str | None = Field(
        title="Точка входа", description="Code of the region's dictionary; words in `titles`."
    )
    submitted: int = Field(title="Подано", description="Applications.")
    redirected: int = Field(title="Направлено в другую службу", description="Applications.")
    withdrawn: int = Field(title="Отозвано", description="Applications.")
    reached: int = Field(title="Дозвонились", description="Applications whose family was reached.")
    on_time: int = Field(
        title="Дозвонились в срок", description="Applications whose family was reached before the call-back term."
    )
    overdue: int = Field(
        title="Срок прошёл, не дозвонились", description="Applications whose term passed without a conversation."
    )
    accepted: int = Field(title="Принято службами", description="Applications.")
    on_time_share: Share = Field(title="Доля в срок", description="From 0 to 1: on time of those due.")


class ApplicationsReport(ReportAnswer[ApplicationsBySource]):
    """Applications by source and entry point."""

    name: Literal["applications"]


async def by_source(period: Period, unit: Unit) -> Sequence[ApplicationsBySource]:
    """Applications submitted in the period, counted by source and entry point."""
    day = cast(func.timezone(str(zone_of(period, unit)), ApplicationRow.submitted_at), Date)
    overdue = and_(
        ApplicationRow.reached_at.is_(None),
        ApplicationRow.withdrawn_at.is_(None),
        ApplicationRow.call_back_due_at < unit.now,
    )
    statement = (
        select(
            ApplicationRow.source,
            ApplicationRow.entry_point,
            func.count().label("submitted"),
            func.count(case((ApplicationRow.redirected.is_(True), 1))).label("redirected"),
            func.count(ApplicationRow.withdrawn_at).label("withdrawn"),
            func.count(ApplicationRow.reached_at).label("reached"),
            func.count(case((ApplicationRow.reached_on_time.is_(True), 1))).label("on_time"),
            func.count(case((overdue, 1))).label("overdue"),
            func.count(ApplicationRow.accepted_at).label("accepted"),
        )
        .where(ApplicationRow.region == period.region, day.between(period.since, period.until))
        .group_by(ApplicationRow.source, ApplicationRow.entry_point)
        .order_by(ApplicationRow.source, ApplicationRow.entry_point)
    )
    return [
        ApplicationsBySource(
            source=counted.source,
            entry_point=counted.entry_point,
            submitted=counted.submitted,
            redirected=counted.redirected,
            withdrawn=counted.withdrawn,
            reached=counted.reached,
            on_time=counted.on_time,
            overdue=counted.overdue,
            accepted=counted.accepted,
            # a family that can still be called in time is neither on time nor late yet
            on_time_share=share(counted.on_time, counted.reached + counted.overdue),
        )
        for counted in await unit.session.execute(statement)
    ]


REPORT = Report(
    "applications", "Заявки по источникам и своевременность ответа", ApplicationsBySource, ApplicationsReport, by_source
)
