"""Nobody is woken, nobody is reminded on the wrong day: pure time in the family's own zone (trap T12)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifications.quiet import QuietHours, allowed_from, reminder_time
from pydantic import ValidationError

MOSCOW, KAMCHATKA = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Kamchatka")
NIGHT = QuietHours.model_validate({"from": "21:00", "until": "09:00"})
ZONES = st.sampled_from([MOSCOW, KAMCHATKA, ZoneInfo("Europe/Kaliningrad"), ZoneInfo("Europe/Berlin")])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (datetime(2026, 3, 2, 20, 59), datetime(2026, 3, 2, 20, 59)),
        (datetime(2026, 3, 2, 21, 0), datetime(2026, 3, 3, 9, 0)),
        (datetime(2026, 3, 3, 0, 30), datetime(2026, 3, 3, 9, 0)),
        (datetime(2026, 3, 3, 9, 0), datetime(2026, 3, 3, 9, 0)),
    ],
)
def test_a_night_message_waits_till_morning(local: datetime, expected: datetime) -> None:
    moment = local.replace(tzinfo=MOSCOW).astimezone(UTC)
    assert allowed_from(moment, NIGHT, MOSCOW) == expected.replace(tzinfo=MOSCOW)


def test_T12_the_family_s_night_counts_not_the_server_s() -> None:
    evening_in_moscow = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # 04:00 in Kamchatka
    assert allowed_from(evening_in_moscow, NIGHT, MOSCOW) == evening_in_moscow
    assert allowed_from(evening_in_moscow, NIGHT, KAMCHATKA).astimezone(KAMCHATKA).time() == time(9)


@given(MOMENTS, TIMES, TIMES, ZONES)
def test_the_moment_allowed_is_never_quiet_never_early_and_within_a_day(
    moment: datetime, begin: time, until: time, zone: ZoneInfo
) -> None:
    if begin == until:
        return
    quiet = QuietHours.model_validate({"from": begin, "until": until})
    allowed = allowed_from(moment, quiet, zone)
    assert moment <= allowed <= moment + timedelta(hours=25)
    assert allowed_from(allowed, quiet, zone) == allowed
    if not quiet.covers(moment.astimezone(zone).time()):
        assert allowed == moment


@given(MOMENTS, TIMES, ZONES)
def test_a_reminder_is_due_on_the_day_before_in_the_family_s_calendar(
    starts_at: datetime, at: time, zone: ZoneInfo
) -> None:
    due = reminder_time(starts_at, at, zone).astimezone(zone)
    assert due.date() == starts_at.astimezone(zone).date() - timedelta(days=1)


def test_hours_that_cover_the_whole_day_or_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match="must differ"):
        QuietHours.model_validate({"from": "09:00", "until": "09:00"})
