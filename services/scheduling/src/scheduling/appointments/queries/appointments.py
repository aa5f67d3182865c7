"""Free first appointments and the list of appointments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import Since, Until, within
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Purpose
from pydantic import BaseModel
from sqlalchemy import ColumnElement, any_, select

from scheduling.appointments.family import family_of_request
from scheduling.appointments.model import Appointment, AppointmentState
from scheduling.appointments.queries.desk import NEAREST, Offer, horizon, offers, open_desk
from scheduling.resources.model import Request
from scheduling.titles import SpecialistTitle, titles

MOST_SLOTS = 100


class FirstSlots(BaseModel):
    """Free times for the first appointment (D2-19).

    ``in_time``: those that start by ``due_at``. Where there are none, ``message`` says so and ``nearest`` are the next
    three after it.
    """

    application_id: UUID
    due_at: datetime
    time_zone: str
    minutes: int
    in_time: list[Offer]
    nearest: list[Offer]
    message: str | None = None
    message_en: str | None = None


class AppointmentFilter(BaseModel):
    """Which appointments a list shows; ``since`` and ``until``: when they start."""

    child_id: UUID | None = None
    state: AppointmentState | None = None
    organisation_id: UUID | None = None
    specialist_id: UUID | None = None
    since: Since = None
    until: Until = None


class AppointmentCard(BaseModel):
    """An appointment as staff and family see it. ``organisation_id``: where the family comes to."""

    id: UUID
    version: int
    application_id: UUID | None
    child_id: UUID
    region: str
    territory: str
    territory_title: str | None
    organisation_id: UUID
    first: bool
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime
    due_at: datetime | None
    in_time: bool | None
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]
    room_id: UUID
    room_title: str | None
    held_at: datetime | None
    reason_code: str | None
    next_appointment_id: UUID | None


async def first_slots(application_id: UUID, unit: Unit) -> FirstSlots:
    """Free times until the due time; where there is none, the nearest three after it."""
    family = family_of_request(await unit.get(Request, application_id, "appointment:book"))
    assert family.due_at is not None
    last = max(family.due_at, unit.now) + timedelta(days=horizon(family.region, unit.packs))
    desk = await open_desk(unit, family, last)
    called = titles(unit.regions, unit.packs, family.region)
    found = offers(islice(desk.slots(unit.now, family.due_at, family.child_id), MOST_SLOTS), family.due_at, called)
    later = [] if found else list(islice(desk.slots(max(family.due_at, unit.now), last, family.child_id), NEAREST))
    ru, en = (_NONE_IN_TIME, _NONE_IN_TIME_EN) if later else (_NONE_AT_ALL, _NONE_AT_ALL_EN)
    texts = {} if found else {"message": ru, "message_en": en}
    return FirstSlots(
        application_id=application_id,
        due_at=family.due_at,
        time_zone=desk.zone.key,
        minutes=desk.minutes,
        in_time=found,
        nearest=offers(later, family.due_at, called),
        **texts,
    )


_NONE_IN_TIME = "До срока первого приёма свободного времени нет. Ниже три ближайших времени после срока."
_NONE_AT_ALL = "Свободного времени нет ни до срока первого приёма, ни в ближайшие недели после него."
_NONE_AT_ALL_EN = "No time is free before the first appointment is due, nor in the weeks after it."
_NONE_IN_TIME_EN = "No time is free before the first appointment is due. The nearest three after it are below."


ORDER = Order({"starts_at": Appointment.__table__.c.starts_at}, Appointment.__table__.c.id, "starts_at")


async def appointments(wanted: AppointmentFilter, query: PageQuery, unit: Unit) -> Page[AppointmentCard]:
    """Appointments the actor may see, by time; every child shown is recorded in the read audit."""
    statement = select(Appointment).where(*_conditions(wanted))
    rows, cursor, total = await paginate(unit.session, statement, query, ORDER)
    items = [appointment_card(row[0], unit) for row in rows]
    shown = [(item.child_id, item.id) for item in items]
    await unit.audit.listed("appointment", shown, {FieldGroup.CORE}, Purpose.SOCIAL_SERVICE)
    return Page(items=items, next_cursor=cursor, total=total)


def _conditions(wanted: AppointmentFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.child_id is not None:
        yield Appointment.child_id == wanted.child_id
    if wanted.state is not None:
        yield Appointment.state == wanted.state
    if wanted.organisation_id is not None:
        yield Appointment.serving_organisation_id == wanted.organisation_id
    if wanted.specialist_id is not None:
        yield any_(Appointment.specialist_ids) == wanted.specialist_id
    yield from within(Appointment.starts_at, wanted.since, wanted.until)


def appointment_card(one: Appointment, unit: Unit) -> AppointmentCard:
    """The appointment as it is shown."""
    called = titles(unit.regions, unit.packs, one.region)
    return AppointmentCard(
        id=one.id,
        version=one.version,
        application_id=one.application_id,
        child_id=one.child_id,
        region=one.region,
        territory=one.territory,
        territory_title=called.territory(one.territory),
        organisation_id=one.serving_organisation_id,
        first=one.first,
        state=one.state,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        due_at=one.due_at,
        in_time=one.in_time,
        specialist_ids=one.specialist_ids,
        specialists=called.specialists(one.specialist_ids),
        room_id=one.room_id,
        room_title=called.room(one.room_id),
        held_at=one.held_at,
        reason_code=one.reason_code,
        next_appointment_id=one.next_appointment_id,
    )
