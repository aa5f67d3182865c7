"""Travel between places: a table where one is given, the great circle otherwise (an estimate, said so in the plan)."""

import math

from scheduling.planner.model import Place, Problem, Travel

EARTH_RADIUS_KM = 6371.0
Point = tuple[float, float, float]
Way = tuple[int, float]


def great_circle_km(a: Place, b: Place) -> float:
    """Shortest distance over the sphere; both places must have coordinates."""
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.dist(_point(a), _point(b)) / 2))


def _point(place: Place) -> Point:
    """On the unit sphere: the chord between two points is one call, and the arc follows from it."""
    assert place.lat is not None
    assert place.lon is not None
    lat, lon = math.radians(place.lat), math.radians(place.lon)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def driven_km(a: Place, b: Place, detour: float) -> float:
    """Kilometres on the road, rounded to 10 m: the great circle, longer by the detour."""
    return int(100 * detour * great_circle_km(a, b) + 0.5) / 100


def driving_minutes(km: float, speed_kmh: float) -> int:
    """Minutes for a way, rounded up."""
    return math.ceil(km / speed_kmh * 60)


class TravelTimes:
    """Minutes (rounded up) and kilometres (rounded to 10 m, so that sums are the same everywhere) between place ids."""

    def __init__(self, problem: Problem) -> None:
        self._travel: Travel = problem.travel
        known = [place for place in problem.places if place.lat is not None and place.lon is not None]
        self._points = [_point(place) for place in known]
        names = problem.travel.places or tuple(place.id for place in known)
        self.rows = {place: row for row, place in enumerate(names)}
        self._from: dict[int, list[Way]] = {}
        self._to: dict[int, list[Way]] = {}
        self._known: dict[tuple[str, str], Way] = {}

    def reaches(self, place: str) -> bool:
        """Whether travel to the place can be computed: it stands in the table or, without a table, has coordinates."""
        return place in self.rows

    def minutes(self, origin: str, target: str) -> int:
        return self._between(origin, target)[0]

    def km(self, origin: str, target: str) -> float:
        return self._between(origin, target)[1]

    @property
    def estimated(self) -> bool:
        """True unless a table was given."""
        return not self._travel.places

    def out_of(self, row: int) -> list[Way]:
        """Minutes and kilometres from the place of this row to every place."""
        if row not in self._from:
            self._from[row] = self._around(row) if self.estimated else self._listed(row)
        return self._from[row]

    def into(self, row: int) -> list[Way]:
        """Minutes and kilometres from every place to the place of this row."""
        if self.estimated:
            return self.out_of(row)
        if row not in self._to:
            self._to[row] = [self._compute(other, row) for other in range(len(self.rows))]
        return self._to[row]

    def _between(self, origin: str, target: str) -> Way:
        key = (origin, target)
        if key not in self._known:
            self._known[key] = self._compute(self.rows[origin], self.rows[target])
        return self._known[key]

    def _compute(self, origin: int, target: int) -> Way:
        if origin == target:
            return 0, 0.0
        if self.estimated:
            return self._circle(origin, [self._points[target]])[0]
        return self._travel.minutes[origin][target], self._travel.km[origin][target]

    def _around(self, row: int) -> list[Way]:
        """The great circle is the same both ways: half of the pairs are known from earlier rows."""
        rest = [other for other in range(len(self.rows)) if other not in self._from]
        ways = dict(zip(rest, self._circle(row, [self._points[other] for other in rest]), strict=True))
        return [ways[other] if other in ways else self._from[other][row] for other in range(len(self.rows))]

    def _circle(self, origin: int, targets: list[Point]) -> list[Way]:
        """A month asks for a quarter of a million pairs: written out, and rounded the quick way."""
        here, across = self._points[origin], 200 * EARTH_RADIUS_KM * self._travel.detour
        asin, dist, speed = math.asin, math.dist, self._travel.speed_kmh
        km = [int(across * asin(min(1.0, dist(here, there) / 2)) + 0.5) / 100 for there in targets]
        return [(math.ceil(way / speed * 60), way) for way in km]

    def _listed(self, origin: int) -> list[Way]:
        ways = list(zip(self._travel.minutes[origin], self._travel.km[origin], strict=True))
        ways[origin] = (0, 0.0)
        return ways
