"""Free first appointments: working hours, bookings, the whole composition, the territory's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.appointments.slots import Candidate, Desk
from scheduling.pack import Hours, Opening, Weekday, opening_on
from scheduling.spans import Span
from workdays import Calendar

CALENDAR, MOSCOW = Calendar.load(), ZoneInfo("Europe/Moscow")
ANNA, BORIS, VERA, ROOM, CHILD = (UUID(int=number) for number in range(1, 6))
WEEK: Hours = {day: Opening(opens="09:00", closes="12:00") for day in list(Weekday)[:5]}
MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def desk(taken: dict[UUID, list[Span]] | None = None, zone: ZoneInfo = MOSCOW, **changes: object) -> Desk:
    values: dict[str, Any] = {
        "candidates": [
            Candidate(ANNA, frozenset({"psychologist", "speech_therapist"}), WEEK),
            Candidate(BORIS, frozenset({"psychologist"}), WEEK),
        ],
        "rooms": [ROOM],
        "skills": ("psychologist", "speech_therapist"),
        "minutes": 60,
        "step_minutes": 30,
        "calendar": CALENDAR,
        "zone": zone,
        "taken": taken or {},
    }
    return Desk(**(values | changes))


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_slot_lies_wholly_in_working_hours() -> None:
    starts = [slot.span.starts_at for slot in desk().slots(MONDAY, at(23))]
    assert starts == [at(6), at(6, 30), at(7), at(7, 30), at(8)]


def test_D2_20_the_composition_is_different_people_even_if_one_could_do_both() -> None:
    found = next(desk().slots(MONDAY, at(23)))
    assert set(found.specialist_ids) == {ANNA, BORIS}
    alone = desk(candidates=[Candidate(ANNA, frozenset({"psychologist", "speech_therapist"}), WEEK)])
    assert list(alone.slots(MONDAY, at(23))) == []


def test_the_matching_gives_way_when_the_first_choice_would_block_the_second() -> None:
    both = Candidate(ANNA, frozenset({"psychologist", "speech_therapist"}), WEEK)
    only = Candidate(VERA, frozenset({"psychologist"}), WEEK)
    found = next(desk(candidates=[both, only]).slots(MONDAY, at(23)))
    assert found.specialist_ids == (VERA, ANNA)


def test_bookings_of_people_rooms_and_the_child_leave_no_slot() -> None:
    morning = Span(at(6), at(9))
    for one in (BORIS, ROOM, CHILD):
        assert list(desk({one: [morning]}).slots(MONDAY, at(23), CHILD)) == []
    assert list(desk({ROOM: [Span(at(6), at(8))]}).slots(MONDAY, at(23))) != []


def test_T12_the_zone_of_the_territory_decides_the_day() -> None:
    kaliningrad = desk(zone=ZoneInfo("Europe/Kaliningrad"))
    assert next(kaliningrad.slots(MONDAY, at(23))).span.starts_at == at(7)


def test_nothing_starts_after_the_due_time_or_on_a_day_off() -> None:
    due = at(7)
    assert all(slot.span.starts_at <= due for slot in desk().slots(MONDAY, due))
    women_day = datetime(2026, 3, 8, 21, tzinfo=UTC)
    assert list(desk().slots(women_day - timedelta(days=1), women_day)) == []


def test_a_day_before_a_holiday_closes_an_hour_earlier() -> None:
    short = opening_on(WEEK, datetime(2026, 4, 30).date(), CALENDAR)
    assert short is not None
    assert short.closes.hour == 11
