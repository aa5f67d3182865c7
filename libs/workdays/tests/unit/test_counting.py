from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workdays import Calendar, CalendarYear, add_calendar_days, add_months, add_working_days
from workdays.years import days_between

STARTS = st.dates(date(2022, 12, 1), date(2028, 3, 1))
LENGTHS = st.integers(1, 60)
CALENDARS = st.builds(
    Calendar.load, st.dictionaries(st.dates(date(2023, 1, 1), date(2028, 12, 31)), st.just("День области"), max_size=20)
)
DAY = timedelta(days=1)


@given(STARTS, LENGTHS, CALENDARS)
def test_the_result_is_a_working_day_with_exactly_n_counted(start: date, n: int, calendar: Calendar) -> None:
    due = add_working_days(start, n, calendar).value
    assert calendar.is_working(due)
    assert sum(calendar.is_working(day) for day in days_between(start + DAY, due)) == n


@given(STARTS, LENGTHS, CALENDARS)
def test_the_explanation_skips_exactly_the_non_working_days_passed(start: date, n: int, calendar: Calendar) -> None:
    found = add_working_days(start, n, calendar)
    passed = [day for day in days_between(start + DAY, found.value) if not calendar.is_working(day)]
    assert [reason.day for reason in found.explanation.skipped] == passed
    assert all(reason == calendar.reason(reason.day) for reason in found.explanation.skipped)


@given(STARTS, STARTS, LENGTHS, CALENDARS)
def test_a_later_start_is_never_due_earlier(one: date, other: date, n: int, calendar: Calendar) -> None:
    first, second = sorted([one, other])
    for add in (add_working_days, add_calendar_days, add_months):
        assert add(first, n, calendar).value <= add(second, n, calendar).value


@given(STARTS, LENGTHS, CALENDARS)
def test_one_working_day_more_is_due_later(start: date, n: int, calendar: Calendar) -> None:
    assert add_working_days(start, n, calendar).value < add_working_days(start, n + 1, calendar).value


@given(STARTS, LENGTHS, CALENDARS)
def test_a_rolled_term_ends_on_the_first_working_day(start: date, n: int, calendar: Calendar) -> None:
    due = add_calendar_days(start, n, calendar).value
    last = add_calendar_days(start, n, calendar, roll=False).value
    assert last == start + timedelta(days=n)
    assert calendar.is_working(due)
    assert not any(calendar.is_working(day) for day in days_between(last, due - DAY))


@given(STARTS, LENGTHS)
def test_provisional_exactly_when_an_undecreed_year_was_consulted(start: date, n: int) -> None:
    calendar = Calendar.load()
    found = add_working_days(start, n, calendar)
    undecreed = any(calendar.is_provisional(day.year) for day in days_between(start + DAY, found.value))
    assert found.explanation.provisional == undecreed
    assert ("предварительная" in found.explanation.text("ru")) == undecreed
    assert ("Provisional" in found.explanation.text("en")) == undecreed


@given(start=st.dates(date(2023, 1, 1), date(2026, 12, 1)), n=st.integers(1, 15))
def test_a_decree_moves_no_date_that_was_not_provisional(
    official: Calendar, decreed_2027: CalendarYear, start: date, n: int
) -> None:
    before, after = (add_working_days(start, n, c) for c in (official, official.with_year(decreed_2027)))
    assert before.explanation.provisional or before == after


@pytest.mark.parametrize(
    ("start", "provisional", "decreed"),
    [
        (date(2027, 2, 19), date(2027, 2, 22), date(2027, 2, 20)),
        (date(2027, 11, 4), date(2027, 11, 5), date(2027, 11, 8)),
    ],
)
def test_the_date_is_computed_again_when_the_decree_arrives(
    official: Calendar, decreed_2027: CalendarYear, start: date, provisional: date, decreed: date
) -> None:
    before, after = (add_working_days(start, 1, c) for c in (official, official.with_year(decreed_2027)))
    assert (before.value, before.explanation.provisional) == (provisional, True)
    assert (after.value, after.explanation.provisional) == (decreed, False)


def test_3_8_the_term_starts_on_the_next_day(official: Calendar) -> None:
    assert add_working_days(date(2026, 4, 6), 5, official).value == date(2026, 4, 13)
    assert add_working_days(date(2026, 4, 4), 1, official).value == date(2026, 4, 6)


def test_3_8_new_year_holidays_are_passed_with_their_grounds(official: Calendar) -> None:
    found = add_working_days(date(2025, 12, 30), 1, official)
    assert found.value == date(2026, 1, 12)
    assert found.explanation.text("ru") == (
        "Отсчёт: 30 декабря 2025 года. Срок: 1 рабочий день. Первый день срока – 31 декабря 2025 года (ст. 191 ГК РФ). "
        "Пропущены нерабочие дни: 31 декабря (перенос выходного с 5 января); "
        "1 января (праздник: Новогодние каникулы); 2 января (праздник: Новогодние каникулы); "
        "3 января (праздник: Новогодние каникулы); 4 января (праздник: Новогодние каникулы); "
        "5 января (праздник: Новогодние каникулы); 6 января (праздник: Новогодние каникулы); "
        "7 января (праздник: Рождество Христово); 8 января (праздник: Новогодние каникулы); "
        "9 января (перенос выходного с 3 января); 10 января (выходной: суббота); 11 января (выходной: воскресенье). "
        "Срок истекает 12 января 2026 года. "
        "Календарь 2025 года: постановление Правительства РФ от 04.10.2024 № 1335. "
        "Календарь 2026 года: постановление Правительства РФ от 24.09.2025 № 1466."
    )


def test_3_8_a_last_day_off_gives_way_to_the_next_working_day(official: Calendar) -> None:
    found = add_calendar_days(date(2026, 5, 2), 7, official)
    assert found.value == date(2026, 5, 12)
    assert "окончание – ближайший рабочий день (ст. 193 ГК РФ)" in found.explanation.text("ru")


def test_a_term_that_does_not_roll_says_so(official: Calendar) -> None:
    found = add_calendar_days(date(2026, 5, 2), 7, official, roll=False)
    assert found.value == date(2026, 5, 9)
    assert "срок не переносится" in found.explanation.text("ru")
    assert found.explanation.skipped == ()


def test_a_month_without_the_day_ends_on_its_last_day(official: Calendar) -> None:
    assert add_months(date(2026, 1, 31), 1, official, roll=False).value == date(2026, 2, 28)
    assert add_months(date(2023, 12, 31), 2, official, roll=False).value == date(2024, 2, 29)
    assert add_months(date(2026, 1, 31), 1, official).value == date(2026, 3, 2)


@pytest.mark.parametrize("add", [add_working_days, add_calendar_days, add_months])
def test_a_term_of_nothing_is_refused(official: Calendar, add: object) -> None:
    assert callable(add)
    with pytest.raises(ValueError, match="cannot have length 0"):
        add(date(2026, 4, 6), 0, official)
