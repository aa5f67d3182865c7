"""Applications by source and entry point, with the share answered within the working day (D2-17, D2-22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.work import Unit
from pydantic import Field
from sqlalchemy import Date, case, cast, func, select

from reporting.projections.model import ApplicationRow as A
from reporting.reports.report import Period, Report, Row, share, zone


class ApplicationsBySource(Row):
    """On time is: the family was reached before the call-back deadline."""

    source: str = Field(title="Источник")
    entry_point: str | None = Field(title="Точка входа")
    submitted: int = Field(title="Подано")
    redirected: int = Field(title="Направлено в другую службу")
    withdrawn: int = Field(title="Отозвано")
    reached: int = Field(title="Дозвонились")
    on_time: int = Field(title="Дозвонились в срок")
    overdue: int = Field(title="Срок прошёл, не дозвонились")
    accepted: int = Field(title="Принято службами")
    on_time_share: float | None = Field(title="Доля в срок", json_schema_extra={"share": True})


async def by_source(period: Period, unit: Unit) -> Sequence[Row]:
    day = cast(func.timezone(str(zone(period, unit)), A.submitted_at), Date)
    overdue = (A.reached_at.is_(None)) & (A.withdrawn_at.is_(None)) & (A.call_back_due_at < unit.now)
    statement = (
        select(
            A.source,
            A.entry_point,
            func.count(),
            func.count(case((A.redirected.is_(True), 1))),
            func.count(A.withdrawn_at),
            func.count(A.reached_at),
            func.count(case((A.reached_on_time.is_(True), 1))),
            func.count(case((overdue, 1))),
            func.count(A.accepted_at),
        )
        .where(A.region == period.region, day.between(period.since, period.until))
        .group_by(A.source, A.entry_point)
        .order_by(A.source, A.entry_point)
    )
    names = list(ApplicationsBySource.model_fields)
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=False)) for row in await unit.session.execute(statement)]
    return [ApplicationsBySource(**row, on_time_share=_on_time(row)) for row in rows]


def _on_time(row: dict[str, Any]) -> float | None:
    # whoever could still be called in time is neither on time nor late yet
    return share(row["on_time"], row["reached"] + row["overdue"])


REPORT = Report("applications", "Заявки по источникам и своевременность ответа", ApplicationsBySource, by_source)
