"""The calendar of one organisation as a `Desk`: pack, bookings and absences put together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.regions import Packs
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import Select, select

from scheduling import bookings
from scheduling.appointments.family import Family
from scheduling.appointments.slots import Candidate, Desk, Slot
from scheduling.resources.model import Absence
from scheduling.roster import roster
from scheduling.spans import Span, local_day, moment_at, whole_day
from scheduling.titles import SpecialistTitle, Titles, titles

NEAREST = 3


class Offer(BaseModel):
    """A free time as people see it."""

    starts_at: datetime
    ends_at: datetime
    specialist_ids: list[UUID]
    specialists: list[SpecialistTitle]
    room_id: UUID
    room_title: str | None
    in_time: bool | None = None


def zone_of(unit: Unit, region: str, territory: str) -> ZoneInfo:
    """The time zone of the family's territory (T12)."""
    return unit.regions[region].zone_of(territory.removeprefix(f"{region}/"))


async def open_desk(unit: Unit, family: Family, until: datetime) -> Desk:
    """The serving organisation's desk from now to ``until``."""
    team = roster(unit.packs, family.region)
    people, rooms = team.specialists_of(family.organisation_id), team.rooms_of(family.organisation_id)
    rules, zone = team.pack.first_appointment, zone_of(unit, family.region, family.territory)
    taken = await bookings.taken(unit, [*people, *rooms, family.child_id], unit.now, until + timedelta(days=1))
    return Desk(
        candidates=[Candidate(id, one.skills, one.hours) for id, one in people.items()],
        rooms=rooms,
        skills=rules.skills if family.skills is None else family.skills,
        minutes=family.minutes or rules.minutes,
        step_minutes=rules.step_minutes,
        calendar=unit.regions[family.region].calendar,
        zone=zone,
        taken=taken,
        away=await absent(unit, people, zone),
    )


async def absent(unit: Unit, specialist_ids: Iterable[UUID], zone: ZoneInfo) -> dict[UUID, list[Span]]:
    """When specialists are away, from today on."""
    today = local_day(unit.now, zone)
    query = _standing(specialist_ids).where(Absence.last_day >= today)
    found: dict[UUID, list[Span]] = {}
    for one in await unit.session.scalars(query):
        span = Span(moment_at(one.first_day, 0, zone), whole_day(one.last_day, zone).ends_at)
        found.setdefault(one.specialist_id, []).append(span)
    return found


async def absent_days(unit: Unit, specialist_ids: Iterable[UUID], days: Iterable[date]) -> dict[UUID, set[date]]:
    """On which of the days specialists are away."""
    away = list(await unit.session.scalars(_standing(specialist_ids)))
    wanted = list(days)
    found: dict[UUID, set[date]] = {}
    for one in away:
        found.setdefault(one.specialist_id, set()).update(d for d in wanted if one.first_day <= d <= one.last_day)
    return found


def _standing(specialist_ids: Iterable[UUID]) -> Select[Absence]:
    return select(Absence).where(Absence.specialist_id.in_(list(specialist_ids)), Absence.withdrawn_at.is_(None))


async def nearest(unit: Unit, family: Family, after: datetime) -> list[Offer]:
    """The next three free times after a moment, whatever the due time."""
    until = after + timedelta(days=horizon(family.region, unit.packs))
    desk = await open_desk(unit, family, until)
    free = islice(desk.slots(after, until, family.child_id), NEAREST)
    return offers(free, family.due_at, titles(unit.regions, unit.packs, family.region))


def horizon(region: str, packs: Packs) -> int:
    """How many days ahead free times are looked for."""
    return roster(packs, region).pack.first_appointment.horizon_days


def offers(slots: Iterable[Slot], due_at: datetime | None, called: Titles) -> list[Offer]:
    """Slots as people see them."""
    return [
        Offer(
            starts_at=slot.span.starts_at,
            ends_at=slot.span.ends_at,
            specialist_ids=list(slot.specialist_ids),
            specialists=called.specialists(slot.specialist_ids),
            room_id=slot.room_id,
            room_title=called.room(slot.room_id),
            in_time=None if due_at is None else slot.span.starts_at <= due_at,
        )
        for slot in slots
    ]
