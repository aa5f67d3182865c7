"""The month of one organisation as the planner's problem: demand, brigades, absences and what is already booked.

The same calendar gives the same problem, to the byte: its digest tells whether anything changed since a plan was made.
Coordinates stay outside: the stored problem holds a table of minutes and kilometres.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chassis.work import Unit
from contracts.identifiers import DeliveryMode, VisitOutcome
from sqlalchemy import select
from workdays import Calendar

from scheduling import bookings, planner
from scheduling.appointments.queries.desk import absent_days
from scheduling.pack import BrigadeEntry, opening_on
from scheduling.planner.travel import TravelTimes
from scheduling.plans.month import Draft, Month
from scheduling.resources.model import ChildFacts
from scheduling.roster import Roster, roster
from scheduling.spans import local_day, minute, moment_at, month_of
from scheduling.visits.demand import Bundle, bundles, singles, still_due
from scheduling.visits.model import Demand, Visit, VisitState
from scheduling.visits.queries.families import home


async def build_month(
    unit: Unit, plan_id: UUID, region: str, organisation_id: UUID, month: date, as_of: datetime
) -> Month:
    """The problem of a month as it stood; days up to ``as_of`` are over."""
    return await _Builder(unit, plan_id, region, organisation_id, month, as_of).month()


class _Builder:
    """Collects one month. ``days`` are the working days still ahead."""

    def __init__(
        self, unit: Unit, plan_id: UUID, region: str, organisation_id: UUID, month: date, as_of: datetime
    ) -> None:
        self.unit, self.plan_id, self.organisation_id = unit, plan_id, organisation_id
        self.roster: Roster = roster(unit.packs, region)
        self.calendar: Calendar = unit.regions[region].calendar
        self.zone: ZoneInfo = unit.regions[region].zone
        self.first, self.last = month_of(month)
        after = max(self.first, local_day(as_of, self.zone) + timedelta(days=1))
        self.days = working_days(after, self.last, self.calendar)
        self.places: dict[str, planner.Place] = {}
        self.drafts: list[Draft] = []
        self.series: list[planner.Series] = []

    async def month(self) -> Month:
        specialists = self.roster.specialists_of(self.organisation_id)
        brigades = self.roster.brigades_of(self.organisation_id)
        demands = await self._demands()
        vehicles = [self.roster.vehicle_id(one) for one in brigades.values()]
        known = [*specialists, *vehicles, *(demand.child_id for demand in demands)]
        self.taken = await bookings.taken(
            self.unit,
            known,
            moment_at(self.first, 0, self.zone),
            moment_at(self.last + timedelta(days=1), 0, self.zone),
        )
        self.away = await absent_days(self.unit, specialists, self.days)
        for demand in demands:
            await self._draft(demand)
        return Month(self._problem(brigades), self.drafts, self.taken, self.away)

    async def _demands(self) -> list[Demand]:
        query = select(Demand).where(
            Demand.organisation_id == self.organisation_id,
            Demand.starts_on <= self.last,
            Demand.ends_on >= self.first,
        )
        return sorted(await self.unit.session.scalars(query), key=lambda one: one.programme_id)

    async def _draft(self, demand: Demand) -> None:
        visits = list(await self.unit.session.scalars(select(Visit).where(Visit.programme_id == demand.programme_id)))
        facts = await self.unit.session.get(ChildFacts, demand.child_id)
        paused = facts.paused_until if facts else None
        days = [day for day in self.days if demand.starts_on <= day <= demand.ends_on]
        days = [day for day in days if paused is None or day > paused]
        rules = self.roster.pack.visits
        due = self._due(demand, visits)
        homes = bundles([line for line in demand.lines if line.mode is DeliveryMode.HOME], due, rules)
        remote = singles([line for line in demand.lines if line.mode is DeliveryMode.REMOTE], due)
        waiting = [visit for visit in visits if visit.state is VisitState.POSTPONED]
        estimated = False
        if homes or any(visit.mode is DeliveryMode.HOME for visit in waiting):
            where = await home(self.unit, demand, self.roster)
            estimated = where.estimated
            self._place(f"home:{demand.child_id}", where.spot.latitude, where.spot.longitude)
        apart = self._apart(days, visits, rules.min_gap_days)
        self._add(demand, DeliveryMode.HOME, homes, apart, estimated)
        self._add(demand, DeliveryMode.REMOTE, remote, self._open_days(demand.child_id, days), False)
        self.drafts += [self._again(visit, apart) for visit in waiting]
        self.series.append(
            planner.Series(
                id=str(demand.programme_id), min_gap_days=rules.min_gap_days, max_per_week=rules.max_per_week
            )
        )

    def _due(self, demand: Demand, visits: Iterable[Visit]) -> dict[UUID, int]:
        done = standing(visits)
        term = working_days(demand.starts_on, demand.ends_on, self.calendar)
        so_far = [day for day in term if day <= self.last]
        due: dict[UUID, int] = {}
        for line in demand.lines:
            key = (line.service_code, line.mode)
            due[line.line_id] = still_due(line, done[key], so_far, term, demand.ends_on <= self.last)
            done[key] -= min(done[key], line.count)
        return due

    def _apart(self, days: Sequence[date], visits: Iterable[Visit], gap: int) -> tuple[date, ...]:
        """Days that keep the distance to what already stands."""
        fixed = [one.day for one in visits if one.state is VisitState.SCHEDULED and one.mode is DeliveryMode.HOME]
        return tuple(day for day in days if all(abs((day - other).days) >= gap for other in fixed))

    def _open_days(self, child_id: UUID, days: Iterable[date]) -> tuple[date, ...]:
        busy = {local_day(span.starts_at, self.zone) for span in self.taken.get(child_id, ())}
        return tuple(day for day in days if day not in busy)

    def _add(
        self, demand: Demand, mode: DeliveryMode, found: Sequence[Bundle], days: tuple[date, ...], estimated: bool
    ) -> None:
        for number, tasks in enumerate(found):
            self.drafts.append(
                Draft(
                    visit_id=uuid5(self.plan_id, f"{demand.programme_id}/{mode}/{number}"),
                    programme_id=demand.programme_id,
                    child_id=demand.child_id,
                    mode=mode,
                    tasks=tasks,
                    days=self._open_days(demand.child_id, days),
                    place_estimated=estimated,
                )
            )

    def _again(self, visit: Visit, days: Iterable[date]) -> Draft:
        return Draft(
            visit_id=visit.id,
            programme_id=visit.programme_id,
            child_id=visit.child_id,
            mode=visit.mode,
            tasks=visit.tasks,
            days=tuple(day for day in days if visit.postponed_until is None or day > visit.postponed_until),
            place_estimated=visit.place_estimated,
            known=True,
        )

    def _place(self, id: str, latitude: float, longitude: float) -> str:
        self.places[id] = planner.Place(id=id, lat=latitude, lon=longitude)
        return id

    def _problem(self, brigades: Mapping[UUID, BrigadeEntry]) -> planner.Problem:
        teams = [self._brigade(id, one) for id, one in brigades.items()]
        visits = [self._visit(draft) for draft in self.drafts if draft.mode is DeliveryMode.HOME]
        rules = self.roster.pack.visits
        open_problem = planner.Problem(
            id=str(self.plan_id),
            days=tuple(self.days),
            places=tuple(self.places.values()),
            brigades=tuple(teams),
            specialists=tuple(self._specialist(id) for one in brigades.values() for id in self.roster.crew(one)),
            visits=tuple(visits),
            series=tuple(self.series),
            travel=planner.Travel(speed_kmh=rules.speed_kmh, detour=rules.detour),
        )
        return without_coordinates(open_problem)

    def _visit(self, draft: Draft) -> planner.Visit:
        return planner.Visit(
            id=str(draft.visit_id),
            place=f"home:{draft.child_id}",
            duration=draft.minutes,
            child=str(draft.child_id),
            skills=tuple(sorted({task.skill for task in draft.tasks})),
            days=draft.days,
            series=str(draft.programme_id),
            services=len(draft.tasks),
        )

    def _brigade(self, id: UUID, entry: BrigadeEntry) -> planner.Brigade:
        vehicle = self.roster.vehicle_id(entry)
        base = self._place(f"base:{entry.code}", entry.base.latitude, entry.base.longitude)
        return brigade_problem(id, entry, base, self.roster, tuple(self._busy_days(vehicle)))

    def _specialist(self, id: UUID) -> planner.Specialist:
        hours = self.roster.specialists[id].hours
        off = {day for day in self.days if opening_on(hours, day, self.calendar) is None}
        absences = sorted(off | self.away.get(id, set()) | set(self._busy_days(id)))
        return planner.Specialist(
            id=str(id), skills=tuple(sorted(self.roster.specialists[id].skills)), absences=tuple(absences)
        )

    def _busy_days(self, resource: UUID) -> list[date]:
        """Whoever is booked for an hour does not go on the road that day."""
        busy = {local_day(span.starts_at, self.zone) for span in self.taken.get(resource, ())}
        return sorted(busy & set(self.days))


def brigade_problem(
    id: UUID, entry: BrigadeEntry, base: str, roster: Roster, absences: tuple[date, ...]
) -> planner.Brigade:
    """A brigade of the pack as the planner sees it."""
    vehicle = roster.vehicles[roster.vehicle_id(entry)]
    return planner.Brigade(
        id=str(id),
        base=base,
        crew=tuple(str(one) for one in roster.crew(entry)),
        seats=vehicle.seats,
        shifts=(
            planner.Shift(earliest=minute(entry.earliest), latest=minute(entry.latest), max_minutes=entry.max_minutes),
        ),
        lunch=planner.Lunch(),
        absences=absences,
    )


def without_coordinates(problem: planner.Problem) -> planner.Problem:
    """The same problem with a table of travel in place of coordinates: a home is personal data, a distance is not."""
    travel = TravelTimes(problem)
    ids = tuple(place.id for place in problem.places)
    table = planner.Travel(
        speed_kmh=problem.travel.speed_kmh,
        detour=problem.travel.detour,
        places=ids,
        minutes=tuple(tuple(travel.minutes(one, other) for other in ids) for one in ids),
        km=tuple(tuple(travel.km(one, other) for other in ids) for one in ids),
    )
    places = tuple(planner.Place(id=id) for id in ids)
    return problem.model_copy(update={"places": places, "travel": table})


def standing(visits: Iterable[Visit]) -> Counter[tuple[str, DeliveryMode]]:
    """Occurrences per service and mode that are done, stand in the calendar, or wait for a new date.

    By service, not by line: a corrected programme brings new lines, and what stands already must count for them (T4).
    """
    return Counter((code, visit.mode) for visit in visits for code in _services(visit))


def _services(visit: Visit) -> list[str]:
    if visit.state is not VisitState.REPORTED:
        return [task.service_code for task in visit.tasks]
    return [service.service_code for service in visit.performed] if visit.outcome is VisitOutcome.PERFORMED else []


def working_days(first: date, last: date, calendar: Calendar) -> list[date]:
    """Working days from the first to the last, both included."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if calendar.is_working(day)]
