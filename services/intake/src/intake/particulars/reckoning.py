"""How a term was counted, step by step, as the API shows it: `workdays.Explanation` with every part typed."""

from __future__ import annotations

import datetime as clock
from typing import Any

import workdays
from pydantic import BaseModel, ConfigDict
from workdays.days import DayKind
from workdays.explanation import StepCode
from workdays.terms import TermKind


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TermLength(_Read):
    """How long something may take. ``n``: how many days, months or hours, 0 for the same working day.

    ``roll``: a last day that is not a working one gives way to the next working day.
    """

    kind: TermKind
    n: int
    roll: bool


class DayGround(_Read):
    """What a day is and why. ``moved``: the other end of a transfer of days off; ``name``: of a region's day off."""

    day: clock.date
    kind: DayKind
    holiday: str | None
    moved: clock.date | None
    name: str | None
    short: bool


class CountingStep(_Read):
    """One step of the count: the day it concerns, a time of day and the ground where they matter."""

    code: StepCode
    day: clock.date
    at: clock.time | None
    reason: DayGround | None


class CalendarDecree(_Read):
    """The decree a year's calendar rests on."""

    number: str
    date: clock.date


class CalendarBasis(_Read):
    """A year the count consulted; without a decree the date is provisional."""

    year: int
    decree: CalendarDecree | None


class OpenHours(_Read):
    """When the office is open, in the territory's own time."""

    opens: clock.time
    closes: clock.time


class Reckoning(_Read):
    """Why a date is what it is: the term, the steps of the count, the calendars and the office hours it went by."""

    term: TermLength
    steps: list[CountingStep]
    years: list[CalendarBasis]
    zone: str | None
    hours: OpenHours | None

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Reckoning:
        """As it stands in a row (`workdays.Explanation.to_json`)."""
        return cls.model_validate(workdays.Explanation.from_json(stored))
