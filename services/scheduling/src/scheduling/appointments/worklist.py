"""First appointments to book and appointments to record, for whom they wait."""

from __future__ import annotations

from datetime import timedelta

from chassis.work import Unit
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import select
from workdays import Standing, overdue

from scheduling.appointments.model import Appointment, AppointmentState
from scheduling.resources.model import Request

ACTIONS = {
    "first_appointment_to_book": "bookAppointment",
    "appointment_to_hold": "holdAppointment",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> list[WorkItem]:
    """First appointments to book, and past appointments nobody has marked."""
    return [*(await _to_book(unit)), *(await _to_hold(unit))]


async def _to_book(unit: Unit) -> list[WorkItem]:
    booked = select(Appointment.application_id).where(
        Appointment.state != AppointmentState.CANCELLED, Appointment.first
    )
    query = select(Request).where(
        Request.serving_organisation_id.is_not(None), ~Request.withdrawn, Request.id.not_in(booked)
    )
    return [_book_item(unit, request) for request in await unit.session.scalars(query)]


def _book_item(unit: Unit, request: Request) -> WorkItem:
    due = request.first_due
    return WorkItem(
        id=f"first-appointment/{request.id}",
        service="scheduling",
        kind="first_appointment_to_book",
        step=RouteStep.FIRST_APPOINTMENT,
        group=request.id,
        subject_id=request.id,
        title="Назначить первый приём",
        region=request.region,
        territory=request.territory,
        organisation_id=request.serving_organisation_id,
        assigned_to=request.coordinator_id,
        created_at=request.handed_over_at or unit.now,
        due_at=due,
        standing=Standing.OPEN if due is None else overdue(due, None, unit.now),
        explanation="Первый приём — не позже семи календарных дней после звонка.",
        url=f"/scheduling/first-appointment-slots?application_id={request.id}",
    )


async def _to_hold(unit: Unit) -> list[WorkItem]:
    query = select(Appointment).where(Appointment.state == AppointmentState.BOOKED, Appointment.ends_at <= unit.now)
    return [
        WorkItem(
            id=f"appointment/{one.id}",
            service="scheduling",
            kind="appointment_to_hold",
            step=RouteStep.APPOINTMENT,
            group=one.child_id,
            subject_id=one.id,
            title="Отметить, состоялся ли приём",
            region=one.region,
            territory=one.territory,
            organisation_id=one.serving_organisation_id,
            assigned_to=one.coordinator_id,
            created_at=one.booked_at,
            due_at=one.ends_at + timedelta(days=1),
            standing=overdue(one.ends_at + timedelta(days=1), None, unit.now),
            explanation="Итог приёма отмечают в течение суток.",
            url=f"/scheduling/appointments?child_id={one.child_id}",
        )
        for one in await unit.session.scalars(query)
    ]
