"""Who works here and who is away; where brigades are hosted; who read a child's data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from uuid import UUID

from chassis.http import ListQuery, Order, Page, PageQuery, page_of, paginate
from chassis.http.readers import Reader, ReadersQuery, readers_of
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import select

from scheduling.pack import Hours, Weekday
from scheduling.resources.model import Absence, ChildFacts, Specialist
from scheduling.roster import roster, rosters
from scheduling.titles import titles


class Away(BaseModel):
    """Days of absence, both included."""

    id: UUID
    first_day: date
    last_day: date


class Skill(BaseModel):
    """What a specialist can do, as the region calls it."""

    code: str
    title: str


class DayHours(BaseModel):
    """Working hours of a weekday in local time; a weekday that is not there is a day off."""

    weekday: Weekday
    opens: time
    closes: time


class SpecialistCard(BaseModel):
    """A specialist with skills, hours and absences; the name stands in the directory under ``principal_id``."""

    id: UUID
    principal_id: UUID
    region: str
    organisation_id: UUID
    skills: list[Skill]
    hours: list[DayHours]
    active: bool
    absences: list[Away]


class PointCard(BaseModel):
    """A partner's place that hosts brigades (D4-17)."""

    id: UUID
    region: str
    territory: str
    territory_title: str | None
    host_organisation_id: UUID
    title: str
    latitude: float
    longitude: float
    rooms: int
    hours: list[DayHours]


class Resources(BaseModel):
    """Brigades and vehicles a head plans with."""

    id: UUID
    title: str
    organisation_id: UUID


_specialists = Specialist.__table__.c
SPECIALISTS = Order({"region": _specialists.region}, _specialists.id, "region")


async def specialists(query: PageQuery, unit: Unit) -> Page[SpecialistCard]:
    """The specialists the caller may see."""
    rows, cursor, total = await paginate(unit.session, select(Specialist), query, SPECIALISTS)
    found = [row[0] for row in rows]
    away = await _absences([one.id for one in found], unit)
    items = [_card(one, away.get(one.id, []), unit) for one in found]
    return Page(items=items, next_cursor=cursor, total=total)


async def _absences(specialist_ids: Sequence[UUID], unit: Unit) -> dict[UUID, list[Away]]:
    theirs = Absence.specialist_id.in_(specialist_ids)
    query = select(Absence).where(theirs, Absence.withdrawn_at.is_(None)).order_by(Absence.first_day)
    away: dict[UUID, list[Away]] = {}
    for one in await unit.session.scalars(query):
        days = Away(id=one.id, first_day=one.first_day, last_day=one.last_day)
        away.setdefault(one.specialist_id, []).append(days)
    return away


def _card(one: Specialist, absences: list[Away], unit: Unit) -> SpecialistCard:
    team = roster(unit.packs, one.region)
    entry = team.specialists.get(one.id)
    return SpecialistCard(
        id=one.id,
        principal_id=one.principal_id,
        region=one.region,
        organisation_id=one.organisation_id,
        skills=[Skill(code=code, title=team.pack.skills.get(code, code)) for code in one.skills],
        hours=_week(entry.hours) if entry else [],
        active=one.active,
        absences=absences,
    )


def _week(hours: Hours) -> list[DayHours]:
    """From Monday on."""
    open_on = [day for day in Weekday if day in hours]
    return [DayHours(weekday=day, opens=hours[day].opens, closes=hours[day].closes) for day in open_on]


def points(region: str | None, query: ListQuery, unit: Unit) -> Page[PointCard]:
    """The points of the regions; reference data of the packs."""
    found = [
        PointCard(
            id=id,
            region=team.region,
            territory=f"{team.region}/{point.territory}",
            territory_title=titles(unit.regions, unit.packs, team.region).territory(point.territory),
            host_organisation_id=team.organisation(point.host_organisation),
            title=point.title,
            latitude=point.place.latitude,
            longitude=point.place.longitude,
            rooms=point.rooms,
            hours=_week(point.hours),
        )
        for team in rosters(unit.packs)
        if region in (None, team.region)
        for id, point in team.points.items()
    ]
    return page_of(found, query)


def brigades(query: ListQuery, unit: Unit) -> Page[Resources]:
    """The brigades of the caller's organisations."""
    found = [
        Resources(id=id, title=one.title, organisation_id=team.organisation(one.organisation))
        for team in rosters(unit.packs)
        for id, one in team.brigades.items()
        if team.organisation(one.organisation) in unit.actor.organisation_ids
    ]
    return page_of(found, query)


def vehicles(query: ListQuery, unit: Unit) -> Page[Resources]:
    """The vehicles of the caller's organisations (D4-18)."""
    found = [
        Resources(id=id, title=one.title, organisation_id=team.organisation(one.organisation))
        for team in rosters(unit.packs)
        for id, one in team.vehicles.items()
        if team.organisation(one.organisation) in unit.actor.organisation_ids
    ]
    return page_of(found, query)


async def readers(child_id: UUID, query: ReadersQuery, unit: Unit) -> Page[Reader]:
    """Who read this child's data in scheduling; 404 for another family."""
    await unit.get(ChildFacts, child_id, "readers:read")
    return await readers_of(child_id, "scheduling", query, unit.session)
