"""Times of a route, compiled: the same rules as `planner.timetable`, which has the last word on every plan."""

from scheduling.planner.lns.arrays import Case, Routes
from scheduling.planner.lns.jit import Small, compiled, inner, wide

NEVER = 1 << 29


@inner
def earliest(low: Small, high: Small, first: int, last: int, moment: int) -> int:
    """First allowed start at or after the moment."""
    for k in range(first, last):
        if moment <= high[k]:
            return max(moment, int(low[k]))
    return NEVER


@inner
def latest(low: Small, high: Small, first: int, last: int, moment: int) -> int:
    """Last allowed start at or before the moment."""
    for k in range(last - 1, first - 1, -1):
        if low[k] <= moment:
            return min(moment, int(high[k]))
    return -NEVER


@inner
def start_from(case: Case, routes: Routes, v: int, d: int, moment: int) -> int:
    """Earliest start of a visit, minding its pin."""
    if routes.pin[v] >= 0:
        return int(routes.pin[v]) if moment <= routes.pin[v] else NEVER
    return earliest(case.low, case.high, case.first[d, v], case.last[d, v], moment)


@inner
def start_until(case: Case, routes: Routes, v: int, d: int, moment: int) -> int:
    """Latest start of a visit, minding its pin."""
    if routes.pin[v] >= 0:
        return int(routes.pin[v]) if moment >= routes.pin[v] else -NEVER
    return latest(case.low, case.high, case.first[d, v], case.last[d, v], moment)


@compiled
def refresh(case: Case, routes: Routes, r: int) -> None:
    """Recompute the bounds on starts, the crews and the load of a route."""
    size, d = routes.size[r], case.day[r]
    free, here = int(case.early[r]), case.start[r]
    crews, load, busy = -1, 0, 0
    for i in range(size):
        v = wide(routes.seq[r, i])
        way = case.way[here, case.at[v]]
        busy += way + case.duration[v]
        start = start_from(case, routes, v, d, free + way)
        routes.early[r, i] = start
        free, here = min(NEVER, start + case.duration[v]), case.at[v]
        crews &= case.masks[v, r]
        load += case.load[v]
    routes.crews[r], routes.load[r], routes.busy[r] = crews, load, busy + case.way[here, case.end[r]]
    routes.changes[0] += 1
    routes.version[r] = routes.changes[0]
    moment, here = int(case.late[r]), case.end[r]
    routes.late[r, size] = moment
    for i in range(size - 1, -1, -1):
        v = wide(routes.seq[r, i])
        until = moment - case.way[case.at[v], here] - case.duration[v]
        moment = start_until(case, routes, v, d, until)
        routes.late[r, i], here = moment, case.at[v]


@inner
def after_lunch(case: Case, r: int, moment: int) -> int:
    """End of a lunch begun at the moment or when it may begin."""
    done = max(moment, int(case.lunch[r, 0])) + int(case.lunch[r, 2])
    return done if done <= case.lunch[r, 1] else NEVER


@inner
def forward(case: Case, routes: Routes, r: int, size: int) -> int:
    """Earliest end of the day of `scratch[0]` without lunch; leaves the way of each leg in `scratch[1]`."""
    free, here, d = int(case.early[r]), case.start[r], case.day[r]
    for i in range(size + 1):
        there = case.end[r] if i == size else case.at[routes.scratch[0, i]]
        way, here = case.way[here, there], there
        routes.scratch[1, i] = way
        free = min(NEVER, free + way)
        if i < size:
            v = wide(routes.scratch[0, i])
            free = min(NEVER, start_from(case, routes, v, d, free) + case.duration[v])
    return free


@inner
def backward(case: Case, routes: Routes, r: int, size: int, back: int, leg: int, driven: bool) -> int:
    """Latest departure that still ends the day of `scratch[0]` at `back`."""
    moment, d = back, case.day[r]
    for i in range(size, -1, -1):
        if i < size:
            v = wide(routes.scratch[0, i])
            moment = start_until(case, routes, v, d, moment - case.duration[v])
        if i == leg and driven:
            moment = min(moment, case.lunch[r, 1]) - case.lunch[r, 2]
        moment -= routes.scratch[1, i]
        if i == leg and not driven:
            moment = min(moment, case.lunch[r, 1]) - case.lunch[r, 2]
    return moment


@inner
def lunch_leg(case: Case, routes: Routes, r: int, size: int) -> tuple[int, int]:
    """Leg of the earliest lunch, doubled, plus one when eaten on arrival (-1: no room), and the end of the day."""
    hungry, fed, place, d, here = wide(case.early[r]), NEVER, -1, case.day[r], case.start[r]
    for i in range(size + 1):
        there = case.end[r] if i == size else case.at[routes.scratch[0, i]]
        way, here = case.way[here, there], there
        routes.scratch[1, i] = way
        before = after_lunch(case, r, hungry) + way if i else NEVER
        after = NEVER if i == size else after_lunch(case, r, hungry + way)
        best = min(fed + way, before, after)
        if best < fed + way:
            place = 2 * i + (1 if after < before else 0)
        if i == size:
            fed = best
        else:
            v = wide(routes.scratch[0, i])
            fed = min(NEVER, start_from(case, routes, v, d, best) + case.duration[v])
            hungry = min(NEVER, start_from(case, routes, v, d, hungry + way) + case.duration[v])
            if hungry > case.late[r]:
                return -1, NEVER
    return place, fed


@inner
def day_fits(case: Case, routes: Routes, r: int, size: int, busy: int) -> bool:
    """Whether the sequence in `scratch[0]` fits the shift, its length and lunch; `busy` = its service and driving."""
    lunch = case.lunch[r, 2]
    if lunch == 0 or busy <= case.lunch[r, 3]:
        back = forward(case, routes, r, size)
        if back > case.late[r]:
            return False
        span = back - backward(case, routes, r, size, back, -1, False)
        if lunch == 0 or span <= case.lunch[r, 3]:
            return bool(span <= case.most[r])
    place, back = lunch_leg(case, routes, r, size)
    if place < 0 or back > case.late[r]:
        return False
    span = back - backward(case, routes, r, size, back, place // 2, place % 2 == 1)
    return bool(span - lunch <= case.most[r])


@inner
def too_busy(case: Case, r: int, busy: int) -> bool:
    """Whether that much service and driving cannot fit, however it is arranged."""
    rest = case.lunch[r, 2] if busy > case.lunch[r, 3] else 0
    return bool(busy > case.most[r] or busy + rest > case.late[r] - case.early[r])
