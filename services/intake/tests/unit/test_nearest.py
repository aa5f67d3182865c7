"""The nearest suitable service (D2-18, D2-30)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from contracts.identifiers import AgeBand
from hypothesis import given
from hypothesis import strategies as st
from intake.applications.nearest import Candidate, Wanted, rank
from intake.particulars.places import Point, distance_km

NORTH, SOUTH = Point(55.87, 37.56), Point(55.61, 37.60)
WANTED = Wanted(AgeBand.EARLY, "r", "r/north", NORTH)


def service(number: int, place: Point | None = NORTH, **changes: Any) -> Candidate:
    usual = Candidate(
        organisation_id=UUID(int=number),
        title=f"Служба {number}",
        serving=True,
        age_bands=frozenset({AgeBand.EARLY}),
        territories=frozenset({"r"}),
        place=place,
        load=0,
    )
    return replace(usual, **changes)


def codes(wanted: Wanted, candidate: Candidate) -> set[str]:
    (ranked,) = rank(wanted, [candidate], 0.5)
    return {reason.code for reason in ranked.reasons}


def test_D2_18_the_nearer_of_two_equal_services_comes_first() -> None:
    ranked = rank(WANTED, [service(1, SOUTH), service(2, NORTH)], 0.5)
    assert [one.candidate.organisation_id.int for one in ranked] == [2, 1]
    assert ranked[1].distance_km == pytest.approx(29.0, abs=0.5)


def test_D2_30_a_crowded_service_gives_way_to_a_farther_free_one() -> None:
    crowded, free = service(1, NORTH, load=100), service(2, SOUTH)
    assert [one.candidate for one in rank(WANTED, [crowded, free], 0.5)] == [free, crowded]
    assert [one.candidate for one in rank(WANTED, [crowded, free], 0.0)] == [crowded, free]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"serving": False}, "not_serving"),
        ({"age_bands": frozenset({AgeBand.CHILDHOOD})}, "age_band"),
        ({"territories": frozenset({"r/south"})}, "territory"),
    ],
)
def test_an_unsuitable_service_comes_last_and_says_why(changes: dict[str, Any], code: str) -> None:
    ranked = rank(WANTED, [service(1, NORTH, **changes), service(2, SOUTH)], 0.5)
    assert [one.suitable for one in ranked] == [True, False]
    assert ranked[1].score is None
    assert [reason.code for reason in ranked[1].reasons] == [code]


def test_a_family_without_a_territory_may_be_served_by_any_service_of_the_region() -> None:
    local = service(1, territories=frozenset({"r/south"}))
    assert "territory_unknown" in codes(replace(WANTED, territory="r"), local)


def test_a_service_whose_distance_is_unknown_comes_after_those_with_a_distance() -> None:
    ranked = rank(WANTED, [service(1, None), service(2, SOUTH, load=50)], 0.5)
    assert [one.candidate.organisation_id.int for one in ranked] == [2, 1]
    assert "distance_unknown" in {reason.code for reason in ranked[1].reasons}


def test_every_reason_is_told_in_russian_and_english() -> None:
    for one in rank(WANTED, [service(1), service(2, serving=False)], 0.5):
        assert all(reason.ru and reason.en for reason in one.reasons)


points = st.builds(Point, st.floats(-85, 85), st.floats(-180, 180))


@given(points, points, points)
def test_distance_is_a_metric(a: Point, b: Point, c: Point) -> None:
    assert distance_km(a, b) == pytest.approx(distance_km(b, a))
    assert distance_km(a, c) <= distance_km(a, b) + distance_km(b, c) + 1e-6
    assert distance_km(a, a) == 0


@given(st.lists(st.tuples(points, st.integers(0, 40), st.booleans()), max_size=8))
def test_the_ranking_keeps_everybody_and_orders_the_suitable_by_score(
    rows: list[tuple[Point, int, bool]],
) -> None:
    candidates = [service(n, place, load=load, serving=ok) for n, (place, load, ok) in enumerate(rows)]
    ranked = rank(WANTED, candidates, 0.5)
    assert {one.candidate for one in ranked} == set(candidates)
    scores = [one.score for one in ranked if one.score is not None]
    assert scores == sorted(scores)
    assert [one.suitable for one in ranked] == sorted((one.suitable for one in ranked), reverse=True)
