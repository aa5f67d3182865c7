"""Every solver, on random problems with every term: valid plans, repeatable, never worse than its start."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scheduling.planner import Plan, Problem, check, solve
from scheduling.planner.board import Board
from scheduling.planner.greedy import fill
from scheduling.planner.score import score
from scheduling.planner.solver import Effort
from scheduling.planner.testing import random_problem
from scheduling.planner.vroom_plan import first_draft

STEPS = Effort(steps=60)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def by_vroom(problem: Problem) -> Plan:
    draft = fill(first_draft(Board(problem.model_copy(update={"receptions": ()})), 1.0, level=1))
    return draft.plan("vroom", 0, [(one.id, "room") for one in problem.visits if one.id not in draft.where])


SOLVERS: dict[str, Callable[[Problem], Plan]] = {
    "greedy": solve,
    "search": lambda problem: solve(problem, STEPS),
    "vroom": lambda problem: by_vroom(problem.model_copy(update={"receptions": ()})),
}


@pytest.mark.parametrize("name", SOLVERS)
@few
@given(seed=st.integers(0, 10_000))
def test_no_solver_ever_breaks_a_rule(name: str, seed: int) -> None:
    problem = random_problem(seed)
    plan = SOLVERS[name](problem)
    asked = problem if name != "vroom" else problem.model_copy(update={"receptions": ()})
    assert check(asked, plan) == []


@few
@given(seed=st.integers(0, 10_000))
def test_search_is_never_worse_than_greedy(seed: int) -> None:
    problem = random_problem(seed)
    assert score(problem, solve(problem, STEPS)).total <= score(problem, solve(problem)).total + 1e-3


def test_same_seed_and_steps_give_the_same_plan_and_another_seed_may_not() -> None:
    problem = random_problem(7, visits=30)
    once, again = (solve(problem, Effort(steps=300), seed=5) for _ in range(2))
    assert once == again
    assert solve(problem, Effort(steps=300), seed=6) != once


def test_progress_is_told_and_can_stop_the_search() -> None:
    heard: list[float] = []

    def watch(done: float, _price: float) -> bool:
        heard.append(done)
        return len(heard) == 2

    solve(random_problem(1), Effort(steps=5000), watch=watch)
    assert heard == sorted(heard)
    assert len(heard) == 2
    assert heard[-1] < 1


def test_search_places_the_pair_when_two_brigades_can_meet() -> None:
    problem = random_problem(3)
    plan = solve(problem, STEPS)
    starts = {stop.visit: stop.start for route in plan.routes for stop in route.stops}
    assert {"visit-0", "visit-1"} <= set(starts)
    assert 0 <= starts["visit-1"] - starts["visit-0"] <= problem.pairs[0].max_lag


def test_continuity_is_worth_its_price() -> None:
    problem = random_problem(11, visits=30)
    free = problem.model_copy(update={"prices": problem.prices.model_copy(update={"extra_brigade": 0.0})})
    priced = problem.model_copy(update={"prices": problem.prices.model_copy(update={"extra_brigade": 200.0})})
    loose, tight = (score(one, solve(one, Effort(steps=800))) for one in (free, priced))
    assert tight.brigades_per_child <= loose.brigades_per_child
