"""Why a visit is nowhere or where it is; urgent visits into a published plan."""

import statistics
import time
from datetime import date
from pathlib import Path

import pytest
from scheduling.planner import Plan, Problem, Stop, Visit, Window, check, read_plan, solve
from scheduling.planner.__main__ import main
from scheduling.planner.explain import explain
from scheduling.planner.insertion import Desk
from scheduling.planner.score import score
from scheduling.planner.solver import Effort
from scheduling.planner.testing import random_problem

WEDNESDAY = date(2026, 3, 4)


def with_visit(problem: Problem, **change: object) -> Problem:
    odd = Visit.model_validate({"id": "odd", "place": "vyazma", "duration": 60, "child": "odd"} | change)
    return problem.model_copy(update={"visits": (*problem.visits, odd)})


def test_the_funnel_ends_at_the_rule_that_stands_in_the_way(problem: Problem) -> None:
    hard = with_visit(problem, windows=(Window(opens=300, closes=400),))
    answer = explain(hard, solve(hard), "odd")
    assert answer.reason == "window"
    assert [stage.left for stage in answer.funnel] == sorted((one.left for one in answer.funnel), reverse=True)
    assert answer.funnel[-2].left == 0


def test_the_smallest_relaxation_comes_first_and_really_opens_a_place(problem: Problem) -> None:
    hard = with_visit(problem, windows=(Window(opens=300, closes=400),), days=(WEDNESDAY,))
    first = explain(hard, solve(hard), "odd").relaxations[0]
    assert first.rule == "window"
    eased = with_visit(problem, days=(WEDNESDAY,))
    assert "odd" not in {left.id for left in solve(eased).unplaced}


def test_a_less_urgent_visit_in_the_way_is_named() -> None:
    problem = random_problem(2, visits=40)
    plan = solve(problem)
    urgent = next(left.id for left in plan.unplaced if left.reason == "room")
    visits = tuple(v.model_copy(update={"priority": 3 if v.id == urgent else 1}) for v in problem.visits)
    answer = explain(problem.model_copy(update={"visits": visits}), plan, urgent)
    assert answer.relaxations
    assert any(one.rule == "swap" and one.detail for one in answer.relaxations)


def test_a_placed_visit_has_a_runner_up_that_is_not_cheaper_in_a_searched_plan(problem: Problem) -> None:
    plan = solve(problem, Effort(steps=500))
    answer = explain(problem, plan, "v3")
    assert answer.place is not None
    assert answer.runner_up is not None
    assert answer.runner_up.price >= answer.place.price


def test_why_on_the_command_line_speaks_russian(
    problem: Problem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hard = with_visit(problem, skills=("surgeon",))
    (tmp_path / "p").write_text(hard.model_dump_json())
    (tmp_path / "a").write_text(solve(hard).model_dump_json())
    assert main(["why", str(tmp_path / "p"), str(tmp_path / "a"), "odd"]) == 0
    assert "нет нужной специальности" in capsys.readouterr().out
    assert main(["why", str(tmp_path / "p"), str(tmp_path / "a"), "v1"]) == 0
    assert "добавляет" in capsys.readouterr().out
    assert main(["why", str(tmp_path / "p"), str(tmp_path / "a"), "nobody"]) == 2


def test_the_command_line_searches_on_from_a_plan_and_tells_its_progress(
    problem: Problem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, better = tmp_path / "first", tmp_path / "better"
    (tmp_path / "p").write_text(problem.model_dump_json())
    first.write_text(solve(problem).model_dump_json())
    searching = ["--seconds", "2.5", "--warm", str(first), "--progress", "-o", str(better)]
    assert main(["solve", str(tmp_path / "p"), *searching]) == 0
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert told
    assert all(0 < float(share) <= 1 and float(price) > 0 for share, price in told)
    assert score(problem, read_plan(better)).total <= score(problem, read_plan(first)).total


def test_an_urgent_visit_gets_a_place_without_moving_anyone(problem: Problem) -> None:
    plan = solve(problem)
    urgent = Visit(id="urgent", place="yartsevo", duration=30, child="new", priority=3)
    answer = Desk(problem, plan).insert(urgent)
    assert answer.plan is not None
    assert answer.offer is not None
    assert answer.moved == ()
    assert check(problem.model_copy(update={"visits": (*problem.visits, urgent)}), answer.plan) == []


def test_scanning_for_an_urgent_visit_is_quick() -> None:
    problem = random_problem(5, visits=40)
    desk = Desk(problem, solve(problem))
    urgent = Visit(id="urgent", place="place-3", duration=20, priority=3)
    desk.scan(urgent)
    times = []
    for _ in range(20):
        begun = time.process_time()
        desk.scan(urgent)
        times.append(time.process_time() - begun)
    assert statistics.median(times) < 0.01


def test_when_nothing_fits_the_rule_and_the_nearest_offers_are_given(problem: Problem) -> None:
    urgent = Visit(id="urgent", place="vyazma", duration=30, priority=3, windows=(Window(opens=100, closes=200),))
    answer = Desk(problem, solve(problem)).insert(urgent, steps=50)
    assert answer.plan is None
    assert answer.reason == "window"
    assert 1 <= len(answer.offers) <= 3


def test_warm_search_moves_a_less_urgent_visit_when_the_scan_finds_nothing(problem: Problem) -> None:
    day, full = (WEDNESDAY,), problem.brigades[0].model_copy(update={"crew": (), "days": (WEDNESDAY,), "lunch": None})
    visits = tuple(Visit(id=f"w{n}", place="yartsevo", duration=180, child=f"w{n}", days=day) for n in range(2))
    tight = problem.model_copy(update={"brigades": (full,), "visits": visits, "specialists": ()})
    plan = solve(tight)
    assert {stop.visit for route in plan.routes for stop in route.stops} == {"w0", "w1"}
    answer = Desk(tight, plan).insert(Visit(id="u", place="yartsevo", duration=180, priority=3, days=day), steps=300)
    assert isinstance(answer.plan, Plan)
    assert len(answer.moved) == 1
    assert any(Stop(visit="u", start=stop.start) == stop for route in answer.plan.routes for stop in route.stops)
