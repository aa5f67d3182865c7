"""Other solvers on the same instance in the same time by the same clock. What they leave open our own greedy fills.

Their time is the search alone; reading the problem into their model and the filling are free. VROOM and OR-Tools know
only wall time: under a processor clock they run again with a longer limit until they had their share or ended alone.
VRPTW: PyVRP, VROOM, OR-Tools. Month: greedy, VROOM, PyVRP, OR-Tools. None of them knows pairs, so home care has none.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import numpy as np
from scheduling.planner import Plan, Problem, Visit, solve
from scheduling.planner.board import Board
from scheduling.planner.draft import Draft
from scheduling.planner.funnel import reason
from scheduling.planner.greedy import fill
from scheduling.planner.lns.run import Limit
from scheduling.planner.vroom_plan import first_draft

from bench.planner.solomon import Solomon

Routes = list[list[int]]


def ended(limit: Limit) -> Callable[..., bool]:
    """Says, asked again and again, whether the time is over."""
    until = limit.clock() + limit.seconds
    return lambda *_: limit.clock() >= until


def at_length(limit: Limit, run: Callable[[float], Any]) -> Any:
    """The answer of a solver that is given wall seconds, once it had its share of the clock or ended early."""
    wall = limit.seconds
    while True:
        begun, from_ = time.perf_counter(), limit.clock()
        answer = run(wall)
        share = (limit.clock() - from_) / limit.seconds
        if share >= 0.9 or time.perf_counter() - begun < wall:
            return answer
        wall *= min(3.0, 1.2 / share)


def pyvrp_vrptw(case: Solomon, limit: Limit, seed: int) -> Routes:
    """PyVRP, its default search."""
    pyvrp = import_module("pyvrp")
    model = pyvrp.Model()
    places = [model.add_location(x=0, y=0) for _ in case.demand]
    depot = model.add_depot(places[0], tw_early=case.ready[0], tw_late=case.due[0])
    model.add_vehicle_type(
        case.vehicles, capacity=case.capacity, start_depot=depot, end_depot=depot, tw_early=case.ready[0],
        tw_late=case.due[0],
    )  # fmt: skip
    for n in range(1, len(case.demand)):
        model.add_client(
            places[n], delivery=case.demand[n], service_duration=case.service[n], tw_early=case.ready[n],
            tw_late=case.due[n],
        )  # fmt: skip
    for a, row in enumerate(case.way):
        for b, way in enumerate(row):
            model.add_edge(places[a], places[b], distance=way, duration=way)
    best = model.solve(stop=ended(limit), seed=seed, display=False).best
    return [[int(activity.idx) + 1 for activity in route if activity.is_client()] for route in best.routes()]


def vroom_vrptw(case: Solomon, limit: Limit, seed: int) -> Routes:
    """VROOM at its highest level; it has no seed."""
    del seed
    vroom = import_module("vroom")
    plan, way = vroom.Input(), np.array(case.way, np.uint32)
    plan.set_durations_matrix(profile="car", matrix_input=way)
    window = vroom.TimeWindow(case.ready[0], case.due[0])
    for n in range(case.vehicles):
        plan.add_vehicle(vroom.Vehicle(n, start=0, end=0, capacity=[case.capacity], time_window=window))
    for n in range(1, len(case.demand)):
        window = vroom.TimeWindow(case.ready[n], case.due[n])
        plan.add_job(
            vroom.Job(n, location=n, delivery=[case.demand[n]], default_service=case.service[n], time_windows=[window])
        )

    def run(seconds: float) -> Any:
        return plan.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds)).routes

    steps = at_length(limit, run)
    routes: dict[int, list[int]] = {}
    for vehicle, job, kind in zip(steps["vehicle_id"], steps["id"], steps["type"], strict=True):
        if kind == "job":
            routes.setdefault(int(vehicle), []).append(int(job))
    return list(routes.values())


def ortools_vrptw(case: Solomon, limit: Limit, seed: int) -> Routes:
    """OR-Tools routing: parallel cheapest insertion, guided local search, untuned."""
    del seed
    manager, routing, transit = _routing(case.way, case.service, [0] * case.vehicles, [0] * case.vehicles)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(case.way))
    routing.AddDimension(transit, case.due[0], case.due[0], False, "time")
    load = routing.RegisterUnaryTransitVector(case.demand)
    routing.AddDimension(load, 0, case.capacity, True, "load")
    time = routing.GetDimensionOrDie("time")
    for n in range(1, len(case.demand)):
        time.CumulVar(manager.NodeToIndex(n)).SetRange(case.ready[n], case.due[n])
    return _routed(manager, routing, limit, case.vehicles)


def _routing(way: list[list[int]], service: list[int], starts: list[int], ends: list[int]) -> tuple[Any, Any, int]:
    wrap = import_module("ortools.constraint_solver.pywrapcp")
    manager = wrap.RoutingIndexManager(len(way), len(starts), starts, ends)
    routing = wrap.RoutingModel(manager)
    transit = routing.RegisterTransitMatrix([[w + service[a] for w in row] for a, row in enumerate(way)])
    return manager, routing, transit


def _routed(manager: Any, routing: Any, limit: Limit, vehicles: int) -> Routes:
    wrap = import_module("ortools.constraint_solver.pywrapcp")
    enums = import_module("ortools.constraint_solver.routing_enums_pb2")
    search = wrap.DefaultRoutingSearchParameters()
    search.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH

    def run(seconds: float) -> Any:
        search.time_limit.FromMilliseconds(int(seconds * 1000))
        return routing.SolveWithParameters(search)

    found = at_length(limit, run)
    routes: Routes = [[] for _ in range(vehicles)]
    for vehicle in range(vehicles if found else 0):
        at = found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(at):
            routes[vehicle].append(manager.IndexToNode(at))
            at = found.Value(routing.NextVar(at))
    return routes


def finished(problem: Problem, draft: Draft, name: str) -> Plan:
    """The opponent's routes, filled up by our greedy once the blocks of days are lifted."""
    board = Board(problem)
    whole = Draft(board)
    for line, one in zip(draft.lines, board.brigade_days, strict=True):
        for visit in line.visits:
            whole.append(board.visits[visit.id], one)
    draft = fill(whole)
    left = [(visit.id, reason(board, visit)) for visit in board.problem.visits if visit.id not in draft.where]
    return draft.plan(name, 0, left)


