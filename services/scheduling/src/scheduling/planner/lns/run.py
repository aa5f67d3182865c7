"""Run the compiled search for a number of steps (repeatable) or for a time (not)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduling.planner.lns.anneal import anneal, keep
from scheduling.planner.lns.arrays import Case, Memory, Routes
from scheduling.planner.lns.jit import seeded
from scheduling.planner.lns.moves import place
from scheduling.planner.lns.times import refresh

CHUNK_SECONDS = 0.1
Watch = Callable[[float, float], bool]


@dataclass(frozen=True)
class Limit:
    """When to stop: after `steps` (same plan every time) or else after `seconds`."""

    seconds: float = 20.0
    steps: int | None = None
    cpu: bool = False

    def clock(self) -> float:
        """Now: wall time, or processor seconds of this process (`cpu`) on a machine with other work."""
        return time.process_time() if self.cpu else time.perf_counter()

    def since(self, begun: float) -> "Limit":
        """What is left of it when the clock stood at `begun` in the beginning."""
        return replace(self, seconds=max(0.1, self.seconds - (self.clock() - begun)))


@dataclass(frozen=True)
class Knobs:
    """How much to take out, how often to overlook a place, how many absent visits to try, the heat in kilometres."""

    visits: float = 10.0
    string: float = 5.0
    blink: float = 0.01
    invited: float = 10.0
    hot: float = 40.0
    cold: float = 0.3


def empty_routes(case: Case, slots: int) -> Routes:
    """No visit placed; `slots` bounds the stops of one route."""
    routes, visits, days = case.start.size, case.at.size, case.date.size
    children, quotas = case.day_limit.size, case.minimum.size
    brigades = int(case.brigade.max(initial=0)) + 1
    state = Routes(
        seq=_zeros(routes, slots), size=_zeros(routes), early=_zeros(routes, slots), late=_zeros(routes, slots + 1),
        crews=np.zeros(routes, np.int64), load=_zeros(routes),
        busy=_zeros(routes), version=_zeros(routes), where=_zeros(visits) - 1, pin=_zeros(visits) - 1,
        by_brigade=_zeros(children, brigades), by_day=_zeros(children, days), day_route=_zeros(children, days) - 1,
        day_minutes=_zeros(children, days), in_series=_zeros(case.gap.size, days), in_quota=_zeros(quotas),
        cost=np.zeros(1), changes=_zeros(1), known=_zeros(visits, routes),
        known_km=np.zeros((visits, routes), np.float32), known_at=_zeros(visits, routes), scratch=_zeros(3, slots + 1),
    )  # fmt: skip
    state.where[:] = -1
    state.pin[:] = -1
    for route in range(routes):
        refresh(case, state, route)
    state.cost[0] = case.prize.sum() + case.idle.sum() + case.prices[0] * case.minimum.sum()
    return state


def fresh_memory(case: Case, routes: Routes, seed: int) -> Memory:
    """Memory for one run; the routes given count as the best so far."""
    number, visits = case.start.size, case.at.size
    memory = Memory(
        seq=np.zeros_like(routes.seq), size=_zeros(number), version=_zeros(number), pin=_zeros(visits) - 1,
        touched=_zeros(number),
        order=_zeros(number), number=_zeros(1), best_seq=np.zeros_like(routes.seq), best_size=_zeros(number),
        best_pin=_zeros(visits) - 1, best_cost=np.zeros(1), absent=_zeros(visits + 1), pool=_zeros(visits + 1),
        key=np.zeros(visits + 1), random=seeded(seed),
    )  # fmt: skip
    keep(routes, memory)
    return memory


def _zeros(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.zeros(shape, np.int32)


def load(case: Case, routes: Routes, sequences: dict[int, list[int]], pins: dict[int, int]) -> None:
    """Put known sequences in; the caller vouches that they are feasible."""
    for visit, start in pins.items():
        routes.pin[visit] = start
    for route, visits in sequences.items():
        for position, visit in enumerate(visits):
            place(case, routes, visit, route, position)


def search(case: Case, routes: Routes, seed: int, limit: Limit, knobs: Knobs, watch: Watch | None = None) -> Memory:
    """Improve the routes in place; the best found is in the memory returned. `watch(done, best)` may stop it."""
    memory = fresh_memory(case, routes, seed)
    numbers = np.array([knobs.visits, knobs.string, knobs.blink, knobs.invited])
    begun, done, chunk, steps = limit.clock(), 0.0, 50, 0
    fall = knobs.cold / knobs.hot
    while done < 1.0:
        if limit.steps is not None:
            chunk = min(500, limit.steps - steps)
            until = (steps + chunk) / max(1, limit.steps)
        else:
            until = min(1.0, done + CHUNK_SECONDS / limit.seconds)
        anneal(case, routes, memory, numbers, chunk, knobs.hot * fall**done, knobs.hot * fall**until)
        steps += chunk
        if limit.steps is not None:
            done = until
        else:
            spent = limit.clock() - begun
            chunk = max(1, int(steps / spent * CHUNK_SECONDS))
            done = 1.0 if spent >= limit.seconds else spent / limit.seconds
        if watch is not None and watch(done, float(memory.best_cost[0])):
            break
    return memory


def sequences_of(memory: Memory) -> dict[int, list[int]]:
    """The best routes as lists of visits."""
    return {
        route: [int(v) for v in memory.best_seq[route, :size]] for route, size in enumerate(memory.best_size) if size
    }
