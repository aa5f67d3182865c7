"""One table says who is taken when: specialists, rooms, children, vehicles, points; for appointments and trips alike.

The exclusion constraint ``bookings_no_overlap`` is the rule; code only asks politely before. Rows of one booking are
inserted in one statement sorted by resource, so that two bookings never wait for each other in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import ARRAY, DateTime, Text, Uuid, bindparam, text

from scheduling.spans import Span


class Kind(StrEnum):
    """What sort of thing is booked."""

    SPECIALIST = "specialist"
    ROOM = "room"
    VEHICLE = "vehicle"
    CHILD = "child"
    POINT = "point"


class Booking(NamedTuple):
    """A resource is taken during a span for a subject: an appointment, a route, a visit, a trip."""

    resource: UUID
    kind: Kind
    span: Span
    subject_id: UUID


_BOOK = text(
    "INSERT INTO bookings (id, resource, kind, during, subject_id)"
    " SELECT i, r, k, tstzrange(s, e), b FROM unnest(:ids, :resources, :kinds, :starts, :ends, :subjects)"
    " AS f(i, r, k, s, e, b) ORDER BY r, s"
    " ON CONFLICT ON CONSTRAINT bookings_no_overlap DO NOTHING RETURNING id"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("resources", type_=ARRAY(Uuid())),
    bindparam("kinds", type_=ARRAY(Text())),
    bindparam("starts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
    bindparam("subjects", type_=ARRAY(Uuid())),
)
_RELEASE = text(
    "UPDATE bookings SET released_at = :now WHERE subject_id = ANY(:subjects) AND released_at IS NULL"
).bindparams(bindparam("subjects", type_=ARRAY(Uuid())))
_TAKEN = text(
    "SELECT resource, lower(during) AS starts_at, upper(during) AS ends_at, kind, subject_id FROM bookings"
    " WHERE released_at IS NULL AND resource = ANY(:resources) AND during && tstzrange(:starts, :ends)"
    " ORDER BY resource, lower(during)"
).bindparams(bindparam("resources", type_=ARRAY(Uuid())))


async def book(unit: Unit, wanted: Sequence[Booking]) -> list[Booking]:
    """Take everything or nothing; returns what somebody else already holds (an empty answer: all is booked)."""
    if not wanted:
        return []
    rows = {unit.new_id(): booking for booking in wanted}
    columns = {
        "ids": list(rows),
        "resources": [one.resource for one in wanted],
        "kinds": [str(one.kind) for one in wanted],
        "starts": [one.span.starts_at for one in wanted],
        "ends": [one.span.ends_at for one in wanted],
        "subjects": [one.subject_id for one in wanted],
    }
    async with unit.session.begin_nested() as attempt:
        stored = set(await unit.session.scalars(_BOOK, columns))
        lost = [booking for id, booking in rows.items() if id not in stored]
        if lost:
            await attempt.rollback()
    return lost


async def release(unit: Unit, subject_ids: Iterable[UUID]) -> None:
    """Give back everything held for these subjects; the rows stay as history."""
    await unit.session.execute(_RELEASE, {"subjects": list(subject_ids), "now": unit.now})


async def held(unit: Unit, resources: Iterable[UUID], span: Span) -> list[Booking]:
    """The bookings of these resources that meet a span, in order of resource and time."""
    values = {"resources": list(resources), "starts": span.starts_at, "ends": span.ends_at}
    rows = await unit.session.execute(_TAKEN, values)
    return [Booking(row.resource, Kind(row.kind), Span(row.starts_at, row.ends_at), row.subject_id) for row in rows]


async def taken(
    unit: Unit, resources: Iterable[UUID], starts_at: datetime, ends_at: datetime
) -> dict[UUID, list[Span]]:
    """When the resources are taken between two moments."""
    found: dict[UUID, list[Span]] = {}
    for one in await held(unit, resources, Span(starts_at, ends_at)):
        found.setdefault(one.resource, []).append(one.span)
    return found
