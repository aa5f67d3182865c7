"""On tiny instances the search finds what CP-SAT proves to be the best."""

import pytest
from ortools.sat.python import cp_model
from scheduling.planner import Brigade, Problem, Shift, Visit, solve
from scheduling.planner.score import score
from scheduling.planner.solver import Effort
from scheduling.planner.testing import random_problem
from scheduling.planner.travel import TravelTimes

UNIT = 100


def tiny(seed: int) -> Problem:
    """Five visits, two days of two brigades; windows and days, no lunch, pairs or quotas."""
    whole = random_problem(seed)
    brigades = tuple(
        Brigade(id=one.id, base=one.base, skills=("psychologist", "speech") if n else (), shifts=(Shift(latest=900),))
        for n, one in enumerate(whole.brigades[:2])
    )
    visits = tuple(
        visit.model_copy(update={"series": None, "child": visit.id, "skills": visit.skills[:1]})
        for visit in whole.visits[:5]
    )
    none: dict[str, object] = {"pairs": (), "quotas": (), "receptions": (), "stays": (), "series": (), "children": ()}
    return whole.model_copy(update={**none, "brigades": brigades, "visits": visits, "days": whole.days[:2]})


def optimum(problem: Problem) -> float:
    """Cheapest plan by an exact model that shares no code with the solvers."""
    model, travel = cp_model.CpModel(), TravelTimes(problem)
    price: list[cp_model.LinearExpr | int] = []
    served: dict[str, list[cp_model.IntVar]] = {visit.id: [] for visit in problem.visits}
    for brigade in problem.brigades:
        for day in problem.days:
            price += _route(model, problem, brigade, day.toordinal(), travel, served)
    for visit in problem.visits:
        model.add_at_most_one(served[visit.id])
        price.append(round(UNIT * problem.prices.unplaced[visit.priority - 1]) * (1 - sum(served[visit.id])))
    model.minimize(sum(price))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value / UNIT


def _route(
    model: cp_model.CpModel, problem: Problem, brigade: Brigade, ordinal: int, travel: TravelTimes,
    served: dict[str, list[cp_model.IntVar]],
) -> list[cp_model.LinearExpr]:  # fmt: skip
    day = next(day for day in problem.days if day.toordinal() == ordinal)
    able = [visit for visit in problem.visits if set(visit.skills) <= set(brigade.skills) and visit.may_be_on(day)]
    start = [model.new_int_var(480, 900, "") for _ in able]
    arcs: list[tuple[int, int, cp_model.LiteralT]] = [(0, 0, model.new_bool_var(""))]
    price: list[cp_model.LinearExpr] = []
    for i, visit in enumerate(able, start=1):
        here = model.new_bool_var("")
        served[visit.id].append(here)
        arcs.append((i, i, here.negated()))
        _windows(model, visit, day.weekday(), start[i - 1], here)
    places = [brigade.base, *(visit.place for visit in able)]
    for i, origin in enumerate(places):
        for j, target in enumerate(places):
            if i != j:
                arc = model.new_bool_var("")
                arcs.append((i, j, arc))
                price.append(round(UNIT * travel.km(origin, target)) * arc)
                begin = 480 if i == 0 else start[i - 1] + able[i - 1].duration
                end = 900 if j == 0 else start[j - 1]
                model.add(end >= begin + travel.minutes(origin, target)).only_enforce_if(arc)
    model.add_circuit(arcs)
    return price


def _windows(
    model: cp_model.CpModel, visit: Visit, weekday: int, start: cp_model.IntVar, here: cp_model.IntVar
) -> None:
    open_ = [one for one in visit.windows if one.weekdays is None or weekday in one.weekdays]
    chosen = []
    for window in open_:
        inside = model.new_bool_var("")
        model.add(start >= window.opens).only_enforce_if(inside)
        model.add(start + visit.duration <= window.closes).only_enforce_if(inside)
        chosen.append(inside)
    if visit.windows:
        model.add(sum(chosen) >= 1).only_enforce_if(here)


@pytest.mark.parametrize("seed", range(8))
def test_search_matches_the_proven_optimum(seed: int) -> None:
    problem = tiny(seed)
    found = score(problem, solve(problem, Effort(steps=400))).total
    assert found == pytest.approx(optimum(problem), abs=0.02)
