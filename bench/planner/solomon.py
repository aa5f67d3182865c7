"""Solomon's VRPTW: read, solve with the planner's own search, check with an oracle of its own."""

import re
from dataclasses import dataclass
from pathlib import Path

Table = list[list[int]]


@dataclass(frozen=True)
class Solomon:
    """Customer 0 is the depot. Everything times ten, distances truncated, as in the `.sol` files."""

    name: str
    vehicles: int
    capacity: int
    demand: list[int]
    ready: list[int]
    due: list[int]
    service: list[int]
    way: Table


def read(path: Path) -> Solomon:
    """One instance in Solomon's text format."""
    lines = path.read_text().splitlines()
    numbers = [[int(float(word)) for word in line.split()] for line in lines if re.match(r"^[\s\d.]+$", line)]
    numbers = [row for row in numbers if row]
    vehicles, capacity = numbers[0]
    rows = numbers[1:]
    points = [(row[1], row[2]) for row in rows]
    way = [[int(((a - c) ** 2 + (b - d) ** 2) ** 0.5 * 10) for c, d in points] for a, b in points]

    def column(at: int, times: int = 1) -> list[int]:
        return [row[at] * times for row in rows]

    return Solomon(lines[0].strip(), vehicles, capacity, column(3), column(4, 10), column(5, 10), column(6, 10), way)


def best_known(path: Path) -> float | None:
    """The cost in the `.sol` file beside the instance, if there is one."""
    beside = path.with_suffix(".sol")
    found = re.search(r"Cost:?\s+([\d.]+)", beside.read_text()) if beside.exists() else None
    return float(found[1]) if found else None


def cost(case: Solomon, routes: list[list[int]]) -> float:
    """Distance of the routes; raises ValueError naming the rule they break."""
    served = sorted(customer for route in routes for customer in route)
    if served != list(range(1, len(case.demand))):
        raise ValueError("not every customer exactly once")
    if len([route for route in routes if route]) > case.vehicles:
        raise ValueError("too many vehicles")
    return sum(_length(case, route) for route in routes) / 10


def _length(case: Solomon, route: list[int]) -> int:
    if sum(case.demand[customer] for customer in route) > case.capacity:
        raise ValueError("overloaded")
    here, free, length = 0, case.ready[0], 0
    for customer in [*route, 0]:
        arrival = max(free + case.way[here][customer], case.ready[customer])
        if arrival > case.due[customer]:
            raise ValueError(f"late at {customer}")
        length += case.way[here][customer]
        here, free = customer, arrival + case.service[customer]
    return length


def published(path: Path) -> list[list[int]]:
    """The routes of a `.sol` file."""
    return [[int(word) for word in line.split(":")[1].split()] for line in path.read_text().splitlines() if ":" in line]
