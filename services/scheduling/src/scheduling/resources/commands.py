"""The pack becomes rows; a specialist goes away for some days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.http.validation import RuleError
from chassis.work import Runtime, Unit
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import select, text

from scheduling import bookings
from scheduling.resources.model import Absence, Specialist
from scheduling.roster import Roster, rosters
from scheduling.spans import Day, Span, local_day, moment_at, whole_day

_LOADING = text("SELECT pg_advisory_xact_lock(7810802)")


class RecordAbsence(BaseModel):
    """The days a specialist is away, both included."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"first_day": "2026-03-16", "last_day": "2026-03-20"}]}
    )

    id: UUID | None = None
    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            ru, en = "последний день раньше первого", "the last day is before the first"
            raise RuleError("last_day_first", ru=ru, en=en)
        return self


class Clash(BaseModel):
    """A booking the absence meets; somebody has to move it."""

    subject_id: UUID
    starts_at: datetime
    ends_at: datetime


class AbsenceRecorded(BaseModel):
    """The absence, and the bookings it meets."""

    id: UUID
    specialist_id: UUID
    first_day: date
    last_day: date
    conflicts: list[Clash]


async def load_roster(unit: Unit) -> None:
    """Bring the specialists in line with the packs; whoever left a pack becomes inactive. Repeatable."""
    await unit.session.execute(_LOADING)
    known = {one.id: one for one in await unit.session.scalars(select(Specialist))}
    for team in rosters(unit.packs):
        for id in team.specialists:
            (known.pop(id, None) or _new(unit, team, id)).stand(team, active=True)
        for left in [one for one in known.values() if one.region == team.region]:
            left.stand(team, active=False)


async def load_at_start(runtime: Runtime) -> None:
    """`load_roster` once, when a worker starts."""
    async with runtime.transaction() as unit:
        await load_roster(unit)


def _new(unit: Unit, team: Roster, id: UUID) -> Specialist:
    entry = team.specialists[id]
    created = Specialist(
        id=id,
        login=entry.login,
        principal_id=team.principal_id(entry.login),
        region=team.region,
        territory=team.region,
        organisation_id=team.organisation(entry.organisation),
        skills=[],
        active=True,
    )
    unit.session.add(created)
    return created


async def record_absence(specialist_id: UUID, command: RecordAbsence, unit: Unit) -> AbsenceRecorded:
    """Keep the days free of new bookings and list the ones already there. The same id again changes nothing; other
    days or another specialist under it are refused (409 ``id_in_use``).
    """
    specialist = await unit.get(Specialist, specialist_id, "specialist:manage", under=True)
    zone = unit.regions[specialist.region].zone
    if command.last_day < local_day(unit.now, zone):
        raise DomainError(
            "in_the_past", Kind.INVALID, ru="Эти дни уже прошли.", en="These days are over.", field="last_day"
        )
    id = command.id or unit.new_id()
    days = {"specialist_id": specialist_id, "first_day": command.first_day, "last_day": command.last_day}
    known = await unit.session.get(Absence, id)
    if known is None:
        unit.session.add(Absence(id=id, recorded_at=unit.now, **days))
    elif any(getattr(known, name) != value for name, value in days.items()):
        ru, en = "Под этим номером записано другое отсутствие.", "The id belongs to another absence."
        raise DomainError("id_in_use", Kind.CONFLICT, ru=ru, en=en)
    return await _recorded(id, command, specialist, unit)


async def withdraw_absence(specialist_id: UUID, absence_id: UUID, unit: Unit) -> None:
    """The specialist is not away after all; the days are free again. Twice changes nothing; 404 for an unknown one."""
    await unit.get(Specialist, specialist_id, "specialist:manage", under=True)
    absence = await unit.session.get(Absence, absence_id)
    if absence is None or absence.specialist_id != specialist_id:
        raise not_found()
    absence.withdrawn_at = absence.withdrawn_at or unit.now


async def _recorded(id: UUID, command: RecordAbsence, specialist: Specialist, unit: Unit) -> AbsenceRecorded:
    zone = unit.regions[specialist.region].zone
    span = Span(moment_at(command.first_day, 0, zone), whole_day(command.last_day, zone).ends_at)
    met = await bookings.held(unit, [specialist.id], span)
    return AbsenceRecorded(
        id=id,
        specialist_id=specialist.id,
        first_day=command.first_day,
        last_day=command.last_day,
        conflicts=[
            Clash(subject_id=one.subject_id, starts_at=one.span.starts_at, ends_at=one.span.ends_at) for one in met
        ],
    )
