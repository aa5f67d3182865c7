"""Booking, holding and cancelling appointments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.http.validation import RuleError
from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from scheduling import bookings
from scheduling.appointments.family import Family, family_of_appointment, family_of_request
from scheduling.appointments.model import Appointment, AppointmentState
from scheduling.appointments.queries.desk import Offer, nearest, open_desk
from scheduling.appointments.slots import Desk
from scheduling.bookings import Booking
from scheduling.resources.model import ChildFacts, Request
from scheduling.roster import roster
from scheduling.spans import Span

FARTHEST = timedelta(days=366)
"""How far ahead an appointment may be booked."""


class Command(BaseModel):
    """Bodies are closed: a typo is an error."""

    model_config = ConfigDict(extra="forbid")


class Time(Command):
    """A wanted time. Specialists and room may be left to the desk."""

    id: UUID | None = None
    starts_at: AwareDatetime
    specialist_ids: list[UUID] | None = Field(None, min_length=1, max_length=10)
    room_id: UUID | None = None


class BookAppointment(Time):
    """The first appointment of an application, or a later one of a child whose file is open.

    ``skills`` and ``minutes`` may be given for a later appointment; the first one's composition stands in the pack.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "0197f3a0-5c1e-7d44-8a52-3f6f0c5d9b11",
                    "application_id": "0197f2d4-91b7-7e0a-b1c3-6a2d4be8f705",
                    "starts_at": "2026-03-05T10:30:00+03:00",
                }
            ]
        },
    )

    application_id: UUID | None = None
    child_id: UUID | None = None
    skills: list[Code] | None = Field(None, min_length=1, max_length=5)
    minutes: int | None = Field(None, ge=15, le=240)

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.application_id is None) == (self.child_id is None):
            ru = "укажите заявку (application_id) или ребёнка (child_id), одно из двух"
            raise RuleError("one_subject", ru=ru, en="give application_id or child_id, one of the two")
        return self


class CancelAppointment(Command):
    """Why, and when instead (T5): ``next`` books the new date, ``no_next_reason`` says why there is none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reason_code": "child_ill", "next": {"starts_at": "2026-03-10T10:30:00+03:00"}}]
        },
    )

    reason_code: Code
    next: Time | None = None
    no_next_reason: Code | None = None


class HoldAppointment(Command):
    """When it took place; now, unless said."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"held_at": "2026-03-05T11:30:00+03:00"}]}
    )

    held_at: AwareDatetime | None = None


async def book_appointment(command: BookAppointment, unit: Unit) -> Appointment:
    """Take a time. The same id again answers with the same appointment; another body under it is refused.

    Raises `DomainError`: ``slot_taken`` (409, which kind of resource, the nearest three), ``outside_working_hours``,
    ``in_the_past``, ``too_far``, ``unknown_skill``, ``set_by_region``, ``call_first`` (no due time yet, T6),
    ``not_handed_over``.
    """
    if command.id and (known := await unit.find(Appointment, command.id, "appointment:book", under=True)):
        return _same(known, command)
    return await _book(command, await _family(command, unit), unit, first=command.application_id is not None)


async def hold_appointment(appointment_id: UUID, command: HoldAppointment, unit: Unit) -> Appointment:
    """The appointment took place."""
    appointment = await unit.get(Appointment, appointment_id, "appointment:hold", under=True)
    held_at = command.held_at or unit.now
    if held_at > unit.now:
        raise _refused("in_the_future", "held_at", "Время приёма ещё не наступило.", "This time has not come yet.")
    appointment.hold(held_at)
    return appointment


async def cancel_appointment(appointment_id: UUID, command: CancelAppointment, unit: Unit) -> Appointment:
    """Give the time back and keep the next date; without one the answer offers the nearest three (422)."""
    appointment = await unit.get(Appointment, appointment_id, "appointment:cancel", under=True)
    if appointment.state is AppointmentState.CANCELLED and appointment.reason_code == command.reason_code:
        return appointment
    known = roster(unit.packs, appointment.region)
    known.require_reason(command.reason_code, "reason_code")
    if command.no_next_reason is not None:
        known.require_reason(command.no_next_reason, "no_next_reason")
    family = family_of_appointment(appointment)
    if command.next is None and command.no_next_reason is None:
        raise _next_date_needed(await nearest(unit, family, unit.now))
    await bookings.release(unit, [appointment.id])
    following = None
    if command.next is not None:
        following = await _book(command.next, family, unit, first=appointment.first)
    appointment.cancel(command.reason_code, following.id if following else None)
    return appointment


