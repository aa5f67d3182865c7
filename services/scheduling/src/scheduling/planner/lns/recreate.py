"""Put visits back one by one, each where it costs least; now and then a place is overlooked on purpose."""

import numpy as np

from scheduling.planner.lns.arrays import Case, Memory, Routes
from scheduling.planner.lns.jit import Floats, draw, inner, pick, wide
from scheduling.planner.lns.moves import calendar_allows, place, prize_of, remember, wishes
from scheduling.planner.lns.pairs import place_pair
from scheduling.planner.lns.times import day_fits, earliest, too_busy

FREE = 1 << 20


@inner
def recreate(case: Case, routes: Routes, memory: Memory, knobs: Floats, number: int) -> None:
    """Reinserts the `number` visits of the work list, and tries up to knobs[3] of those absent before."""
    number = invite(case, routes, memory, int(knobs[3]), number)
    arrange(case, memory, number)
    for k in range(number):
        v = wide(memory.absent[k])
        if routes.where[v] >= 0:
            continue
        if case.mate[v] >= 0:
            place_pair(case, routes, memory, v)
            continue
        r, i, _ = best_place(case, routes, memory, v, knobs[2], prize_of(case, routes, v))
        if r >= 0:
            remember(routes, memory, r)
            place(case, routes, v, r, i)


@inner
def invite(case: Case, routes: Routes, memory: Memory, most: int, number: int) -> int:
    """Add some of the visits that had no place before this step to the work list."""
    waiting = 0
    for k in range(number):
        routes.where[memory.absent[k]] = -2
    for v in range(case.at.shape[0]):
        if routes.where[v] == -1:
            memory.pool[waiting] = v
            waiting += 1
    for k in range(number):
        routes.where[memory.absent[k]] = -1
    for _ in range(min(most, waiting)):
        chosen = pick(memory.random, waiting)
        memory.absent[number] = memory.pool[chosen]
        number += 1
        waiting -= 1
        memory.pool[chosen] = memory.pool[waiting]
    return number


@inner
def arrange(case: Case, memory: Memory, number: int) -> None:
    """Sort the work list by one of the insertion orders."""
    lot, order = draw(memory.random), 0
    while order + 1 < case.weights.shape[0] and lot >= case.weights[order]:
        order += 1
    for k in range(number):
        v = memory.absent[k]
        memory.key[k] = draw(memory.random) if order == 0 else case.keys[order, v]
    for k in range(1, number):
        v, key, j = memory.absent[k], memory.key[k], k - 1
        while j >= 0 and memory.key[j] > key:
            memory.absent[j + 1], memory.key[j + 1] = memory.absent[j], memory.key[j]
            j -= 1
        memory.absent[j + 1], memory.key[j + 1] = v, key


@inner
def best_place(case: Case, routes: Routes, memory: Memory, v: int, blink: float, most: float) -> tuple[int, int, float]:
    """Route, position and price of the cheapest place that costs less than `most`; route -1 when there is none.

    Routes whose answer is known come first: they give a bound that spares most of the others.
    """
    best_r, best = -1, most
    bound = case.child[v] >= 0 or case.series[v] >= 0
    for known in (True, False):
        empty = -1
        for r in range(routes.size.shape[0]):
            if case.masks[v, r] == 0 or (routes.known[v, r] == routes.version[r]) != known:
                continue
            if routes.size[r] == 0:
                if case.alike[r] == empty:
                    continue
                empty = case.alike[r]
            if not known:
                if least_detour(case, routes, r, v) >= best:
                    continue
                learn(case, routes, r, v)
            cost = float(routes.known_km[v, r])
            if cost >= best or routes.known_at[v, r] < 0 or draw(memory.random) < blink:
                continue
            if bound and not calendar_allows(case, routes, v, r):
                continue
            cost += wishes(case, routes, v, r)
            if cost < best:
                best_r, best = r, cost
    return best_r, wide(routes.known_at[v, best_r]), best


@inner
def least_detour(case: Case, routes: Routes, r: int, v: int) -> float:
    """The smallest detour of any position not plainly too long for the day: a lower bound of what `learn` finds."""
    size, here = routes.size[r], case.at[v]
    before, least, idle_busy = case.start[r], np.float32(1e30), routes.busy[r] + case.duration[v]
    for i in range(size + 1):
        after = case.end[r] if i == size else case.at[routes.seq[r, i]]
        busy = idle_busy + case.way[before, here] + case.way[here, after] - case.way[before, after]
        if not too_busy(case, r, busy):
            direct = case.km[before, after] if size else np.float32(case.idle[r])
            least = min(least, case.km[before, here] + case.km[here, after] - direct)
        before = after
    return float(least)


@inner
def learn(case: Case, routes: Routes, r: int, v: int) -> None:
    """The position of the route where the visit adds least, kept until the route changes."""
    routes.known[v, r] = routes.version[r]
    routes.known_at[v, r] = -1
    if case.masks[v, r] & routes.crews[r] == 0 or routes.load[r] + case.load[v] > case.capacity[r]:
        return
    size, d, here = routes.size[r], case.day[r], case.at[v]
    first, last, stay = case.first[d, v], case.last[d, v], int(case.duration[v])
    simple = case.lunch[r, 2] == 0 and case.most[r] >= FREE
    before, free, best = case.start[r], int(case.early[r]), np.float32(1e30)
    for i in range(size + 1):
        after = case.end[r] if i == size else case.at[routes.seq[r, i]]
        direct = case.km[before, after] if size else np.float32(case.idle[r])
        cost = case.km[before, here] + case.km[here, after] - direct
        if cost < best:
            start = earliest(case.low, case.high, first, last, free + case.way[before, here])
            busy = routes.busy[r] + stay + case.way[before, here] + case.way[here, after] - case.way[before, after]
            fits = start + stay + case.way[here, after] <= routes.late[r, i] and not too_busy(case, r, busy)
            if fits and (simple or fits_with(case, routes, r, i, v, busy)):
                routes.known_at[v, r], best = i, cost
        if i < size:
            before, free = after, routes.early[r, i] + case.duration[routes.seq[r, i]]
            if free > case.late[r]:
                break
    routes.known_km[v, r] = best


@inner
def fits_with(case: Case, routes: Routes, r: int, i: int, v: int, busy: int) -> bool:
    """Whether the route fits its day with the visit at position i."""
    size = routes.size[r]
    for k in range(i):
        routes.scratch[0, k] = routes.seq[r, k]
    routes.scratch[0, i] = v
    for k in range(i, size):
        routes.scratch[0, k + 1] = routes.seq[r, k]
    return day_fits(case, routes, r, size + 1, busy)
