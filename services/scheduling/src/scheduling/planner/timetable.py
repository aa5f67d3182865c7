"""When each stop of a sequence starts: earliest end of the day first, then the latest departure that keeps it.

Lunch is one more state of the forward pass: the earliest free minute without and with lunch taken so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduling.planner.board import Board, BrigadeDay, Openings
from scheduling.planner.model import Lunch, Visit

NEVER = 1 << 30
# Starts chosen by a solver and not to be changed (both visits of a pair), as narrowed openings.
Pins = Mapping[str, Openings]
NO_PINS: Pins = {}


@dataclass(frozen=True)
class Timetable:
    """Times of a feasible sequence; `lunch` is the minute the break starts."""

    leave: int
    starts: tuple[int, ...]
    back: int
    lunch: int | None


@dataclass(frozen=True)
class Leg:
    """A stop as the timetable sees it: the way to it, its length, its allowed starts."""

    way: int
    duration: int
    openings: Openings


def timetable(board: Board, one: BrigadeDay, visits: list[Visit], pins: Pins = NO_PINS) -> Timetable | None:
    """The day's times, or none when the sequence does not fit (crew and pairs are not looked at)."""
    legs = _legs(board, one, visits, pins)
    plain = _timed(one, legs, None, None)
    if plain is None:
        return None
    lunch = one.brigade.lunch
    if lunch is None or plain.back - plain.leave <= lunch.after:
        return plain if _short_enough(one, plain, 0) else None
    at = _lunch_place(one, legs, lunch)
    eaten = None if at is None else _timed(one, legs, lunch, at)
    return eaten if eaten is not None and _short_enough(one, eaten, lunch.minutes) else None


def _short_enough(one: BrigadeDay, times: Timetable, rest: int) -> bool:
    most = one.shift.max_minutes
    return most is None or times.back - times.leave - rest <= most


def _legs(board: Board, one: BrigadeDay, visits: list[Visit], pins: Pins) -> list[Leg]:
    legs, here = [], one.start
    for visit in visits:
        openings = pins.get(visit.id) or board.openings(visit, one.day)
        legs.append(Leg(board.travel.minutes(here, visit.place), visit.duration, openings))
        here = visit.place
    return [*legs, Leg(board.travel.minutes(here, one.end), 0, ((0, NEVER),))]


def earliest(openings: Openings, moment: int) -> int:
    """First allowed start at or after the moment."""
    for low, high in openings:
        if moment <= high:
            return max(low, moment)
    return NEVER


def latest(openings: Openings, moment: int) -> int:
    """Last allowed start at or before the moment."""
    for low, high in reversed(openings):
        if low <= moment:
            return min(high, moment)
    return -NEVER


def _after_lunch(lunch: Lunch, moment: int) -> int:
    done = max(moment, lunch.earliest) + lunch.minutes
    return done if done <= lunch.latest else NEVER


# A lunch place is (leg, driven): before leg `leg` is driven, or after it when `driven`.
Place = tuple[int, bool]


def _lunch_place(one: BrigadeDay, legs: list[Leg], lunch: Lunch) -> Place | None:
    """Where lunch lets the day end earliest."""
    hungry, fed, place = one.shift.earliest, NEVER, None
    for number, leg in enumerate(legs):
        last = number == len(legs) - 1
        before = _after_lunch(lunch, hungry) + leg.way if number else NEVER
        after = NEVER if last else _after_lunch(lunch, hungry + leg.way)
        best = min(fed + leg.way, before, after)
        if best < fed + leg.way:
            place = (number, after < before)
        fed = min(NEVER, earliest(leg.openings, best) + leg.duration)
        hungry = min(NEVER, earliest(leg.openings, hungry + leg.way) + leg.duration)
    return place if fed <= one.shift.latest else None


def _timed(one: BrigadeDay, legs: list[Leg], lunch: Lunch | None, at: Place | None) -> Timetable | None:
    _, back, _ = _forward(one.shift.earliest, legs, lunch, at)
    if back > one.shift.latest:
        return None
    leave = _latest_leave(back, legs, lunch, at)
    starts, back, eaten = _forward(leave, legs, lunch, at)
    return Timetable(leave, tuple(starts), back, eaten)


def _forward(leave: int, legs: list[Leg], lunch: Lunch | None, at: Place | None) -> tuple[list[int], int, int | None]:
    """Starts, end of the day and lunch, leaving at `leave` and never waiting longer than needed."""
    free, starts, eaten = leave, [], None
    for number, leg in enumerate(legs):
        if lunch is not None and at == (number, False):
            free = _after_lunch(lunch, free)
            eaten = free - lunch.minutes
        free += leg.way
        if lunch is not None and at == (number, True):
            free = _after_lunch(lunch, free)
            eaten = free - lunch.minutes
        start = earliest(leg.openings, free)
        starts.append(start)
        free = min(NEVER, start + leg.duration)
    return starts[:-1], free, eaten


def _latest_leave(back: int, legs: list[Leg], lunch: Lunch | None, at: Place | None) -> int:
    """The last moment to leave and still be back by `back`."""
    moment = back
    for number in range(len(legs) - 1, -1, -1):
        leg = legs[number]
        moment = latest(leg.openings, moment - leg.duration)
        if lunch is not None and at == (number, True):
            moment = min(moment, lunch.latest) - lunch.minutes
        moment -= leg.way
        if lunch is not None and at == (number, False):
            moment = min(moment, lunch.latest) - lunch.minutes
    return moment
