"""The search: ruin, recreate, accept by simulated annealing. Same arrays, seed and steps: same routes."""

import math

from scheduling.planner.lns.arrays import Case, Memory, Routes
from scheduling.planner.lns.jit import Floats, compiled, draw
from scheduling.planner.lns.moves import forget, undo
from scheduling.planner.lns.recreate import recreate
from scheduling.planner.lns.ruin import ruin


@compiled
def anneal(case: Case, routes: Routes, memory: Memory, knobs: Floats, steps: int, hot: float, cold: float) -> None:
    """`steps` steps while the temperature falls from `hot` to `cold`. Knobs: visits, string, blink, invited."""
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        forget(memory)
        before = routes.cost[0]
        recreate(case, routes, memory, knobs, ruin(case, routes, memory, knobs))
        if routes.cost[0] >= before - heat * math.log(1.0 - draw(memory.random)):
            undo(case, routes, memory)
            routes.cost[0] = before
        elif routes.cost[0] < memory.best_cost[0] - 1e-6:
            keep(routes, memory)
        heat *= cooling


@compiled
def keep(routes: Routes, memory: Memory) -> None:
    """Remember these routes as the best so far."""
    memory.best_cost[0] = routes.cost[0]
    for r in range(routes.size.shape[0]):
        memory.best_size[r] = routes.size[r]
        for i in range(routes.size[r]):
            v = routes.seq[r, i]
            memory.best_seq[r, i] = v
            memory.best_pin[v] = routes.pin[v]