async def _family(command: BookAppointment, unit: Unit) -> Family:
    if command.application_id is not None:
        _refuse_own_composition(command)
        return family_of_request(await unit.get(Request, command.application_id, "appointment:book"))
    facts = await unit.session.get(ChildFacts, command.child_id)
    if facts is None:
        raise not_found()
    unit.policy.require(unit.actor, "appointment:book", facts)
    if not set(command.skills or ()) <= roster(unit.packs, facts.region).pack.skills.keys():
        raise _refused("unknown_skill", "skills", "Такой специальности в регионе нет.", "The region has no such skill.")
    return Family(
        None,
        facts.child_id,
        facts.region,
        facts.territory,
        facts.coordinator_id,
        facts.serving_organisation_id,
        None,
        command.skills,
        command.minutes,
    )


def _refuse_own_composition(command: BookAppointment) -> None:
    for field in ("skills", "minutes"):
        if getattr(command, field) is not None:
            ru, en = "Состав первого приёма задан регионом.", "The region sets who holds a first appointment."
            raise _refused("set_by_region", field, ru, en)


async def _book(time: Time, family: Family, unit: Unit, *, first: bool) -> Appointment:
    if time.starts_at <= unit.now:
        raise _refused("in_the_past", "starts_at", "Это время уже прошло.", "This time has passed.")
    if time.starts_at > unit.now + FARTHEST:
        raise _refused("too_far", "starts_at", "Запись открыта на год вперёд.", "Booking is open for a year ahead.")
    desk = await open_desk(unit, family, time.starts_at + timedelta(days=1))
    span = Span(time.starts_at, time.starts_at + timedelta(minutes=desk.minutes))
    people, room = await _chosen(time, desk, span, family, unit)
    appointment = Appointment(
        id=time.id or unit.new_id(),
        application_id=family.application_id,
        child_id=family.child_id,
        region=family.region,
        territory=family.territory,
        coordinator_id=family.coordinator_id,
        serving_organisation_id=family.organisation_id,
        first=first,
        state=AppointmentState.BOOKED,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        due_at=family.due_at if first else None,
        specialist_ids=list(people),
        room_id=room,
        skills=list(desk.skills),
        booked_at=unit.now,
    )
    wanted = [Booking(one, bookings.Kind.SPECIALIST, span, appointment.id) for one in people]
    wanted.append(Booking(room, bookings.Kind.ROOM, span, appointment.id))
    wanted.append(Booking(family.child_id, bookings.Kind.CHILD, span, appointment.id))
    if lost := await bookings.book(unit, wanted):
        raise await slot_taken(unit, family, time.starts_at, [one.kind for one in lost])
    appointment.booked()
    unit.session.add(appointment)
    return appointment


async def _chosen(time: Time, desk: Desk, span: Span, family: Family, unit: Unit) -> tuple[Sequence[UUID], UUID]:
    """The people and the room: the wanted ones when they work then, else those the desk finds free."""
    if not desk.staffed(span):
        raise _outside("starts_at")
    if time.specialist_ids is not None and not desk.staffed(span, time.specialist_ids):
        raise _outside("specialist_ids")
    if time.room_id is not None and time.room_id not in desk.rooms:
        raise _outside("room_id")
    if time.specialist_ids is not None and time.room_id is not None:
        return time.specialist_ids, time.room_id
    slot = desk.slot(span, family.child_id)
    if slot is None:
        raise await slot_taken(unit, family, span.starts_at, [])
    return time.specialist_ids or slot.specialist_ids, time.room_id or slot.room_id


async def slot_taken(unit: Unit, family: Family, wanted: datetime, kinds: Sequence[bookings.Kind]) -> DomainError:
    """409 with what was taken and the nearest three times instead."""
    near = await nearest(unit, family, max(unit.now, wanted - timedelta(hours=4)))
    return DomainError(
        "slot_taken",
        Kind.CONFLICT,
        ru="Это время уже занято. Выберите другое.",
        en="This time is taken. Choose another one.",
        taken=sorted({str(kind) for kind in kinds}) or ["specialist"],
        alternatives=[offer.model_dump(mode="json") for offer in near],
    )


def _same(known: Appointment, command: BookAppointment) -> Appointment:
    subject = known.application_id if known.first else known.child_id
    if known.starts_at != command.starts_at or subject != (command.application_id or command.child_id):
        raise _closed("id_in_use", "Под этим номером записан другой приём.", "The id belongs to another appointment.")
    return known


def _next_date_needed(near: Sequence[Offer]) -> DomainError:
    return DomainError(
        "next_date_needed",
        Kind.INVALID,
        ru="Назначьте новую дату или укажите, почему её нет.",
        en="Set the next date, or say why there is none.",
        field="next",
        rule="required",
        alternatives=[offer.model_dump(mode="json") for offer in near],
    )


def _outside(field: str) -> DomainError:
    ru, en = "В это время приёма нет: проверьте часы работы и состав.", "Nobody suitable works at this time."
    return _refused("outside_working_hours", field, ru, en)


def _refused(slug: str, field: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field, rule=slug)


def _closed(slug: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.CONFLICT, ru=ru, en=en)
