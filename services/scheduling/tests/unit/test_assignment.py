"""A day at a point: parallel specialists, families in sequence, nobody twice at once."""

from __future__ import annotations

from itertools import combinations
from uuid import UUID

from contracts.identifiers import ServiceGroup
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduling.pack import PointService
from scheduling.trips.assignment import assign

SKILLS = ("psychologist", "speech_therapist", "paediatrician")


def service(skill: str, minutes: int = 30) -> PointService:
    return PointService(code=f"{skill}-{minutes}", title=skill, group=ServiceGroup.OTHER, skill=skill, minutes=minutes)


specialists = st.lists(st.frozensets(st.sampled_from(SKILLS), min_size=1), min_size=1, max_size=4)
families = st.lists(
    st.lists(st.builds(service, st.sampled_from(SKILLS), st.sampled_from([20, 30, 45])), min_size=1, max_size=4),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(specialists, families, st.integers(1, 3))
def test_D4_17_nobody_and_no_room_is_taken_twice_and_no_wish_is_lost(
    held: list[frozenset[str]], wished: list[list[PointService]], rooms: int
) -> None:
    skills = {UUID(int=100 + number): one for number, one in enumerate(held)}
    wishes = {UUID(int=number): one for number, one in enumerate(wished)}
    schedule = assign(wishes, skills, opens=600, closes=780, rooms=rooms)
    for one, other in combinations(schedule.meetings, 2):
        if one.start < other.end and other.start < one.end:
            assert one.specialist_id != other.specialist_id
            assert one.child_id != other.child_id
            assert one.room != other.room
    for one in schedule.meetings:
        assert one.start >= 600
        assert one.end <= 780
        assert one.service.skill in skills[one.specialist_id]
    assert len(schedule.meetings) + len(schedule.unmet) == sum(map(len, wished))


def test_D4_17_six_families_and_their_services_fit_a_day() -> None:
    skills = {UUID(int=n): frozenset({skill}) for n, skill in enumerate((*SKILLS, "motor_specialist"))}
    wishes = {UUID(int=10 + n): [service(skill, 30) for skill in (*SKILLS, "motor_specialist")] for n in range(6)}
    schedule = assign(wishes, skills, opens=600, closes=960, rooms=4)
    assert schedule.unmet == ()
    assert max(one.end for one in schedule.meetings) <= 960


def test_a_service_nobody_can_give_is_named_with_its_reason() -> None:
    schedule = assign(
        {UUID(int=1): [service("paediatrician")]}, {UUID(int=2): frozenset()}, opens=0, closes=90, rooms=1
    )
    assert [one.reason for one in schedule.unmet] == ["skill"]
