"""The greedy solver and the facade: a valid plan at once, JSON both ways, named reasons."""

import subprocess
import sys
from pathlib import Path

import pytest
from scheduling.planner import Place, Plan, Problem, ProblemError, Visit, check, read_plan, read_problem, solve


def placed(plan: Plan) -> set[str]:
    return {stop.visit for route in plan.routes for stop in route.stops}


def test_everything_that_fits_is_placed_and_the_oracle_agrees(problem: Problem) -> None:
    plan = solve(problem)
    assert placed(plan) == {"v1", "v2", "v3", "v4", "v5", "v6"}
    assert check(problem, plan) == []


def test_problem_and_plan_survive_json(problem: Problem) -> None:
    plan = solve(problem)
    assert read_problem(problem.model_dump_json()) == problem
    assert read_plan(plan.model_dump_json()) == plan


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"skills": ("surgeon",)}, "skills"),
        ({"days": ()}, "days"),
        ({"windows": [{"opens": 60, "closes": 120}]}, "window"),
        ({"windows": [{"opens": 500, "closes": 400}]}, "window"),
        ({"place": "moon"}, "reach"),
        ({"place": "nowhere"}, "place"),
    ],
)
def test_an_impossible_visit_gets_a_named_reason(problem: Problem, change: dict[str, object], reason: str) -> None:
    extra = Visit.model_validate({"id": "odd", "place": "vyazma", "duration": 30} | change)
    moon, nowhere = Place(id="moon", lat=-54, lon=-100), Place(id="nowhere")
    harder = problem.model_copy(update={"visits": (*problem.visits, extra), "places": (*problem.places, moon, nowhere)})
    plan = solve(harder)
    assert [(left.id, left.reason) for left in plan.unplaced] == [("odd", reason)]
    assert check(harder, plan) == []


def test_no_brigade_at_all_is_named(problem: Problem) -> None:
    plan = solve(problem.model_copy(update={"brigades": ()}))
    assert {left.reason for left in plan.unplaced} == {"brigades"}


def test_a_month_without_working_days_is_refused_by_name(problem: Problem) -> None:
    with pytest.raises(ProblemError) as error:
        solve(problem.model_copy(update={"days": ()}))
    assert [fault.code for fault in error.value.faults] == ["no-days"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', "null", "[" * 5000])
def test_broken_json_is_refused_by_name(text: str) -> None:
    with pytest.raises(ProblemError):
        read_problem(text)


def test_command_line_solves_and_checks(problem: Problem, tmp_path: Path) -> None:
    source, target = tmp_path / "problem.json", tmp_path / "plan.json"
    source.write_text(problem.model_dump_json())
    run = [sys.executable, "-m", "scheduling.planner"]
    assert subprocess.run([*run, "solve", source, "-o", target], check=False).returncode == 0
    assert subprocess.run([*run, "check", source, target], check=False).returncode == 0
    assert subprocess.run([*run, "check", source, tmp_path / "none"], check=False).returncode == 2


def test_importing_the_facade_loads_no_solver_library() -> None:
    heavy = {"numba", "numpy", "vroom", "ortools", "pyvrp"}
    code = f"import sys, scheduling.planner; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
