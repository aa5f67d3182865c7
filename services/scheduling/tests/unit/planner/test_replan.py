"""Re-planning keeps what is near, reports what moved and why; contradictory freezes are refused by name."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scheduling.planner import Commitment, Problem, ProblemError, Stay, Visit, check, solve
from scheduling.planner.replan import Stability, difference, held_to, replan
from scheduling.planner.solver import Effort
from scheduling.planner.testing import BEGIN, random_problem

STEPS = Effort(steps=100)
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(seed=st.integers(0, 10_000))
def test_frozen_routes_are_never_touched(seed: int) -> None:
    problem = random_problem(seed)
    old = solve(problem)
    stability = Stability(frozen_until=BEGIN)
    urgent = Visit(id="urgent", place="place-3", duration=20, priority=3)
    changed = problem.model_copy(update={"visits": (*problem.visits, urgent)})
    new = replan(changed, old, stability, STEPS)
    assert check(held_to(changed, old, stability), new) == []
    frozen = [[route.stops for route in plan.routes if route.day <= BEGIN and route.stops] for plan in (old, new)]
    assert frozen[0] == frozen[1]


def test_an_ill_brigade_moves_its_own_visits_and_few_others(problem: Problem) -> None:
    old = solve(problem)
    ill = next(route for route in old.routes if route.stops)
    brigades = tuple(
        one.model_copy(update={"absences": (ill.day,)}) if one.id == ill.brigade else one for one in problem.brigades
    )
    changed = problem.model_copy(update={"brigades": brigades})
    report = difference(changed, old, replan(changed, old, Stability(), STEPS))
    lost = {stop.visit for stop in ill.stops}
    assert {one.visit for one in (*report.moved, *report.dropped) if one.why == "absence"} == lost
    assert {one.visit for one in report.moved} <= lost
    assert report.km_before > 0


def test_a_move_price_rises_with_nearness() -> None:
    stability = Stability(frozen_until=date(2026, 3, 2), notified_until=date(2026, 3, 3))
    prices = [stability.price(date(2026, 3, day)) for day in (3, 4, 9, 16, 30)]
    assert prices == sorted(prices, reverse=True)
    assert prices[0] == stability.notified
    assert prices[-1] == stability.far


@pytest.mark.parametrize(
    ("visit", "brigade", "start"), [("v5", "b1", 600), ("v3", "b1", 60), ("v3", "b1", 480), ("v4", "b2", 600)]
)
def test_a_freeze_against_the_rules_is_refused_by_name(problem: Problem, visit: str, brigade: str, start: int) -> None:
    frozen = Commitment(visit=visit, brigade=brigade, day=BEGIN, start=start, frozen=True)
    with pytest.raises(ProblemError) as error:
        solve(problem.model_copy(update={"commitments": (frozen,)}))
    assert {(fault.code, fault.subject) for fault in error.value.faults} == {("freeze", visit)}


def test_two_freezes_of_one_visit_or_at_one_time_are_refused(problem: Problem) -> None:
    day = date(2026, 3, 4)
    at_once = [Commitment(visit=name, brigade="b2", day=day, start=780, frozen=True) for name in ("v3", "v5")]
    for freezes in (at_once, [at_once[0], at_once[0].model_copy(update={"start": 790})]):
        with pytest.raises(ProblemError) as error:
            solve(problem.model_copy(update={"commitments": tuple(freezes)}))
        assert {fault.code for fault in error.value.faults} == {"freeze"}


def test_an_impossible_stay_is_refused_by_name(problem: Problem) -> None:
    with pytest.raises(ProblemError) as error:
        solve(problem.model_copy(update={"stays": (Stay(brigade="b1", night=date(2026, 3, 6), place="vyazma"),)}))
    assert [fault.code for fault in error.value.faults] == ["stay"]
