import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workdays import Calendar, CalendarYear, Deadline, OfficeHours, StepCode, Term, TermKind, deadline
from workdays.years import days_between

MOSCOW, IRKUTSK, OMSK = (ZoneInfo(name) for name in ("Europe/Moscow", "Asia/Irkutsk", "Asia/Omsk"))
SAME_DAY = Term(TermKind.SAME_WORKING_DAY)

ZONES = st.sampled_from([MOSCOW, IRKUTSK, OMSK])
STARTS = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 31), timezones=st.just(UTC))
COUNTED = st.builds(
    Term, st.sampled_from([TermKind.WORKING_DAYS, TermKind.CALENDAR_DAYS, TermKind.MONTHS]), st.integers(1, 20)
)
TERMS = st.just(SAME_DAY) | COUNTED | st.builds(Term, st.just(TermKind.HOURS), st.integers(1, 100))


def due(term: Term, start: datetime, zone: ZoneInfo) -> datetime:
    return deadline(term, start, Calendar.load(), zone, OfficeHours()).due_at.astimezone(zone)


@pytest.mark.parametrize("zone", [MOSCOW, IRKUTSK, OMSK], ids=str)
@pytest.mark.parametrize(
    ("started", "expected"),
    [
        (datetime(2026, 4, 7, 10), datetime(2026, 4, 7, 18)),
        (datetime(2026, 4, 7, 3), datetime(2026, 4, 7, 18)),
        (datetime(2026, 4, 7, 17, 59, 59), datetime(2026, 4, 7, 18)),
        (datetime(2026, 4, 7, 18), datetime(2026, 4, 8, 18)),
        (datetime(2026, 4, 10, 20), datetime(2026, 4, 13, 18)),
        (datetime(2026, 4, 11, 12), datetime(2026, 4, 13, 18)),
        (datetime(2026, 11, 3, 16, 59), datetime(2026, 11, 3, 17)),
        (datetime(2026, 11, 3, 17), datetime(2026, 11, 5, 18)),
        (datetime(2026, 5, 8, 17, 30), datetime(2026, 5, 12, 18)),
        (datetime(2025, 11, 1, 9), datetime(2025, 11, 1, 17)),
    ],
)
def test_D2_17_call_back_is_due_the_same_working_day(zone: ZoneInfo, started: datetime, expected: datetime) -> None:
    assert due(SAME_DAY, started.replace(tzinfo=zone), zone) == expected.replace(tzinfo=zone)


def test_T12_the_day_of_the_territory_decides_late_in_the_utc_evening() -> None:
    start = datetime(2026, 4, 7, 16, 30, tzinfo=UTC)  # 8 April, half past midnight, in Irkutsk
    assert due(SAME_DAY, start, IRKUTSK) == datetime(2026, 4, 8, 18, tzinfo=IRKUTSK)
    assert due(Term(TermKind.WORKING_DAYS, 1), start, IRKUTSK) == datetime(2026, 4, 9, 18, tzinfo=IRKUTSK)
    assert due(Term(TermKind.WORKING_DAYS, 1), start, MOSCOW) == datetime(2026, 4, 8, 18, tzinfo=MOSCOW)


def test_T12_one_moment_is_a_holiday_in_irkutsk_and_a_closed_short_day_in_moscow_and_omsk(
    official: Calendar, hours: OfficeHours
) -> None:
    start = datetime(2026, 11, 3, 16, 30, tzinfo=UTC)
    by_zone = {zone: deadline(SAME_DAY, start, official, zone, hours) for zone in (MOSCOW, IRKUTSK, OMSK)}
    for zone, found in by_zone.items():
        assert found.due_at == datetime(2026, 11, 5, 18, tzinfo=zone)
        closed = StepCode.AFTER_CLOSING in [step.code for step in found.explanation.steps]
        assert closed == (zone is not IRKUTSK)
    assert by_zone[IRKUTSK].explanation.text("ru") == (
        "Отсчёт: 4 ноября 2026 года в 00:30 (МСК+5), часы работы 09:00–18:00. Срок: в течение того же рабочего дня. "
        "Пропущены нерабочие дни: 4 ноября (праздник: День народного единства). "
        "Срок истекает 5 ноября 2026 года в 18:00. "
        "Календарь 2026 года: постановление Правительства РФ от 24.09.2025 № 1466."
    )
    assert by_zone[OMSK].explanation.text("en") == (
        "Counted from 3 November 2026 at 22:30 (UTC+6), office hours 09:00–18:00. Term: within the same working day. "
        "The working day of 3 November 2026 was over (at 17:00): the next working day counts. "
        "Days skipped: 4 November (public holiday: National Unity Day). Due 5 November 2026 at 18:00. "
        "Calendar of 2026: Government decree No. 1466 of 2025-09-24."
    )


