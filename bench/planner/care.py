"""A home-care day as arrays for the planner's own search."""

from typing import Any

import numpy as np
from scheduling.planner.lns.run import Limit
from scheduling.planner.lns.team import Day, Team
from scheduling.planner.lns.team_search import search_team

from bench.planner.hhcrsp import Care, Routes

KNOBS = (10.0, 8.0, 0.01, 30.0, 1.0)


def solve(care: Care, limit: Limit, seed: int, knobs: tuple[float, float, float, float, float] = KNOBS) -> Routes:
    """Routes with starts, the best found in the time."""
    team, jobs = to_team(care)
    day = search_team(team, seed, limit, knobs)
    return routes_of(care, day, jobs)


def to_team(care: Care) -> tuple[Team, list[tuple[str, str]]]:
    """One job per service; the jobs' names come back with the arrays."""
    data = care.data
    jobs: list[tuple[str, str]] = []
    columns: list[tuple[Any, ...]] = []
    mate: list[int] = []
    for row, patient in enumerate(data["patients"], start=1):
        needs, window = patient["required_caregivers"], patient["time_window"]
        least, most = _lag(patient)
        for number, need in enumerate(needs):
            mate.append(len(jobs) + 1 - 2 * number if len(needs) == 2 else -1)
            jobs.append((patient["id"], need["service"]))
            columns.append((row, need["duration"], *window, -most if number == 0 else least))
    carers = data["caregivers"]
    table = np.array([*columns, *[(0, 0, 0, 1e9, 0)] * len(carers)], float)
    may = np.array([[service in carer["abilities"] for carer in carers] for _, service in jobs], np.int32)
    way, at, count = np.array(data["distances"], float), table[:, 0].astype(np.int32), len(jobs)
    team = Team(
        way=way, at=at, duration=table[:, 1].copy(), ready=table[:, 2].copy(), due=table[:, 3].copy(), may=may,
        mate=np.array(mate, np.int32), least=table[:count, 4].copy(), near=_near(way, at[:count], table[:count, 2]),
        **_orders(way, at[:count], table[:count], may, np.array(mate)),
    )  # fmt: skip
    return team, jobs


def _lag(patient: dict[str, Any]) -> tuple[float, float]:
    sync = patient.get("synchronization")
    if sync is None or sync["type"] == "simultaneous":
        return 0.0, 0.0
    least, most = sync["distance"]
    return least, most


def _near(way: np.ndarray, at: np.ndarray, ready: np.ndarray) -> np.ndarray:
    place = way[np.ix_(at, at)].copy()
    both = place + 0.3 * np.abs(ready[:, None] - ready[None, :])
    for table in (place, both):
        np.fill_diagonal(table, -1)
    return np.stack([np.argsort(table, axis=1, kind="stable") for table in (place, both)]).astype(np.int32)


def _orders(way: np.ndarray, at: np.ndarray, table: np.ndarray, may: np.ndarray, mate: np.ndarray) -> dict[str, Any]:
    """Random, early, late, due, far, near, few carers, pairs first."""
    far, ready, due = way[0, at], table[:, 2], table[:, 3]
    keys = np.stack([far * 0, ready, -ready, due, -far, far, may.sum(axis=1) * 1.0, (mate < 0) * 1000.0 + ready])
    odds = np.array([4.0, 3, 1, 1, 2, 1, 2, 2])
    return {"keys": keys, "weights": np.cumsum(odds / odds.sum())}


def routes_of(care: Care, day: Day, jobs: list[tuple[str, str]]) -> Routes:
    """The rings as routes with starts."""
    routes: Routes = {}
    for number, carer in enumerate(care.data["caregivers"]):
        stops, j = [], int(day.after[len(jobs) + number])
        while j < len(jobs):
            stops.append((*jobs[j], float(day.start[j])))
            j = int(day.after[j])
        routes[carer["id"]] = stops
    return routes
