"""A plan under construction: sequences per brigade-day, with the rules that bind several routes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from scheduling.planner.board import Board, BrigadeDay, Openings
from scheduling.planner.bounds import Bounds, bounds, positions
from scheduling.planner.model import Visit
from scheduling.planner.plan import Held, Plan, Reason, Route, Stop, Unplaced
from scheduling.planner.timetable import Timetable, timetable

ALL = (1 << 62) - 1


@dataclass
class Line:
    """The sequence of one brigade-day and the crews that can still serve all of it."""

    visits: list[Visit] = field(default_factory=list)
    times: Timetable | None = None
    crews: int = ALL
    bounds: Bounds | None = None


@dataclass(frozen=True)
class Insertion:
    """A visit put at a position of a brigade-day: extra kilometres (with prices) and the new times."""

    brigade_day: int
    position: int
    price: float
    times: Timetable


class Draft:
    """Sequences by brigade-day index. Every change keeps each route and every cross-route rule valid."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.lines = [Line(times=timetable(board, one, [])) for one in board.brigade_days]
        self.where: dict[str, int] = {}
        self.pins: dict[str, Openings] = {}
        self._days: dict[tuple[str, str], list[tuple[date, str]]] = defaultdict(list)
        self._series = {series.id: series for series in board.problem.series}
        self._limits = {child.id: child.day_limit for child in board.problem.children if child.day_limit}

    def fits_calendar(self, visit: Visit, one: BrigadeDay) -> bool:
        """Spacing of the series, the child's day and, for simplicity, one brigade per child and day."""
        return self._spacing(visit, one.day) and self._child_day(visit, one)

    def _spacing(self, visit: Visit, day: date) -> bool:
        if visit.series is None or visit.series not in self._series:
            return True
        series, days = self._series[visit.series], [on for on, _ in self._days["series", visit.series]]
        week = sum(on.isocalendar()[:2] == day.isocalendar()[:2] for on in days)
        few = series.max_per_week is None or week < series.max_per_week
        return few and all(abs((on - day).days) >= series.min_gap_days for on in days)

    def _child_day(self, visit: Visit, one: BrigadeDay) -> bool:
        others = [self.board.visits[name] for on, name in self._days["child", visit.child] if on == one.day]
        if not visit.child or not others:
            return not visit.child or visit.duration <= self._limits.get(visit.child, visit.duration)
        minutes = visit.duration + sum(other.duration for other in others)
        pair = self.board.pairs.get(visit.id)
        partner = {pair.first, pair.second} if pair else set()
        same = all(other.id in partner or self.where[other.id] == one.index for other in others)
        return same and minutes <= self._limits.get(visit.child, minutes)

    def add(self, visit: Visit, insertion: Insertion) -> None:
        """Apply an insertion found by `best_insertion`."""
        one, line = self.board.brigade_days[insertion.brigade_day], self.lines[insertion.brigade_day]
        line.visits.insert(insertion.position, visit)
        line.times, line.bounds = insertion.times, None
        line.crews &= self.board.crew_mask(visit, one)
        self.where[visit.id] = one.index
        for key in self._keys(visit):
            self._days[key].append((one.day, visit.id))

    def append(self, visit: Visit, one: BrigadeDay) -> bool:
        """Put the visit behind the others of a brigade-day, if that breaks no rule."""
        line = self.lines[one.index]
        if not self.board.crew_mask(visit, one) & line.crews or not self.fits_calendar(visit, one):
            return False
        times = timetable(self.board, one, [*line.visits, visit], self.pins)
        if times is not None:
            self.add(visit, Insertion(one.index, len(line.visits), 0.0, times))
        return times is not None

    def remove(self, visit: Visit) -> None:
        """Take a visit out again."""
        one = self.board.brigade_days[self.where.pop(visit.id)]
        line = self.lines[one.index]
        line.visits.remove(visit)
        self.pins.pop(visit.id, None)
        line.times, line.bounds = timetable(self.board, one, line.visits, self.pins), None
        line.crews = ALL
        for other in line.visits:
            line.crews &= self.board.crew_mask(other, one)
        for key in self._keys(visit):
            self._days[key].remove((one.day, visit.id))

    def restore(self, visit: Visit, one: BrigadeDay, position: int) -> None:
        """Undo a removal."""
        line = self.lines[one.index]
        times = timetable(self.board, one, [*line.visits[:position], visit, *line.visits[position:]], self.pins)
        assert times is not None
        self.add(visit, Insertion(one.index, position, 0.0, times))

    def warm_up(self) -> None:
        """Compute now what every insertion will ask."""
        for one in self.board.brigade_days:
            self._bounds(self.lines[one.index], one)

    @staticmethod
    def _keys(visit: Visit) -> list[tuple[str, str]]:
        keys = [("child", visit.child)] if visit.child else []
        return [*keys, ("series", visit.series)] if visit.series is not None else keys

    def best_insertion(self, visit: Visit, one: BrigadeDay, most: float = float("inf")) -> Insertion | None:
        """The cheapest feasible position on a brigade-day, if it costs less than `most`."""
        line = self.lines[one.index]
        known = line.bounds or self._bounds(line, one)
        if visit.duration > known.room or not self.board.crew_mask(visit, one) & line.crews:
            return None
        if not self.fits_calendar(visit, one):
            return None
        price = self.board.move_price(visit, one)
        openings = self.pins.get(visit.id) or self.board.openings(visit, one.day)
        for extra, position in sorted(positions(self.board, one, known, visit, openings, most - price)):
            sequence = [*line.visits[:position], visit, *line.visits[position:]]
            times = timetable(self.board, one, sequence, self.pins)
            if times is not None:
                return Insertion(one.index, position, extra + price, times)
        return None

    def _bounds(self, line: Line, one: BrigadeDay) -> Bounds:
        line.bounds = bounds(self.board, one, line.visits, self.pins)
        return line.bounds

    def plan(self, solver: str, seed: int, left: Iterable[tuple[str, Reason]], held: tuple[Held, ...] = ()) -> Plan:
        """The finished plan."""
        problem = self.board.problem
        routes = [self._route(one) for one in self.board.brigade_days if self._has_route(one)]
        return Plan(
            problem=problem.id, solver=solver, seed=seed, estimated=self.board.travel.estimated,
            routes=tuple(routes), receptions=held, stays=self.board.stays,
            unplaced=tuple(Unplaced(id=name, reason=reason) for name, reason in left),
        )  # fmt: skip

    def _has_route(self, one: BrigadeDay) -> bool:
        return bool(self.lines[one.index].visits) or one.index in self.board.routes_required

    def _route(self, one: BrigadeDay) -> Route:
        line = self.lines[one.index]
        assert line.times is not None
        stops = zip(line.visits, line.times.starts, strict=True)
        crew = next(crew for bit, crew in enumerate(one.crews) if line.crews >> bit & 1)
        return Route(
            brigade=one.brigade.id, day=one.day, start_place=one.start, end_place=one.end,
            leave=line.times.leave, back=line.times.back, lunch=line.times.lunch, crew=crew.people,
            stops=tuple(Stop(visit=visit.id, start=start) for visit, start in stops),
        )  # fmt: skip
