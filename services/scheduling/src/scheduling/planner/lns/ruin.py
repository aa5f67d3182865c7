"""Take strings of neighbouring visits out of near routes (slack induction by string removals, Christiaens and
Vanden Berghe 2020): the holes lie close together, so what comes back can change places."""

from scheduling.planner.lns.arrays import Case, Memory, Routes
from scheduling.planner.lns.jit import Floats, draw, inner, pick, wide
from scheduling.planner.lns.moves import remember, take_out
from scheduling.planner.lns.times import refresh

SPLIT = 0.5
GROW = 0.01
FOCUS = 0.75


@inner
def ruin(case: Case, routes: Routes, memory: Memory, knobs: Floats) -> int:
    """Removes about knobs[0] visits in strings of at most knobs[1]; returns how many are in `memory.absent`."""
    placed, used = 0, 0
    for r in range(routes.size.shape[0]):
        placed += routes.size[r]
        used += 1 if routes.size[r] else 0
    if used == 0:
        return 0
    longest = max(1.0, min(knobs[1], placed / used))
    strings = int(1.0 + draw(memory.random) * (4.0 * knobs[0] / (1.0 + longest) - 1.0))
    seed = centre(case, memory)
    # Nothing is saved yet: zero, but not a literal, which would be compiled apart.
    removed = wide(memory.number[0])
    for k in range(case.near.shape[1]):
        v = wide(case.near[seed, k])
        r = wide(routes.where[v])
        if r < 0 or memory.touched[r] == 1:
            continue
        most = min(float(routes.size[r]), longest)
        length = int(1.0 + draw(memory.random) * most)
        removed = cut(case, routes, memory, v, length, removed)
        strings -= 1
        if strings <= 0:
            break
    return removed


@inner
def centre(case: Case, memory: Memory) -> int:
    """A visit to look round: any, but in a disturbed plan mostly one that has to find a new place."""
    if case.loose.shape[0] > 0 and draw(memory.random) < FOCUS:
        return int(case.loose[pick(memory.random, case.loose.shape[0])])
    return pick(memory.random, case.at.shape[0])


@inner
def cut(case: Case, routes: Routes, memory: Memory, v: int, length: int, removed: int) -> int:
    """Take a string of the length containing v out of its route, half of the time sparing a piece in its middle."""
    r = wide(routes.where[v])
    size = int(routes.size[r])
    length = min(length, size)
    spared = 0
    if 1 < length < size and draw(memory.random) < SPLIT:
        spared = 1
        while length + spared < size and draw(memory.random) < GROW:
            spared += 1
    at = 0
    while routes.seq[r, at] != v:
        at += 1
    total = length + spared
    low, high = max(0, at - total + 1), min(at, size - total)
    begin = low + pick(memory.random, high - low + 1)
    keep = begin + 1 + pick(memory.random, length - 1) if spared else size
    remember(routes, memory, r)
    at, stop = begin, begin + total
    for position in range(begin, stop):
        w = wide(routes.seq[r, at])
        if case.fixed[w] == 1 or keep <= position < keep + spared:
            at += 1
            continue
        removed = remove(case, routes, memory, w, at, removed)
        if case.mate[w] >= 0 and routes.where[case.mate[w]] >= 0:
            removed = remove_mate(case, routes, memory, wide(case.mate[w]), removed)
    refresh(case, routes, r)
    return removed


@inner
def remove(case: Case, routes: Routes, memory: Memory, v: int, at: int, removed: int) -> int:
    """Move one visit to the work list."""
    take_out(case, routes, v, at)
    routes.pin[v] = -1
    memory.absent[removed] = v
    return removed + 1


@inner
def remove_mate(case: Case, routes: Routes, memory: Memory, v: int, removed: int) -> int:
    """The other visit of a pair leaves its route too."""
    r = wide(routes.where[v])
    remember(routes, memory, r)
    at = 0
    while routes.seq[r, at] != v:
        at += 1
    removed = remove(case, routes, memory, v, at, removed)
    refresh(case, routes, r)
    return removed
