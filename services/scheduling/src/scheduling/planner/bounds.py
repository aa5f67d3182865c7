"""A quick look at a brigade-day: bounds on its times that no position for one more visit may break.

Lunch is not in them, so what passes here still needs the timetable; what fails here cannot pass it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from scheduling.planner.board import Board, BrigadeDay, Openings
from scheduling.planner.model import Visit
from scheduling.planner.timetable import Pins, earliest, latest


class Gap(NamedTuple):
    """Between two places (rows of the travel times): the way, the earliest departure, the latest arrival."""

    before: int
    after: int
    minutes: int
    km: float
    free: int
    until: int


@dataclass(frozen=True)
class Bounds:
    """`busy` is service and driving, `room` the minutes left for more of it."""

    gaps: list[Gap]
    busy: int
    room: int


def bounds(board: Board, one: BrigadeDay, visits: list[Visit], pins: Pins) -> Bounds:
    """Earliest moment to leave each place and latest arrival at the one after it, were there no lunch."""
    rows = board.travel.rows
    places = [rows[one.start], *(rows[visit.place] for visit in visits), rows[one.end]]
    ways = [board.travel.out_of(a)[b] for a, b in pairwise(places)]
    openings = [pins.get(visit.id) or board.openings(visit, one.day) for visit in visits]
    free, until = [one.shift.earliest], [one.shift.latest]
    for visit, starts, way in zip(visits, openings, ways, strict=False):
        free.append(earliest(starts, free[-1] + way[0]) + visit.duration)
    for visit, starts, way in zip(visits[::-1], openings[::-1], ways[::-1], strict=False):
        until.append(latest(starts, until[-1] - way[0] - visit.duration))
    busy = sum(way[0] for way in ways) + sum(visit.duration for visit in visits)
    if not visits and one.index not in board.routes_required:
        ways = [(ways[0][0], 0.0)]
    ends = zip(pairwise(places), ways, free, until[::-1], strict=True)
    return Bounds([Gap(*pair, *way, *times) for pair, way, *times in ends], busy, room(one, busy))


def room(one: BrigadeDay, busy: int) -> int:
    """Minutes left were nobody ever to wait; negative when that much work does not fit the day."""
    lunch, most = one.brigade.lunch, one.shift.max_minutes
    span = one.shift.latest - one.shift.earliest - busy
    if lunch is not None and busy > lunch.after:
        span -= lunch.minutes
    return span if most is None else min(span, most - busy)


def positions(
    board: Board, one: BrigadeDay, line: Bounds, visit: Visit, openings: Openings, most: float
) -> Iterator[tuple[float, int]]:
    """Extra kilometres, less than `most`, and position of each place in the sequence that the bounds allow."""
    row = board.travel.rows[visit.place]
    out, into, duration = board.travel.out_of(row), board.travel.into(row), visit.duration
    whole = len(openings) == 1 and openings[0] == (0, 2880)
    for position, (before, after, minutes, direct, free, until) in enumerate(line.gaps):
        (way, km), (on, further) = into[before], out[after]
        detour = km + further - direct
        if detour >= most:
            continue
        start = free + way if whole else earliest(openings, free + way)
        extra = duration + way + on - minutes
        if start + duration + on <= until and extra <= line.room and room(one, line.busy + extra) >= 0:
            yield detour, position