def spread(problem: Problem) -> Problem:
    """The visits of each series in blocks of days far enough apart: no opponent knows spacing, all know days."""
    members: dict[str, list[str]] = {}
    for visit in problem.visits:
        if visit.series is not None:
            members.setdefault(visit.series, []).append(visit.id)
    days: dict[str, tuple[date, ...]] = {}
    for series in problem.series:
        names, pause = members.get(series.id, []), series.min_gap_days - 1
        length = (len(problem.days) - pause * (len(names) - 1)) // max(1, len(names))
        for number, name in enumerate(names if length > 0 else ()):
            begin = number * (length + pause)
            days[name] = problem.days[begin : begin + length]
    visits = [visit.model_copy(update={"days": _both(visit, days)}) for visit in problem.visits]
    return problem.model_copy(update={"visits": tuple(visits)})


def _both(visit: Visit, days: dict[str, tuple[date, ...]]) -> tuple[date, ...] | None:
    block = days.get(visit.id)
    if block is None or visit.days is None:
        return block if visit.days is None else visit.days
    return tuple(day for day in block if day in visit.days)


def greedy_month(problem: Problem, limit: Limit, seed: int) -> Plan:
    del limit, seed
    return solve(problem)


def vroom_month(problem: Problem, limit: Limit, seed: int) -> Plan:
    """Level 5 where it ends in time; VROOM overruns its limit, so the table shows its real time."""
    del seed
    board = Board(spread(problem))
    return finished(problem, at_length(limit, lambda seconds: first_draft(board, seconds)), "vroom")


