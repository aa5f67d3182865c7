"""First appointments by month: booked, within the week of the call, held (D2-19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from chassis.work import Unit
from pydantic import Field
from sqlalchemy import Date, case, cast, func, select

from reporting.projections.model import AppointmentRow
from reporting.reports.report import Month, Period, Report, ReportAnswer, Row, Share, share, zone_of


class FirstAppointments(Row):
    """A month. A family counts once, by its earliest appointment that was not cancelled.

    Families without an appointment are not here: that term is warned of and escalated.
    """

    month: Month = Field(title="Месяц приёма", description="The region's month of the appointment.")
    booked: int = Field(title="Записано семей", description="Families.")
    in_time: int = Field(title="Не позже недели после звонка", description="Families seen within a week of the call.")
    late: int = Field(title="Позже недели", description="Families.")
    held: int = Field(title="Состоялось", description="Families.")
    in_time_share: Share = Field(title="Доля в срок", description="From 0 to 1: in time of in time and late.")


class FirstAppointmentsReport(ReportAnswer[FirstAppointments]):
    """First appointments by month."""

    name: Literal["first-appointments"]


async def by_month(period: Period, unit: Unit) -> Sequence[FirstAppointments]:
    """First appointments by the month they take place in."""
    day = cast(func.timezone(str(zone_of(period, unit)), AppointmentRow.starts_at), Date)
    first = (
        select(AppointmentRow.application_id, day.label("day"), AppointmentRow.in_time, AppointmentRow.held_at)
        .where(
            AppointmentRow.region == period.region, AppointmentRow.first.is_(True), AppointmentRow.cancelled.isnot(True)
        )
        .distinct(AppointmentRow.application_id)
        .order_by(AppointmentRow.application_id, AppointmentRow.starts_at, AppointmentRow.id)
        .subquery()
    )
    month = func.to_char(first.c.day, "YYYY-MM")
    statement = (
        select(
            month,
            func.count(),
            func.count(case((first.c.in_time.is_(True), 1))),
            func.count(case((first.c.in_time.is_(False), 1))),
            func.count(first.c.held_at),
        )
        .where(first.c.day.between(period.since, period.until))
        .group_by(month)
        .order_by(month)
    )
    return [
        FirstAppointments(
            month=label, booked=booked, in_time=timely, late=late, held=held, in_time_share=share(timely, timely + late)
        )
        for label, booked, timely, late, held in await unit.session.execute(statement)
    ]


REPORT = Report(
    "first-appointments", "Первые приёмы: срок ожидания", FirstAppointments, FirstAppointmentsReport, by_month
)
