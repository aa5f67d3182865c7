"""Travel between places: a table where one is given, the great circle otherwise (an estimate, said so in the plan)."""

import math

from scheduling.planner.model import Place, Problem, Travel

EARTH_RADIUS_KM = 6371.0


def great_circle_km(a: Place, b: Place) -> float:
    """Shortest distance over the sphere; both places must have coordinates."""
    (lat_a, lon_a), (lat_b, lon_b) = _radians(a), _radians(b)
    half_lat, half_lon = (lat_b - lat_a) / 2, (lon_b - lon_a) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def _radians(place: Place) -> tuple[float, float]:
    assert place.lat is not None
    assert place.lon is not None
    return math.radians(place.lat), math.radians(place.lon)


class TravelTimes:
    """Minutes (rounded up) and kilometres (rounded to 10 m, so that sums are the same everywhere) between place ids."""

    def __init__(self, problem: Problem) -> None:
        self._places = {place.id: place for place in problem.places}
        self._travel: Travel = problem.travel
        self._row = {place: row for row, place in enumerate(problem.travel.places)}
        self._known: dict[tuple[str, str], tuple[int, float]] = {}

    def reaches(self, place: str) -> bool:
        """Whether travel to the place can be computed: it stands in the table or, without a table, has coordinates."""
        if self._row:
            return place in self._row
        found = self._places.get(place)
        return found is not None and found.lat is not None and found.lon is not None

    def minutes(self, origin: str, target: str) -> int:
        return self._between(origin, target)[0]

    def km(self, origin: str, target: str) -> float:
        return self._between(origin, target)[1]

    @property
    def estimated(self) -> bool:
        """True unless a table was given."""
        return not self._row

    def _between(self, origin: str, target: str) -> tuple[int, float]:
        key = (origin, target)
        if key not in self._known:
            self._known[key] = self._compute(origin, target)
        return self._known[key]

    def _compute(self, origin: str, target: str) -> tuple[int, float]:
        if origin == target:
            return 0, 0.0
        if self._row:
            row, column = self._row[origin], self._row[target]
            return self._travel.minutes[row][column], self._travel.km[row][column]
        km = round(great_circle_km(self._places[origin], self._places[target]) * self._travel.detour, 2)
        return math.ceil(km / self._travel.speed_kmh * 60), km
