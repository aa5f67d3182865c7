"""The dispatcher's board: the problem as brigade-days, and for each visit the days and crews that may serve it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations, islice

from scheduling.planner.model import Brigade, Commitment, Pair, Problem, Shift, Specialist, Stay, Visit
from scheduling.planner.travel import TravelTimes

MOST_CREWS = 62
Openings = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Crew:
    """One way to fill the vehicle, and what these people together can do."""

    people: tuple[str, ...]
    skills: frozenset[str]


@dataclass(frozen=True)
class BrigadeDay:
    """A brigade on a day it works: where the day starts and ends, and who could go."""

    index: int
    brigade: Brigade
    day: date
    shift: Shift
    start: str
    end: str
    crews: tuple[Crew, ...]


@dataclass
class Known:
    """What was computed about a visit. It keeps the visit, so that no other object takes over its identity."""

    visit: Visit
    openings: dict[date, Openings] = field(default_factory=dict)
    masks: list[int] = field(default_factory=list)


class Board:
    """Read-only view of one problem, shared by all solvers. `stays` are the overnight stays decided so far."""

    def __init__(
        self, problem: Problem, stays: tuple[Stay, ...] | None = None, taken: frozenset[tuple[str, date]] = frozenset()
    ):
        self.problem = problem
        self.stays = problem.stays if stays is None else stays
        self.travel = TravelTimes(problem)
        self.visits = {visit.id: visit for visit in problem.visits}
        self.promises = {promise.visit: promise for promise in problem.commitments}
        self.days = tuple(sorted(set(problem.days)))
        self.brigade_days = tuple(BrigadeDay(index, *parts) for index, parts in enumerate(self._brigade_days(taken)))
        self._about: dict[int, Known] = {}
        self._able: dict[tuple[str, ...], list[int]] = {}

    def _brigade_days(
        self, taken: frozenset[tuple[str, date]]
    ) -> Iterator[tuple[Brigade, date, Shift, str, str, tuple[Crew, ...]]]:
        people = {person.id: person for person in self.problem.specialists}
        for day in self.days:
            elsewhere: set[str] = set()
            for brigade in self.problem.brigades:
                shift = self.shift(brigade, day)
                if shift is None or (brigade.id, day) in taken:
                    continue
                start, end = self.ends(brigade, day)
                if not (self.travel.reaches(start) and self.travel.reaches(end)):
                    continue
                present = [people[name] for name in brigade.crew if day not in people[name].absences]
                present = [person for person in present if person.id not in elsewhere]
                elsewhere |= {person.id for person in present}
                yield brigade, day, shift, start, end, crews(brigade, present)

    @staticmethod
    def shift(brigade: Brigade, day: date) -> Shift | None:
        """The shift the brigade works on the day, if it does."""
        if day in brigade.absences or (brigade.days is not None and day not in brigade.days):
            return None
        return brigade.shift_on(day)

    def ends(self, brigade: Brigade, day: date) -> tuple[str, str]:
        """Where the brigade's day starts and ends: the base, or the lodging of a stay."""
        start, end = brigade.base, brigade.end or brigade.base
        for stay in self.stays:
            if stay.brigade == brigade.id:
                end = stay.place if stay.night == day else end
                start = stay.place if stay.night + timedelta(days=1) == day else start
        return start, end

    @cached_property
    def routes_required(self) -> frozenset[int]:
        """Brigade-days that must appear in the plan even when empty: an overnight stay begins or ends there."""
        nights = {(stay.brigade, stay.night + timedelta(days=shift)) for stay in self.stays for shift in (0, 1)}
        return frozenset(one.index for one in self.brigade_days if (one.brigade.id, one.day) in nights)

    @cached_property
    def pairs(self) -> dict[str, Pair]:
        """The pair each paired visit belongs to."""
        return {name: pair for pair in self.problem.pairs for name in (pair.first, pair.second)}

    def _known(self, visit: Visit) -> Known:
        return self._about.get(id(visit)) or self._about.setdefault(id(visit), Known(visit))

    def openings(self, visit: Visit, day: date) -> Openings:
        """Ranges of allowed starts on the day, in order; a frozen visit has exactly one start."""
        known = self._known(visit).openings
        if day not in known:
            known[day] = tuple(self._compute_openings(visit, day))
        return known[day]

    def _compute_openings(self, visit: Visit, day: date) -> list[tuple[int, int]]:
        windows = [(one.opens, one.closes - visit.duration) for one in visit.windows if one.applies(day)]
        starts = merged(sorted(one for one in windows if one[0] <= one[1])) if visit.windows else [(0, 2880)]
        promise = self.promises.get(visit.id)
        if promise is None or not promise.frozen:
            return starts
        return [(promise.start, promise.start) for low, high in starts if low <= promise.start <= high][:1]

    def crew_mask(self, visit: Visit, brigade_day: BrigadeDay) -> int:
        """Bit per crew of the brigade-day that has the visit's skills; 0 when the visit may not be there at all."""
        return self.crew_masks(visit)[brigade_day.index]

    def crew_masks(self, visit: Visit) -> list[int]:
        """`crew_mask` of every brigade-day."""
        known = self._known(visit)
        known.masks = known.masks or self._compute_masks(visit)
        return known.masks

    def _compute_masks(self, visit: Visit) -> list[int]:
        if not self.travel.reaches(visit.place):
            return [0] * len(self.brigade_days)
        days = {day for day in self.days if self._open_on(visit, day)}
        able, promise = self.able(visit.skills), self.promises.get(visit.id)
        by_day = [mask if one.day in days else 0 for mask, one in zip(able, self.brigade_days, strict=True)]
        only = visit.brigades
        if promise is not None and promise.frozen:
            only = (promise.brigade,) if only is None or promise.brigade in only else ()
        if only is None:
            return by_day
        return [mask if one.brigade.id in only else 0 for mask, one in zip(by_day, self.brigade_days, strict=True)]

    def _open_on(self, visit: Visit, day: date) -> bool:
        """Date, window and freeze allow the visit on the day (skills and travel not considered)."""
        promise, frozen = self.promises.get(visit.id), self.problem.frozen_until
        if promise is not None and promise.frozen:
            if promise.day != day:
                return False
        elif frozen is not None and day <= frozen:
            return False
        return visit.may_be_on(day) and bool(self.openings(visit, day))

    def able(self, skills: tuple[str, ...]) -> list[int]:
        """Of every brigade-day, a bit per crew that has all these skills."""
        if skills not in self._able:
            need = set(skills)
            self._able[skills] = [
                sum(1 << bit for bit, crew in enumerate(one.crews) if need <= crew.skills) for one in self.brigade_days
            ]
        return self._able[skills]

    def move_price(self, visit: Visit, one: BrigadeDay) -> float:
        """What it costs to have the visit here and not where it was promised."""
        promise: Commitment | None = self.promises.get(visit.id)
        if promise is None or (promise.brigade, promise.day) == (one.brigade.id, one.day):
            return 0.0
        return promise.move_price


def crews(brigade: Brigade, present: list[Specialist]) -> tuple[Crew, ...]:
    """All crews that fill the seats (at most 62 of them: the mask must fit a machine word)."""
    seats = len(present) if brigade.seats is None else min(brigade.seats, len(present))
    chosen = islice(combinations(present, seats), MOST_CREWS)
    own = frozenset(brigade.skills)
    return tuple(
        Crew(tuple(person.id for person in people), own.union(*(person.skills for person in people)))
        for people in chosen
    )


def merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted ranges with overlaps joined."""
    joined: list[tuple[int, int]] = []
    for low, high in ranges:
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
