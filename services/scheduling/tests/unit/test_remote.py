"""Remote sessions: spread over the month, never two at once."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.pack import Opening, Weekday
from scheduling.plans.queries.month_problem import working_days
from scheduling.plans.remote import Diary, Wish
from scheduling.spans import Span
from workdays import Calendar

CALENDAR, ZONE = Calendar.load(), ZoneInfo("Europe/Moscow")
WEEK = {day: Opening(opens="09:00", closes="11:00") for day in list(Weekday)[:5]}
ANNA = UUID(int=1)
DAYS = tuple(working_days(date(2026, 3, 2), date(2026, 3, 31), CALENDAR))


def wishes(number: int, child: int = 9) -> list[Wish]:
    return [Wish(UUID(int=child * 100 + n), UUID(int=child), "psychologist", 45, DAYS) for n in range(number)]


def diary(taken: dict[UUID, list[Span]] | None = None) -> Diary:
    return Diary({ANNA: (frozenset({"psychologist"}), WEEK)}, CALENDAR, ZONE, taken or {})


def test_sessions_are_spread_over_the_month_one_a_day() -> None:
    placed, left = diary().place(wishes(4))
    days = sorted(one.span.starts_at.date() for one in placed)
    assert left == []
    assert min((b - a).days for a, b in itertools.pairwise(days)) >= 4


def test_two_children_never_meet_one_specialist_at_once() -> None:
    placed, left = diary().place([*wishes(8), *wishes(8, child=8)])
    spans = sorted(one.span for one in placed)
    assert left == []
    assert all(one.ends_at <= other.starts_at for one, other in itertools.pairwise(spans))


def test_what_finds_no_time_is_named() -> None:
    month = Span(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))
    placed, left = diary({ANNA: [month]}).place(wishes(2))
    assert placed == []
    assert len(left) == 2
