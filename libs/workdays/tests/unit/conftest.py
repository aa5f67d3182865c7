from datetime import date

import pytest
from workdays import Calendar, CalendarYear, Decree, OfficeHours


@pytest.fixture(scope="session")
def official() -> Calendar:
    return Calendar.load()


@pytest.fixture(scope="session")
def hours() -> OfficeHours:
    return OfficeHours()


@pytest.fixture(scope="session")
def decreed_2027() -> CalendarYear:
    """A possible 2027: the decree's number and date are invented."""
    return CalendarYear(
        2027,
        Decree("0000", date(2026, 9, 1)),
        transfers=(
            (date(2027, 1, 2), date(2027, 11, 5)),
            (date(2027, 1, 3), date(2027, 12, 31)),
            (date(2027, 2, 20), date(2027, 2, 22)),
        ),
        short_days=frozenset({date(2027, 2, 20), date(2027, 4, 30), date(2027, 6, 11), date(2027, 11, 3)}),
    )
