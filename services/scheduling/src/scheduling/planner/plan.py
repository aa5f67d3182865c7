"""The answer: who drives where on which day, and what could not be placed and why."""

from datetime import date
from typing import Literal

from scheduling.planner.model import Data, Minute, Stay

Reason = Literal["place", "brigades", "skills", "days", "absences", "window", "reach", "room", "freeze", "pair"]


class Stop(Data):
    """A visit and the minute its service starts."""

    visit: str
    start: Minute


class Route(Data):
    """One brigade on one day: leaves `start_place`, serves the stops in order, is at `end_place` by `back`."""

    brigade: str
    day: date
    start_place: str
    end_place: str
    leave: Minute
    back: Minute
    stops: tuple[Stop, ...] = ()
    crew: tuple[str, ...] = ()
    lunch: Minute | None = None


class Session(Data):
    """A service at a point: which specialist, which room (from 1), when."""

    service: str
    specialist: str
    room: int
    start: Minute


class Held(Data):
    """A reception that takes place. The brigade's day belongs to it."""

    reception: str
    brigade: str
    day: date
    leave: Minute
    back: Minute
    crew: tuple[str, ...]
    sessions: tuple[Session, ...]


class Unplaced(Data):
    """A visit, reception or service at a reception left out, with the rule that stood in the way."""

    id: str
    reason: Reason


class Plan(Data):
    """Versioned answer to one problem. `estimated`: travel times are great circle, not a road graph."""

    version: Literal[1] = 1
    problem: str = ""
    solver: str = ""
    seed: int = 0
    estimated: bool = True
    routes: tuple[Route, ...] = ()
    receptions: tuple[Held, ...] = ()
    stays: tuple[Stay, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
