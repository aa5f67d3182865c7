"""The production calendar: add working days, and explain the date. Pure: no clock, no network, no database."""

from workdays.calendar import Calendar
from workdays.counting import add_calendar_days, add_months, add_working_days
from workdays.days import DayKind, DayReason
from workdays.deadlines import Deadline, deadline
from workdays.explanation import Explained, Explanation, Step, StepCode, YearBasis
from workdays.standing import SOON, Standing, horizon, overdue
from workdays.terms import OfficeHours, Term, TermKind
from workdays.years import CalendarYear, Decree

__all__ = [
    "SOON",
    "Calendar",
    "CalendarYear",
    "DayKind",
    "DayReason",
    "Deadline",
    "Decree",
    "Explained",
    "Explanation",
    "OfficeHours",
    "Standing",
    "Step",
    "StepCode",
    "Term",
    "TermKind",
    "YearBasis",
    "add_calendar_days",
    "add_months",
    "add_working_days",
    "deadline",
    "horizon",
    "overdue",
]
