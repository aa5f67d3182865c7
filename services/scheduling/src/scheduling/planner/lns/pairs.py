"""Two visits that must be together or one after the other: placed as one, and pinned to the minute until taken out."""

from scheduling.planner.lns.arrays import Case, Memory, Routes
from scheduling.planner.lns.jit import inner, wide
from scheduling.planner.lns.moves import calendar_allows, detour, place, prize_of, remember, wishes
from scheduling.planner.lns.times import NEVER, day_fits, start_from, start_until


@inner
def window_at(case: Case, routes: Routes, r: int, i: int, v: int) -> tuple[int, int]:
    """Earliest and latest start of a visit at position i, by the bounds of the route."""
    size, d, here = routes.size[r], case.day[r], case.at[v]
    before, free = case.start[r], int(case.early[r])
    if i > 0:
        w = routes.seq[r, i - 1]
        before, free = case.at[w], int(routes.early[r, i - 1] + case.duration[w])
    after = case.end[r] if i == size else case.at[routes.seq[r, i]]
    low = start_from(case, routes, v, d, free + case.way[before, here])
    high = start_until(case, routes, v, d, routes.late[r, i] - case.way[here, after] - case.duration[v])
    return low, high


@inner
def open_to(case: Case, routes: Routes, v: int, r: int) -> bool:
    """Whether the route may take the visit at all."""
    if case.masks[v, r] & routes.crews[r] == 0 or routes.load[r] + case.load[v] > case.capacity[r]:
        return False
    return calendar_allows(case, routes, v, r)


@inner
def fits_pinned(case: Case, routes: Routes, r: int, i: int, v: int, start: int) -> bool:
    """Whether the route fits its day with the visit at position i starting exactly then."""
    size = routes.size[r]
    for k in range(i):
        routes.scratch[0, k] = routes.seq[r, k]
    routes.scratch[0, i] = v
    for k in range(i, size):
        routes.scratch[0, k + 1] = routes.seq[r, k]
    routes.pin[v] = start
    fits = day_fits(case, routes, r, size + 1, wide(routes.busy[r]))
    routes.pin[v] = -1
    return fits


@inner
def meeting(case: Case, routes: Routes, v: int, d: int, own: tuple[int, int], other: tuple[int, int]) -> int:
    """Earliest start of v in its window from which the mate's window can be met; NEVER when there is none."""
    start = max(own[0], other[0] - case.lag[v, 1])
    start = start_from(case, routes, v, d, start)
    if start > own[1] or start + case.lag[v, 0] > other[1]:
        return NEVER
    return start


@inner
def mate_start(case: Case, routes: Routes, v: int, d: int, start: int, low: int) -> int:
    """Start of the mate of v when v starts at `start`."""
    mate = wide(case.mate[v])
    then = start_from(case, routes, mate, d, max(low, start + case.lag[v, 0]))
    return then if then <= start + case.lag[v, 1] else NEVER


@inner
def place_pair(case: Case, routes: Routes, memory: Memory, v: int) -> bool:
    """The cheapest two places on one day by two brigades, if they cost less than leaving both out."""
    mate = wide(case.mate[v])
    best = prize_of(case, routes, v) + prize_of(case, routes, mate)
    # Absent, so -1; a literal would have everything below compiled once more.
    found, a = False, wide(routes.where[v])
    b = at_a = at_b = start_a = start_b = a
    for r in range(routes.size.shape[0]):
        if not open_to(case, routes, v, r):
            continue
        for i in range(routes.size[r] + 1):
            own, price = window_at(case, routes, r, i, v), detour(case, routes, r, i, v) + wishes(case, routes, v, r)
            if own[0] > own[1] or price >= best:
                continue
            q, j, t, u, total = second_place(case, routes, v, r, i, own, price, best)
            if q >= 0:
                found, best, a, b, at_a, at_b, start_a, start_b = True, total, r, q, i, j, t, u
    if found:
        remember(routes, memory, a)
        remember(routes, memory, b)
        routes.pin[v], routes.pin[mate] = start_a, start_b
        place(case, routes, v, a, at_a)
        place(case, routes, mate, b, at_b)
    return found


@inner
def second_place(
    case: Case, routes: Routes, v: int, r: int, i: int, own: tuple[int, int], price: float, best: float
) -> tuple[int, int, int, int, float]:
    """Route, position, both starts and total price of the best place for the mate; route -1 when there is none."""
    mate, d = wide(case.mate[v]), case.day[r]
    found = (-1, -1, 0, 0, best)
    for q in range(routes.size.shape[0]):
        if case.day[q] != d or case.brigade[q] == case.brigade[r] or not open_to(case, routes, mate, q):
            continue
        wish = wishes(case, routes, mate, q)
        for j in range(routes.size[q] + 1):
            total = price + wish + detour(case, routes, q, j, mate)
            if total >= found[4]:
                continue
            other = window_at(case, routes, q, j, mate)
            t = meeting(case, routes, v, d, own, other)
            u = mate_start(case, routes, v, d, t, other[0]) if t < NEVER else NEVER
            if u > other[1]:
                continue
            if fits_pinned(case, routes, r, i, v, t) and fits_pinned(case, routes, q, j, mate, u):
                found = (q, j, t, u, total)
    return found
