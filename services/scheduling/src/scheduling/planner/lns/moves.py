"""Put a visit into a route, take it out, and what either costs."""

from scheduling.planner.lns.arrays import Case, Memory, Routes
from scheduling.planner.lns.jit import compiled, inner, wide
from scheduling.planner.lns.times import refresh


@inner
def prize_of(case: Case, routes: Routes, v: int) -> float:
    """What placing the visit saves now: its own price, and its quota's while that is short."""
    q = case.quota[v]
    if q < 0:
        return float(case.prize[v])
    missing = max(0, case.minimum[q] - routes.in_quota[q])
    return float(case.prize[v] + case.prices[0] * min(missing, case.services[v]))


@inner
def wishes(case: Case, routes: Routes, v: int, r: int) -> float:
    """Priced wishes a place in this route breaks: a promise, or one brigade more for the child."""
    price = 0.0
    if case.home[v] != r:
        price = float(case.move[v])
    c = case.child[v]
    if c >= 0 and case.prices[1] > 0 and routes.by_brigade[c, case.brigade[r]] == 0:
        for b in range(routes.by_brigade.shape[1]):
            if routes.by_brigade[c, b] > 0:
                return price + float(case.prices[1])
    return price


@inner
def calendar_allows(case: Case, routes: Routes, v: int, r: int) -> bool:
    """Spacing of the series, the child's day, one brigade per child and day (two for a pair)."""
    d, c, s = case.day[r], case.child[v], case.series[v]
    if c >= 0:
        if routes.day_minutes[c, d] + case.duration[v] > case.day_limit[c]:
            return False
        mate = case.mate[v]
        paired = mate >= 0 and routes.where[mate] >= 0 and routes.by_day[c, d] == 1
        if routes.by_day[c, d] > 0 and routes.day_route[c, d] != r and not paired:
            return False
    if s < 0:
        return True
    week = 0
    for other in range(case.date.shape[0]):
        if routes.in_series[s, other] > 0:
            apart = abs(case.date[other] - case.date[d])
            if apart < case.gap[s]:
                return False
            week += routes.in_series[s, other] if case.week[other] == case.week[d] else 0
    return bool(week < case.per_week[s])


@inner
def count(case: Case, routes: Routes, v: int, r: int, step: int) -> None:
    """Keep the cross-route counters when a visit enters (+1) or leaves (-1) a route."""
    d, c = case.day[r], case.child[v]
    if c >= 0:
        routes.by_brigade[c, case.brigade[r]] += step
        routes.by_day[c, d] += step
        routes.day_minutes[c, d] += step * case.duration[v]
        if step > 0:
            routes.day_route[c, d] = r
    if case.series[v] >= 0:
        routes.in_series[case.series[v], d] += step
    if case.quota[v] >= 0:
        routes.in_quota[case.quota[v]] += step * case.services[v]


@inner
def detour(case: Case, routes: Routes, r: int, i: int, v: int) -> float:
    """Kilometres the visit adds at position i of the route as it is now."""
    size, here = routes.size[r], case.at[v]
    before = case.start[r] if i == 0 else case.at[routes.seq[r, i - 1]]
    after = case.end[r] if i == size else case.at[routes.seq[r, i]]
    direct = case.km[before, after] if size else case.idle[r]
    return float(case.km[before, here] + case.km[here, after] - direct)


@compiled
def place(case: Case, routes: Routes, v: int, r: int, i: int) -> None:
    """Insert the visit; the caller has checked that it fits."""
    routes.cost[0] += detour(case, routes, r, i, v) + wishes(case, routes, v, r) - prize_of(case, routes, v)
    for k in range(routes.size[r], i, -1):
        routes.seq[r, k] = routes.seq[r, k - 1]
    routes.seq[r, i] = v
    routes.size[r] += 1
    routes.where[v] = r
    count(case, routes, v, r, 1)
    refresh(case, routes, r)


@inner
def take_out(case: Case, routes: Routes, v: int, i: int) -> None:
    """Remove the visit at position i of its route; bounds of the route are left stale until `refresh`."""
    r = wide(routes.where[v])
    for k in range(i, routes.size[r] - 1):
        routes.seq[r, k] = routes.seq[r, k + 1]
    routes.size[r] -= 1
    routes.where[v] = -1
    count(case, routes, v, r, -1)
    routes.cost[0] -= detour(case, routes, r, i, v) + wishes(case, routes, v, r) - prize_of(case, routes, v)


@inner
def remember(routes: Routes, memory: Memory, r: int) -> None:
    """Save a route before its first change in this step."""
    if memory.touched[r] == 0:
        memory.touched[r] = 1
        memory.order[memory.number[0]] = r
        memory.number[0] += 1
        size = routes.size[r]
        memory.size[r] = size
        memory.version[r] = routes.version[r]
        for i in range(size):
            v = routes.seq[r, i]
            memory.seq[r, i] = v
            memory.pin[v] = routes.pin[v]


@inner
def undo(case: Case, routes: Routes, memory: Memory) -> None:
    """Restore every route saved in this step."""
    for k in range(memory.number[0]):
        r = wide(memory.order[k])
        for i in range(routes.size[r]):
            v = wide(routes.seq[r, i])
            count(case, routes, v, r, -1)
            routes.where[v] = -1
            routes.pin[v] = -1
    for k in range(memory.number[0]):
        r = wide(memory.order[k])
        routes.size[r] = memory.size[r]
        for i in range(memory.size[r]):
            v = wide(memory.seq[r, i])
            routes.seq[r, i] = v
            routes.where[v] = r
            routes.pin[v] = memory.pin[v]
            count(case, routes, v, r, 1)
        refresh(case, routes, r)
        routes.version[r] = memory.version[r]


@inner
def forget(memory: Memory) -> None:
    """Begin a new step."""
    for k in range(memory.number[0]):
        memory.touched[memory.order[k]] = 0
    memory.number[0] = 0
