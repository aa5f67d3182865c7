from datetime import date, time

import pytest
from workdays import Calendar, OfficeHours, Term, TermKind


@pytest.mark.parametrize(
    ("written", "term", "russian", "english"),
    [
        (
            "same_working_day",
            Term(TermKind.SAME_WORKING_DAY),
            "в течение того же рабочего дня",
            "within the same working day",
        ),
        ({"working_days": 5}, Term(TermKind.WORKING_DAYS, 5), "5 рабочих дней", "5 working days"),
        ({"working_days": 1}, Term(TermKind.WORKING_DAYS, 1), "1 рабочий день", "1 working day"),
        (
            {"calendar_days": 22, "roll": False},
            Term(TermKind.CALENDAR_DAYS, 22, False),
            "22 календарных дня",
            "22 calendar days",
        ),
        ({"months": 11}, Term(TermKind.MONTHS, 11), "11 месяцев", "11 months"),
        ({"hours": 24}, Term(TermKind.HOURS, 24), "24 часа", "24 hours"),
    ],
)
def test_a_term_reads_from_a_region_pack_and_writes_back(
    written: object, term: Term, russian: str, english: str
) -> None:
    assert Term.parse(written) == term
    assert Term.parse(term.to_json()) == term
    assert Term.parse(term) is term
    assert (term.text("ru"), term.text("en")) == (russian, english)


@pytest.mark.parametrize(
    "written",
    [
        None,
        5,
        "tomorrow",
        {},
        {"working_days": 0},
        {"working_days": -1},
        {"working_days": True},
        {"working_days": "5"},
        {"weeks": 1},
        {"working_days": 5, "months": 1},
        {"working_days": 5, "roll": False},
        {"calendar_days": 7, "roll": "no"},
        {"same_working_day": 1},
    ],
)
def test_an_impossible_term_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        Term.parse(written)


def test_office_hours_read_also_what_yaml_makes_of_unquoted_times() -> None:
    hours = OfficeHours.parse({"opens": "09:00", "closes": 1080})
    assert hours == OfficeHours(time(9), time(18))
    assert OfficeHours.parse(hours.to_json()) == hours


@pytest.mark.parametrize("written", [{}, {"opens": "18:00", "closes": "09:00"}, {"opens": "9", "closes": "25:00"}])
def test_impossible_office_hours_are_refused(written: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        OfficeHours.parse(written)


def test_a_short_day_closes_one_hour_earlier(official: Calendar, hours: OfficeHours) -> None:
    assert hours.closing(date(2026, 11, 3), official) == time(17)
    assert hours.closing(date(2026, 11, 2), official) == time(18)
    assert hours.closing(date(2025, 11, 1), official) == time(17)
