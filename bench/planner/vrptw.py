"""Any VRPTW as a one-day case of the planner's own search."""

import numpy as np
from scheduling.planner.lns.arrays import Case
from scheduling.planner.lns.run import Knobs, Limit, empty_routes, search, sequences_of

from bench.planner.solomon import Solomon, Table

NO_LIMIT = 1 << 28
NEIGHBOURS = 200


def solve(case: Solomon, limit: Limit, seed: int) -> list[list[int]]:
    """Routes of customers, the best found in the time."""
    arrays = to_case(case)
    routes = empty_routes(arrays, slots=len(case.demand) + 1)
    scale = float(np.mean(arrays.km)) / 100
    knobs = Knobs(visits=10, string=10, hot=scale * 20, cold=scale * 0.2, invited=1000)
    memory = search(arrays, routes, seed, limit, knobs)
    return [[visit + 1 for visit in route] for route in sequences_of(memory).values()]


def to_case(case: Solomon) -> Case:
    """Customers as visits, vehicles as interchangeable routes, being left out priced above everything."""
    n, m = len(case.demand) - 1, case.vehicles
    way = np.array(case.way, np.int32)
    return Case(
        way=way, km=way.astype(np.float32), at=ints(range(1, n + 1)), duration=ints(case.service[1:]),
        load=ints(case.demand[1:]), prize=np.full(n, 10.0 * float(way.max()) * 10),
        masks=np.ones((n, m), np.int64), first=ints([range(n)]), last=ints([range(1, n + 1)]),
        low=ints(case.ready[1:]), high=ints(case.due[1:]), day=ints([0] * m), brigade=ints(range(m)),
        start=ints([0] * m), end=ints([0] * m), early=ints([case.ready[0]] * m), late=ints([case.due[0]] * m),
        most=ints([NO_LIMIT] * m), lunch=ints([[0, 0, 0, 0]] * m), capacity=ints([case.capacity] * m),
        alike=ints([0] * m), idle=np.zeros(m), **nothing(n), near=nearest(case.way, n), **orders(case),
    )  # fmt: skip


def nothing(n: int) -> dict[str, np.ndarray]:
    """Terms of the month a plain VRPTW does not have."""
    none, zero = ints([-1] * n), ints([0])
    return {
        "child": none, "day_limit": zero, "series": none, "gap": zero, "per_week": zero, "date": zero, "week": zero,
        "quota": none, "services": ints([1] * n), "minimum": zero, "home": none, "move": np.zeros(n), "mate": none,
        "lag": ints([[0, 0]] * n), "fixed": ints([0] * n), "loose": np.zeros(0, np.int32),
        "prices": np.zeros(2),
    }  # fmt: skip


def orders(case: Solomon) -> dict[str, np.ndarray]:
    """Insertion orders: random, demand, far, near, narrow window, early, late."""
    far = np.array(case.way[0][1:], float)
    ready, due = np.array(case.ready[1:], float), np.array(case.due[1:], float)
    keys = np.stack([far * 0, -np.array(case.demand[1:], float), -far, far, due - ready, ready, -due])
    odds = np.array([4.0, 4, 2, 1, 2, 2, 2])
    return {"keys": keys, "weights": np.cumsum(odds / odds.sum())}


def nearest(way: Table, n: int) -> np.ndarray:
    """Customers by distance, each first in its own row."""
    table = np.array(way, float)[1:, 1:]
    np.fill_diagonal(table, -1)
    return np.argsort(table, axis=1, kind="stable")[:, : min(n, NEIGHBOURS)].astype(np.int32)


def ints(values: object) -> np.ndarray:
    return np.array([list(row) if isinstance(row, (range, list)) else row for row in values], np.int32)  # type: ignore[attr-defined]
