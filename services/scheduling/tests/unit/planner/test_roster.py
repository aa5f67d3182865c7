"""Trips over months: spacing, one place a day, nights away, misses named, the same answer twice."""

from datetime import date, timedelta

from scheduling.planner import Brigade, Place, Problem, Visit, check, solve
from scheduling.planner.roster import District, Roster, Team, plan_roster

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(60)]
WORKING = frozenset(day for day in DAYS if day.weekday() < 5)
TEAMS = [Team("one", WORKING), Team("two", frozenset(day for day in WORKING if day.month == 3))]
DISTRICTS = [
    District("near", "near", trips=2, km=40),
    District("far", "far", trips=2, km=220, overnight=True),
    District("picky", "picky", trips=1, km=90, days=frozenset({date(2026, 3, 10)}), teams=frozenset({"two"})),
]


def roster() -> Roster:
    return plan_roster(DISTRICTS, TEAMS, seconds=2)


def test_all_trips_find_a_day_and_the_proof_is_told() -> None:
    found = roster()
    assert found.missed == {}
    assert found.proven
    assert len(found.trips) == 5


def test_trips_of_a_district_keep_their_distance_and_one_team_goes() -> None:
    trips = roster().trips
    for name in ("near", "far"):
        days = [trip.day for trip in trips if trip.district == name]
        assert 14 <= (days[1] - days[0]).days <= 45
        assert len({trip.team for trip in trips if trip.district == name}) == 1


def test_a_far_trip_has_its_night_and_takes_two_days_of_the_team() -> None:
    trips = roster().trips
    for trip in trips:
        assert (trip.stay is not None) == (trip.district == "far")
    busy = [(t.team, t.day + timedelta(days=n)) for t in trips for n in range(2 if t.stay else 1)]
    assert len(set(busy)) == len(busy)
    assert all(day in WORKING for _, day in busy)


def test_what_cannot_be_met_is_named_and_a_hint_is_accepted() -> None:
    impossible = [*DISTRICTS, District("closed", "closed", trips=3, km=10, days=frozenset())]
    found = plan_roster(impossible, TEAMS, seconds=2, hint=roster())
    assert found.missed == {"closed": 3}
    assert plan_roster(impossible, TEAMS, seconds=2, hint=roster()) == found


def test_the_nights_of_the_roster_hold_in_the_routes_of_the_month() -> None:
    nights = roster().stays
    places = (Place(id="base", lat=55.0, lon=33.0), Place(id="far", lat=56.4, lon=34.5))
    visits = tuple(
        Visit(id=f"{stay.night} {n}", place="far", duration=60, days=(stay.night + timedelta(days=n),))
        for stay in nights
        for n in range(2)
    )
    problem = Problem(
        days=tuple(sorted(WORKING)), places=places, brigades=tuple(Brigade(id=team.id, base="base") for team in TEAMS),
        visits=visits, stays=nights,
    )  # fmt: skip
    plan = solve(problem)
    ends = {(route.brigade, route.day): (route.start_place, route.end_place) for route in plan.routes if route.stops}
    assert nights
    assert check(problem, plan) == []
    for stay in nights:
        assert ends[stay.brigade, stay.night] == ("base", "far")
        assert ends[stay.brigade, stay.night + timedelta(days=1)] == ("far", "base")