def pyvrp_month(problem: Problem, limit: Limit, seed: int) -> Plan:
    """Skills and days as load dimensions (capacity 0 where not allowed), the day shortened by lunch."""
    pyvrp = import_module("pyvrp")
    board = Board(spread(problem))
    visits = [visit for visit in board.problem.visits if any(board.crew_masks(visit))]
    skills = sorted({skill for visit in visits for skill in visit.skills})
    places = [place.id for place in problem.places]
    model = pyvrp.Model()
    located = {place: model.add_location(x=0, y=0) for place in places}
    depots = {place: model.add_depot(located[place]) for place in {one.start for one in board.brigade_days}}
    for one in board.brigade_days:
        lunch = one.brigade.lunch.minutes if one.brigade.lunch else 0
        able = [9999999 if skill in one.crews[0].skills else 0 for skill in skills]
        able += [0 if day == one.day else 9999999 for day in board.days]
        model.add_vehicle_type(
            1, capacity=able, start_depot=depots[one.start], end_depot=depots[one.end], tw_early=one.shift.earliest,
            tw_late=one.shift.latest - lunch, shift_duration=one.shift.max_minutes or 1440, unit_distance_cost=1,
            unit_duration_cost=0,
        )  # fmt: skip
    for visit in visits:
        need = [100 if skill in visit.skills else 0 for skill in skills]
        need += [0 if visit.may_be_on(day) else 100 for day in board.days]
        low, high = _window(board, visit)
        model.add_client(
            located[visit.place], delivery=need, service_duration=visit.duration, tw_early=low, tw_late=high,
            prize=round(100 * problem.prices.unplaced[visit.priority - 1]), required=False,
        )  # fmt: skip
    for a in places:
        for b in places:
            km, minutes = board.travel.km(a, b), board.travel.minutes(a, b)
            model.add_edge(located[a], located[b], distance=round(100 * km), duration=minutes)
    best = model.solve(stop=ended(limit), seed=seed, display=False).best
    draft = Draft(board)
    for route in best.routes():
        for activity in route:
            if activity.is_client():
                draft.append(visits[int(activity.idx)], board.brigade_days[int(route.vehicle_type())])
    return finished(problem, draft, "pyvrp")


def _window(board: Board, visit: Visit) -> tuple[int, int]:
    openings = next(o for one in board.brigade_days if (o := board.openings(visit, one.day)))
    return openings[0][0], openings[-1][1]


def ortools_month(problem: Problem, limit: Limit, seed: int) -> Plan:
    """Allowed vehicles per visit, span bound, penalties; the day shortened by lunch."""
    del seed
    board = Board(spread(problem))
    visits = [visit for visit in board.problem.visits if any(board.crew_masks(visit))]
    bases = sorted({one.start for one in board.brigade_days})
    places = [*bases, *(visit.place for visit in visits)]
    way = [[board.travel.minutes(a, b) for b in places] for a in places]
    starts = [bases.index(one.start) for one in board.brigade_days]
    service = [0] * len(bases) + [visit.duration for visit in visits]
    manager, routing, transit = _routing(way, service, starts, starts)
    km = [[round(100 * board.travel.km(a, b)) for b in places] for a in places]
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(km))
    routing.AddDimension(transit, 1440, 1440, False, "time")
    time = routing.GetDimensionOrDie("time")
    for vehicle, one in enumerate(board.brigade_days):
        lunch = one.brigade.lunch.minutes if one.brigade.lunch else 0
        time.CumulVar(routing.Start(vehicle)).SetRange(one.shift.earliest, one.shift.latest)
        time.CumulVar(routing.End(vehicle)).SetRange(one.shift.earliest, one.shift.latest - lunch)
        time.SetSpanUpperBoundForVehicle(one.shift.max_minutes or 1440, vehicle)
    for n, visit in enumerate(visits, start=len(bases)):
        index = manager.NodeToIndex(n)
        time.CumulVar(index).SetRange(*_window(board, visit))
        allowed = [at for at, mask in enumerate(board.crew_masks(visit)) if mask]
        routing.VehicleVar(index).SetValues([-1, *allowed])
        routing.AddDisjunction([index], round(100 * problem.prices.unplaced[visit.priority - 1]))
    draft = Draft(board)
    for vehicle, route in enumerate(_routed(manager, routing, limit, len(starts))):
        for node in route:
            draft.append(visits[node - len(bases)], board.brigade_days[vehicle])
    return finished(problem, draft, "or-tools")


VRPTW = {"PyVRP": pyvrp_vrptw, "VROOM": vroom_vrptw, "OR-Tools": ortools_vrptw}
MONTH = {"greedy": greedy_month, "VROOM": vroom_month, "PyVRP": pyvrp_month, "OR-Tools": ortools_month}
