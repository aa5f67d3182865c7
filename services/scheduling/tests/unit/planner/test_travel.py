"""The way between two places is the same, asked for alone or out of a month."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scheduling.planner import Place, Problem, Travel
from scheduling.planner.travel import TravelTimes, driven_km, driving_minutes

latitudes, longitudes = st.floats(50, 60), st.floats(30, 60)


@given(latitudes, longitudes, latitudes, longitudes)
def test_one_way_is_measured_as_a_month_measures_it(lat: float, lon: float, other: float, east: float) -> None:
    start, end = Place(id="start", lat=lat, lon=lon), Place(id="end", lat=other, lon=east)
    travel = Travel(speed_kmh=60, detour=1.3)
    month = TravelTimes(Problem(days=(), places=(start, end), brigades=(), travel=travel))
    km = driven_km(start, end, travel.detour)
    assert abs(km - month.km("start", "end")) <= 0.01
    assert abs(driving_minutes(km, travel.speed_kmh) - month.minutes("start", "end")) <= 1
