"""Questions by theme, with their outcome and the share answered in time (D0-36, D0-37, D1-14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from chassis.work import Unit
from pydantic import Field
from sqlalchemy import Date, and_, case, cast, func, select

from reporting.projections.model import EnquiryRow
from reporting.reports.report import Period, Report, ReportAnswer, Row, Share, share, zone_of


class EnquiriesByTheme(Row):
    """A theme is a code of the pack's dictionary; empty while nobody has read the letter. In work: without a result."""

    theme: str | None = Field(title="Тема", description="Code of the region's dictionary; words in `titles`.")
    registered: int = Field(title="Зарегистрировано", description="Questions.")
    complaints: int = Field(title="Из них жалоб", description="Questions.")
    anonymous: int = Field(title="Из них анонимных", description="Questions.")
    answered: int = Field(title="Получили ответ", description="Questions.")
    on_time: int = Field(title="Получили ответ в срок", description="Questions.")
    overdue: int = Field(title="Срок прошёл, ответа нет", description="Questions.")
    helped_in_full: int = Field(title="Помогли в полном объёме", description="Questions.")
    in_work: int = Field(title="В работе", description="Questions.")
    theme_share: Share = Field(title="Доля темы", description="From 0 to 1: of all questions of the period.")
    helped_share: Share = Field(title="Доля полной помощи", description="From 0 to 1: of the theme's questions.")
    on_time_share: Share = Field(
        title="Доля в срок", description="From 0 to 1: of the theme's questions that were answered or are overdue."
    )


class EnquiriesReport(ReportAnswer[EnquiriesByTheme]):
    """Questions by theme."""

    name: Literal["enquiries"]


async def by_theme(period: Period, unit: Unit) -> Sequence[EnquiriesByTheme]:
    """Questions registered in the period, counted by theme."""
    day = cast(func.timezone(str(zone_of(period, unit)), EnquiryRow.registered_at), Date)
    overdue = and_(EnquiryRow.given_at.is_(None), EnquiryRow.due_at < unit.now)
    statement = (
        select(
            EnquiryRow.theme,
            func.count().label("registered"),
            func.count(case((EnquiryRow.complaint.is_(True), 1))).label("complaints"),
            func.count(case((EnquiryRow.anonymous.is_(True), 1))).label("anonymous"),
            func.count(EnquiryRow.given_at).label("answered"),
            func.count(case((EnquiryRow.on_time.is_(True), 1))).label("on_time"),
            func.count(case((overdue, 1))).label("overdue"),
            func.count(case((EnquiryRow.outcome == "helped_in_full", 1))).label("helped_in_full"),
            func.count(case((EnquiryRow.closed_at.is_(None), 1))).label("in_work"),
        )
        .where(EnquiryRow.region == period.region, day.between(period.since, period.until))
        .group_by(EnquiryRow.theme)
        .order_by(EnquiryRow.theme)
    )
    counted = (await unit.session.execute(statement)).all()
    total = sum(theme.registered for theme in counted)
    return [
        EnquiriesByTheme(
            theme=theme.theme,
            registered=theme.registered,
            complaints=theme.complaints,
            anonymous=theme.anonymous,
            answered=theme.answered,
            on_time=theme.on_time,
            overdue=theme.overdue,
            helped_in_full=theme.helped_in_full,
            in_work=theme.in_work,
            theme_share=share(theme.registered, total),
            helped_share=share(theme.helped_in_full, theme.registered),
            # a question that may still be answered in time is neither on time nor late yet
            on_time_share=share(theme.on_time, theme.answered + theme.overdue),
        )
        for theme in counted
    ]


REPORT = Report(
    "enquiries", "Обращения по темам: исход и своевременность ответа", EnquiriesByTheme, EnquiriesReport, by_theme
)
