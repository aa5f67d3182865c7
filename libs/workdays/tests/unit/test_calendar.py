import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from workdays import Calendar, CalendarYear, DayKind, Decree
from workdays.years import days_between, packaged_year_files


def every_day(year: int) -> list[date]:
    return list(days_between(date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize(("year", "expected"), [(2023, 247), (2024, 248), (2025, 247), (2026, 247)])
def test_3_8_official_year_has_its_number_of_working_days(official: Calendar, year: int, expected: int) -> None:
    assert sum(official.is_working(day) for day in every_day(year)) == expected
    assert not official.is_provisional(year)


def test_3_8_four_short_days_in_2026(official: Calendar) -> None:
    assert [day for day in every_day(2026) if official.is_short(day)] == [
        date(2026, 4, 30),
        date(2026, 5, 8),
        date(2026, 6, 11),
        date(2026, 11, 3),
    ]


def test_3_8_decree_1466_moves_two_days_off(official: Calendar) -> None:
    assert official.year(2026).decree == Decree("1466", date(2025, 9, 24))
    assert official.why(date(2026, 1, 9)) == "перенос выходного с 3 января"
    assert official.why(date(2026, 12, 31)) == "перенос выходного с 4 января"


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_days_off_equal_those_of_the_holidays_library(official: Calendar, year: int) -> None:
    library = holidays.country_holidays("RU", years=year)
    for day in every_day(year):
        worked = day in library.weekend_workdays or (day.weekday() < 5 and day not in library)
        assert official.is_working(day) == worked, day


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_short_days_follow_article_95(official: Calendar, year: int) -> None:
    """The worked eve of a holiday; or the working weekend whose day off went to such an eve (order 588n)."""
    moved_to = dict(official.year(year).transfers)
    for day in every_day(year):
        eve = moved_to.get(day, day) if official.kind(day) is DayKind.WORKING_WEEKEND else day
        before_holiday = official.kind(eve + timedelta(days=1)) is DayKind.HOLIDAY
        assert official.is_short(day) == (official.is_working(day) and before_holiday), day


def test_every_kind_of_day_says_why(official: Calendar) -> None:
    regional = Calendar.load({date(2026, 4, 21): "Радоница"})
    assert regional.why(date(2026, 4, 21)) == "региональный выходной: Радоница"
    assert official.why(date(2026, 4, 21)) == "рабочий день"
    assert official.why(date(2026, 4, 30)) == "рабочий день, сокращён на час"
    assert official.why(date(2026, 4, 25)) == "выходной: суббота"
    assert official.why(date(2026, 11, 4)) == "праздник: День народного единства"
    assert official.why(date(2024, 4, 27)) == "рабочая суббота: выходной перенесён на 29 апреля"
    assert official.why(date(2025, 11, 1)) == "рабочая суббота: выходной перенесён на 3 ноября, день сокращён на час"
    assert official.why(date(2026, 11, 4), "en") == "public holiday: National Unity Day"
    assert {regional.kind(day) for year in (2025, 2026) for day in every_day(year)} == set(DayKind)


def test_a_holiday_on_a_weekend_moves_to_the_next_working_day_by_article_112(official: Calendar) -> None:
    assert official.why(date(2026, 3, 9)) == "перенос выходного с 8 марта"
    assert official.why(date(2026, 5, 11)) == "перенос выходного с 9 мая"
    # In 2025 the decree sent both elsewhere, so the Monday after is worked.
    assert official.is_working(date(2025, 2, 24))
    assert official.is_working(date(2025, 3, 10))


def test_a_regional_day_off_changes_only_days_that_would_be_worked(official: Calendar) -> None:
    extra = {date(2026, 4, 21): "Радоница", date(2026, 4, 25): "День области", date(2026, 4, 30): "Курбан-байрам"}
    regional = Calendar.load(extra)
    kinds = Counter(regional.kind(day) for day in extra)
    assert kinds == {DayKind.REGIONAL_OFF: 2, DayKind.WEEKEND: 1}
    assert not regional.is_short(date(2026, 4, 30))
    assert official.is_working(date(2026, 4, 21))


def test_a_year_without_decree_is_computed_from_article_112_and_says_so(official: Calendar) -> None:
    assert official.is_provisional(2027)
    assert official.kind(date(2027, 1, 8)) is DayKind.HOLIDAY
    assert official.why(date(2027, 5, 3)).startswith("перенос выходного с 1 мая")
    assert "предварительно" in official.why(date(2027, 5, 3))
    assert "provisional" in official.why(date(2027, 5, 4), "en")
    assert official.is_short(date(2027, 12, 31))


def test_a_decree_makes_the_year_official(official: Calendar, decreed_2027: CalendarYear) -> None:
    later = official.with_year(decreed_2027)
    assert not later.is_provisional(2027)
    assert official.is_provisional(2027), "the old calendar stays as it was"
    assert later.kind(date(2027, 2, 20)) is DayKind.WORKING_WEEKEND
    assert later.why(date(2027, 11, 5)) == "перенос выходного с 2 января"


def test_a_calendar_can_be_loaded_from_given_year_files(tmp_path: Path) -> None:
    packaged = {file.name: file for file in packaged_year_files()}
    copy = tmp_path / "2026.toml"
    copy.write_text(packaged["2026.toml"].read_text(encoding="utf-8"), encoding="utf-8")
    calendar = Calendar.load(year_files=[copy])
    assert not calendar.is_provisional(2026)
    assert calendar.is_provisional(2025)


@pytest.mark.parametrize(
    ("given", "wrong", "complaint"),
    [
        ("working_days = 247", "working_days = 246", "working days"),
        ("to = 2026-01-09", "to = 2026-01-10", "from a weekend to a weekday"),
        ("to = 2026-01-09", "to = 2026-01-08", "from a weekend to a weekday"),
        ("from = 2026-01-04", "from = 2026-01-03", "twice"),
        ("to = 2026-12-31", "to = 2027-12-31", "leaves the year"),
        ("2026-04-30,", "2026-05-02,", "short day"),
    ],
)
def test_a_data_file_that_contradicts_itself_is_refused(given: str, wrong: str, complaint: str) -> None:
    text = next(f for f in packaged_year_files() if f.name == "2026.toml").read_text(encoding="utf-8")
    assert given in text
    with pytest.raises(ValueError, match=complaint):
        CalendarYear.parse(text.replace(given, wrong))


def test_importing_workdays_does_not_import_holidays() -> None:
    probe = "import sys, workdays; workdays.Calendar.load(); sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False, timeout=30).returncode == 0
