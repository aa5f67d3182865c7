from datetime import UTC, datetime, timedelta

import pytest
from workdays import Standing, horizon, overdue

DUE = datetime(2026, 4, 7, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("done_at", "now", "expected"),
    [
        (DUE, DUE + SECOND, Standing.DONE_ON_TIME),
        (DUE + SECOND, DUE + SECOND, Standing.DONE_LATE),
        (None, DUE + SECOND, Standing.OVERDUE),
        (None, DUE, Standing.SOON),
        (None, DUE - timedelta(hours=4), Standing.SOON),
        (None, DUE - timedelta(hours=4) - SECOND, Standing.OPEN),
    ],
)
def test_T3_one_function_says_how_a_deadline_stands(
    done_at: datetime | None, now: datetime, expected: Standing
) -> None:
    assert overdue(DUE, done_at, now) is expected


def test_how_soon_is_soon_is_chosen_by_the_caller() -> None:
    assert overdue(DUE, None, DUE - timedelta(hours=5), soon=timedelta(days=1)) is Standing.SOON
    assert overdue(DUE, None, DUE - SECOND, soon=timedelta(0)) is Standing.OPEN


def test_T3_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        overdue(DUE, None, datetime(2026, 4, 7, 15))


@pytest.mark.parametrize("minutes", [-300, -240, -239, -1, 0, 1])
def test_T3_a_query_sorts_deadlines_as_the_function_does(minutes: int) -> None:
    now = DUE + timedelta(minutes=minutes)
    late_before, soon_until = horizon(now)
    asked = Standing.OVERDUE if late_before > DUE else Standing.SOON if soon_until >= DUE else Standing.OPEN
    assert asked is overdue(DUE, None, now)
