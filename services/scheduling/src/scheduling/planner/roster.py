"""Trips over months by CP-SAT: which district when, by which team, how far apart, with a night away where it is far.

Its answer becomes receptions' days and overnight stays of the month's problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from typing import Any

from scheduling.planner.model import Stay

MISSED, OTHER_TEAM, UNEVEN = 1000, 30, 2


@dataclass(frozen=True)
class District:
    """Where trips go: `trips` in the period, between `least_gap` and `most_gap` days apart; far ones take two days."""

    id: str
    place: str
    trips: int
    km: int
    least_gap: int = 14
    most_gap: int = 45
    overnight: bool = False
    days: frozenset[date] | None = None
    teams: frozenset[str] | None = None


@dataclass(frozen=True)
class Team:
    """A brigade and the days it may travel."""

    id: str
    days: frozenset[date]


@dataclass(frozen=True)
class Trip:
    """A team's day, or two days with a night, in a district."""

    district: str
    team: str
    day: date
    stay: Stay | None


@dataclass(frozen=True)
class Roster:
    """Trips by date, the trips that found no place, and whether the search proved this the best."""

    trips: tuple[Trip, ...]
    missed: dict[str, int]
    proven: bool

    @property
    def stays(self) -> tuple[Stay, ...]:
        """The nights away, for the month's problem: the routes end and begin at the lodging."""
        return tuple(trip.stay for trip in self.trips if trip.stay is not None)


@dataclass
class _Model:
    cp: Any
    go: dict[tuple[int, int, date], Any] = field(default_factory=dict)
    price: list[Any] = field(default_factory=list)


def plan_roster(
    districts: list[District], teams: list[Team], seconds: float = 10.0, seed: int = 1, hint: Roster | None = None
) -> Roster:
    """The cheapest roster found. One worker and a deterministic limit: the same answer every time.

    `seconds` are CP-SAT's deterministic ones, near real ones on a quiet machine.
    """
    cp_model = import_module("ortools.sat.python.cp_model")
    model = _Model(cp_model.CpModel())
    for d, district in enumerate(districts):
        _district(model, d, district, teams)
    _one_place_a_day(model, districts, teams)
    _balance(model, len(teams))
    for key, value in _hints(districts, teams, hint):
        if key in model.go:
            model.cp.add_hint(model.go[key], value)
    model.cp.minimize(sum(model.price))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = seconds
    status = solver.solve(model.cp)
    return _roster(model, districts, teams, solver, status == cp_model.OPTIMAL)


def _district(model: _Model, d: int, district: District, teams: list[Team]) -> None:
    for t, team in enumerate(teams):
        if district.teams is not None and team.id not in district.teams:
            continue
        for day in sorted(team.days):
            ready = not district.overnight or day + timedelta(days=1) in team.days
            if ready and (district.days is None or day in district.days):
                model.go[d, t, day] = model.cp.new_bool_var(f"{district.id} {team.id} {day}")
    mine = {key: go for key, go in model.go.items() if key[0] == d}
    missed = model.cp.new_int_var(0, district.trips, f"missed {district.id}")
    model.cp.add(sum(mine.values()) + missed == district.trips)
    model.price.append(MISSED * missed)
    model.price += [2 * district.km * go for go in mine.values()]
    _spacing(model, district, mine)
    _same_team(model, d, mine, len(teams))


def _spacing(model: _Model, district: District, mine: dict[tuple[int, int, date], Any]) -> None:
    days = sorted({day for _, _, day in mine})
    for day in days:
        near = [go for (_, _, other), go in mine.items() if 0 <= (other - day).days < district.least_gap]
        model.cp.add(sum(near) <= 1)
    if district.trips < 2:
        return
    last = max(days, default=None)
    for (_, _, day), go in mine.items():
        after = [other for (_, _, on), other in mine.items() if 0 < (on - day).days <= district.most_gap]
        later = [other for (_, _, on), other in mine.items() if (on - day).days > district.most_gap]
        if last is not None and later:
            # A trip may be followed by none at all, but not by a first one after too long a pause.
            for other in later:
                model.cp.add(sum(after) >= 1).only_enforce_if([go, other])


def _same_team(model: _Model, d: int, mine: dict[tuple[int, int, date], Any], teams: int) -> None:
    for t in range(teams):
        here = [go for (_, team, _), go in mine.items() if team == t]
        if here:
            used = model.cp.new_bool_var(f"used {d} {t}")
            model.cp.add_max_equality(used, here)
            model.price.append(OTHER_TEAM * used)


def _one_place_a_day(model: _Model, districts: list[District], teams: list[Team]) -> None:
    for t, team in enumerate(teams):
        for day in team.days:
            here = [go for (d, other, on), go in model.go.items() if other == t and _covers(districts[d], on, day)]
            if here:
                model.cp.add_at_most_one(here)


def _covers(district: District, begin: date, day: date) -> bool:
    return day == begin or (district.overnight and day == begin + timedelta(days=1))


def _balance(model: _Model, teams: int) -> None:
    """The busiest team makes as few trips as possible."""
    busiest = model.cp.new_int_var(0, len(model.go), "busiest")
    for t in range(teams):
        model.cp.add(sum(go for (_, team, _), go in model.go.items() if team == t) <= busiest)
    model.price.append(UNEVEN * busiest)


def _hints(districts: list[District], teams: list[Team], hint: Roster | None) -> Iterator[tuple[Any, int]]:
    if hint is None:
        return
    chosen = {(trip.district, trip.team, trip.day) for trip in hint.trips}
    for d, district in enumerate(districts):
        for t, team in enumerate(teams):
            for day in team.days:
                yield (d, t, day), int((district.id, team.id, day) in chosen)


def _roster(model: _Model, districts: list[District], teams: list[Team], solver: Any, proven: bool) -> Roster:
    trips = []
    for (d, t, day), go in model.go.items():
        if solver.boolean_value(go):
            night = Stay(brigade=teams[t].id, night=day, place=districts[d].place) if districts[d].overnight else None
            trips.append(Trip(districts[d].id, teams[t].id, day, night))
    made = {one.id: sum(trip.district == one.id for trip in trips) for one in districts}
    missed = {one.id: one.trips - made[one.id] for one in districts if made[one.id] < one.trips}
    return Roster(tuple(sorted(trips, key=lambda trip: (trip.day, trip.team))), missed, proven)
