"""``scheduling.yaml`` of a pack: people, rooms, vehicles, points, and the rules their time is given out by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Annotated, Self

from chassis.regions import PackModel
from contracts.identifiers import Code, ServiceGroup
from pydantic import BeforeValidator, Field, model_validator
from workdays import Calendar

_SHORTER = timedelta(hours=1)  # Labour Code art. 95


class Weekday(StrEnum):
    """Days of the week as a pack writes them."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Opening(PackModel):
    """From when to when, in the territory's own time."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self


def _opening(value: object) -> object:
    if isinstance(value, str) and value.count("-") == 1:
        opens, closes = value.split("-")
        return {"opens": opens.strip(), "closes": closes.strip()}
    return value


Hours = dict[Weekday, Annotated[Opening, BeforeValidator(_opening)]]
"""Working hours by weekday, ``{mon: "09:00-17:00"}``; a weekday that is not there is a day off."""

_WEEK = tuple(Weekday)


def opening_on(hours: Hours, day: date, calendar: Calendar) -> Opening | None:
    """The opening of one day: none on a day off, an hour shorter before a holiday."""
    found = hours.get(_WEEK[day.weekday()])
    if found is None or not calendar.is_working(day):
        return None
    if not calendar.is_short(day):
        return found
    shorter = (timedelta(hours=found.closes.hour, minutes=found.closes.minute) - _SHORTER).total_seconds() // 60
    return Opening(opens=found.opens, closes=time(*divmod(int(shorter), 60)))


class Spot(PackModel):
    """A place on the map, degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class SpecialistEntry(PackModel):
    """A specialist (D0-12, D4-12): ``login`` is the one of directory.yaml; ``base`` is where the working day starts."""

    login: str
    organisation: str
    skills: frozenset[Code] = Field(min_length=1)
    hours: Hours
    base: Spot


class RoomEntry(PackModel):
    """A bookable room of an organisation."""

    code: Code
    organisation: str
    title: str


class VehicleEntry(PackModel):
    """A vehicle of the institution (D4-18); ``seats`` without the driver's."""

    code: Code
    organisation: str
    title: str
    seats: int = Field(ge=1, le=50)


class PointEntry(PackModel):
    """A partner's place that hosts a brigade for a day (D4-17)."""

    code: Code
    host_organisation: str
    territory: str
    title: str
    place: Spot
    rooms: int = Field(ge=1, le=50)
    hours: Hours


class BrigadeEntry(PackModel):
    """A mobile team: who, which vehicle, from where, and how long a day may be (D4-12, D4-18)."""

    code: Code
    organisation: str
    title: str
    specialists: tuple[str, ...] = Field(min_length=1)
    vehicle: str
    base: Spot
    earliest: time = time(8)
    latest: time = time(18)
    max_minutes: int = Field(480, ge=60, le=1440)


class FirstAppointment(PackModel):
    """The first appointment (D2-19, D2-20): one specialist for each skill, in one room."""

    minutes: int = Field(60, ge=15, le=240)
    step_minutes: int = Field(30, ge=5, le=240)
    skills: tuple[Code, ...] = Field(min_length=1)
    horizon_days: int = Field(30, ge=8, le=90)
    """How far past the due time the nearest alternatives are looked for."""


class VisitRules(PackModel):
    """How services become visits (D4-05, D4-07).

    A visit takes at most one occurrence of each line, at most ``max_services`` and ``max_minutes`` in all; from this
    follows the number of visits of a child. They are at least ``min_gap_days`` apart, at most ``max_per_week`` a week.
    ``search_seconds``: how long a better plan is searched for where the head does not say.
    """

    max_services: int = Field(3, ge=1, le=20)
    max_minutes: int = Field(120, ge=15, le=480)
    min_gap_days: int = Field(2, ge=1, le=31)
    max_per_week: int = Field(3, ge=1, le=7)
    speed_kmh: float = Field(60, gt=0, le=200)
    detour: float = Field(1.3, ge=1, le=5)
    search_seconds: int = Field(60, ge=1, le=600)


class PointService(PackModel):
    """A service a brigade may give at a point; an urgent service of the state task (D4-14, D4-21)."""

    code: Code
    title: str
    group: ServiceGroup
    skill: Code
    minutes: int = Field(ge=5, le=240)


class Reason(PackModel):
    """Why an appointment is cancelled."""

    code: Code
    title: str


class SchedulingPack(PackModel):
    """The whole file."""

    FILE = "scheduling"
    MISSING = ("В этом регионе расписание не ведётся.", "No calendar is kept for this region.")

    skills: dict[Code, str] = Field(min_length=1)
    specialists: tuple[SpecialistEntry, ...] = ()
    rooms: tuple[RoomEntry, ...] = ()
    vehicles: tuple[VehicleEntry, ...] = ()
    points: tuple[PointEntry, ...] = ()
    brigades: tuple[BrigadeEntry, ...] = ()
    first_appointment: FirstAppointment
    visits: VisitRules = VisitRules()
    point_services: tuple[PointService, ...] = ()
    cancel_reasons: tuple[Reason, ...] = Field(min_length=1)
    pause_days: int = Field(7, ge=1, le=60)
    """How long a month pauses for an ill child when the brigade does not know until when."""
    plan_made_by_day: int = Field(25, ge=1, le=28)
    """The day of the month by which the next month's plan is expected."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        logins = {one.login for one in self.specialists}
        named = {name for one in self.specialists for name in one.skills} | set(self.first_appointment.skills)
        _known("skills", named | {one.skill for one in self.point_services}, self.skills)
        _known("brigades.specialists", {name for one in self.brigades for name in one.specialists}, logins)
        _known("brigades.vehicle", {one.vehicle for one in self.brigades}, {one.code for one in self.vehicles})
        return self


def _known(where: str, used: set[str], known: Iterable[str]) -> None:
    if unknown := used - set(known):
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