@given(STARTS, ZONES)
def test_D2_17_due_at_closing_of_a_working_day_in_the_future(start: datetime, zone: ZoneInfo) -> None:
    calendar, hours = Calendar.load(), OfficeHours()
    found = deadline(SAME_DAY, start, calendar, zone, hours)
    local, today = found.due_at.astimezone(zone), start.astimezone(zone).date()
    assert found.due_at > start
    assert calendar.is_working(local.date())
    assert local.time() == hours.closing(local.date(), calendar)
    worked_between = [d for d in days_between(today, local.date() - timedelta(days=1)) if calendar.is_working(d)]
    assert worked_between in ([], [today])
    skipped = [reason.day for reason in found.explanation.skipped]
    assert skipped == [d for d in days_between(today, local.date()) if not calendar.is_working(d)]


@given(STARTS, STARTS, TERMS, ZONES)
def test_a_later_start_is_never_due_earlier(one: datetime, other: datetime, term: Term, zone: ZoneInfo) -> None:
    first, second = sorted([one, other])
    assert due(term, first, zone) <= due(term, second, zone)


@given(STARTS, TERMS, ZONES)
def test_a_deadline_survives_json_with_its_texts(start: datetime, term: Term, zone: ZoneInfo) -> None:
    found = deadline(term, start, Calendar.load({date(2026, 4, 21): "Радоница"}), zone, OfficeHours())
    again = Deadline.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
    assert again.due_at.tzinfo is UTC
    assert [again.explanation.text("ru"), again.explanation.text("en")] == [
        found.explanation.text("ru"),
        found.explanation.text("en"),
    ]


@given(STARTS, st.sampled_from([TermKind.WORKING_DAYS, TermKind.CALENDAR_DAYS]), st.integers(1, 20), ZONES)
def test_a_term_ends_at_closing_of_its_last_day(start: datetime, kind: TermKind, n: int, zone: ZoneInfo) -> None:
    calendar, hours = Calendar.load(), OfficeHours(time(8), time(17))
    local = deadline(Term(kind, n), start, calendar, zone, hours).due_at.astimezone(zone)
    assert local.time() == (time(16) if calendar.is_short(local.date()) else time(17))


def test_3_9_recognition_of_need_is_due_in_five_working_days() -> None:
    assert due(Term.parse({"working_days": 5}), datetime(2026, 4, 29, 12, tzinfo=OMSK), OMSK) == datetime(
        2026, 5, 7, 18, tzinfo=OMSK
    )


def test_D2_19_a_week_of_waiting_is_not_prolonged_by_days_off() -> None:
    week = Term.parse({"calendar_days": 7, "roll": False})
    assert due(week, datetime(2026, 5, 2, 12, tzinfo=MOSCOW), MOSCOW) == datetime(2026, 5, 9, 18, tzinfo=MOSCOW)


def test_hours_run_by_the_clock_and_need_no_calendar(official: Calendar, hours: OfficeHours) -> None:
    start = datetime(2027, 1, 1, 22, tzinfo=UTC)
    found = deadline(Term(TermKind.HOURS, 24), start, official, MOSCOW, hours)
    assert found.due_at == start + timedelta(hours=24)
    assert not found.provisional


def test_a_deadline_over_the_new_year_is_computed_again_when_the_decree_arrives(
    official: Calendar, decreed_2027: CalendarYear, hours: OfficeHours
) -> None:
    start, term = datetime(2027, 2, 19, 6, tzinfo=UTC), Term(TermKind.WORKING_DAYS, 1)
    before = deadline(term, start, official, IRKUTSK, hours)
    after = deadline(term, start, official.with_year(decreed_2027), IRKUTSK, hours)
    assert before.provisional
    assert before.due_at == datetime(2027, 2, 22, 17, tzinfo=IRKUTSK)
    assert "официального календаря на 2027 год ещё нет" in before.explanation.text("ru")
    assert "no official calendar for 2027" in before.explanation.text("en")
    assert not after.provisional
    assert after.due_at == datetime(2027, 2, 20, 17, tzinfo=IRKUTSK)
    assert "предварительная" not in after.explanation.text("ru")


def test_a_start_without_time_zone_is_refused(official: Calendar, hours: OfficeHours) -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadline(SAME_DAY, datetime(2026, 4, 7, 10), official, MOSCOW, hours)
