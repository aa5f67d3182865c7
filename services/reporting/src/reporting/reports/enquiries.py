"""Questions by theme, with their outcome and the share answered in time (D0-36, D0-37, D1-14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.work import Unit
from pydantic import Field
from sqlalchemy import Date, case, cast, func, select

from reporting.projections.model import EnquiryRow as E
from reporting.reports.report import Period, Report, Row, share, zone


class EnquiriesByTheme(Row):
    """A theme is a code of the pack's dictionary; empty while nobody has read the letter. In work: without a result."""

    theme: str | None = Field(title="Тема")
    registered: int = Field(title="Зарегистрировано")
    complaints: int = Field(title="Из них жалоб")
    anonymous: int = Field(title="Из них анонимных")
    answered: int = Field(title="Получили ответ")
    on_time: int = Field(title="Получили ответ в срок")
    overdue: int = Field(title="Срок прошёл, ответа нет")
    helped_in_full: int = Field(title="Помогли в полном объёме")
    in_work: int = Field(title="В работе")
    theme_share: float | None = Field(title="Доля темы", json_schema_extra={"share": True})
    helped_share: float | None = Field(title="Доля полной помощи", json_schema_extra={"share": True})
    on_time_share: float | None = Field(title="Доля в срок", json_schema_extra={"share": True})


async def by_theme(period: Period, unit: Unit) -> Sequence[Row]:
    day = cast(func.timezone(str(zone(period, unit)), E.registered_at), Date)
    statement = (
        select(
            E.theme,
            func.count(),
            func.count(case((E.complaint.is_(True), 1))),
            func.count(case((E.anonymous.is_(True), 1))),
            func.count(E.given_at),
            func.count(case((E.on_time.is_(True), 1))),
            func.count(case(((E.given_at.is_(None)) & (E.due_at < unit.now), 1))),
            func.count(case((E.outcome == "helped_in_full", 1))),
            func.count(case((E.closed_at.is_(None), 1))),
        )
        .where(E.region == period.region, day.between(period.since, period.until))
        .group_by(E.theme)
        .order_by(E.theme)
    )
    names = list(EnquiriesByTheme.model_fields)
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=False)) for row in await unit.session.execute(statement)]
    total = sum(row["registered"] for row in rows)
    return [EnquiriesByTheme(**row, **_shares(row, total)) for row in rows]


def _shares(row: dict[str, Any], total: int) -> dict[str, float | None]:
    return {
        "theme_share": share(row["registered"], total),
        "helped_share": share(row["helped_in_full"], row["registered"]),
        # whoever may still be answered in time is neither on time nor late yet
        "on_time_share": share(row["on_time"], row["answered"] + row["overdue"]),
    }


REPORT = Report("enquiries", "Обращения по темам: исход и своевременность ответа", EnquiriesByTheme, by_theme)
