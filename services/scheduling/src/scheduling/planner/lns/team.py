"""One day of many carers with synchronised or sequential pairs and priced lateness, compiled.

The start of every job is the least solution of "not before ready", "not before the previous one is left and reached"
and "the mate within its lag"; inserting a job only ever delays others, so a partial price is a lower bound.
"""

from typing import NamedTuple

from scheduling.planner.lns.jit import Floats, Small, Words, inner

TOO_LATE = 1e7


class Team(NamedTuple):
    """Read-only. j = job (one service of one patient); carers stand behind the jobs as heads of their routes."""

    way: Floats  # [p, p] minutes, which are also the kilometres
    at: Small  # [j + carer] place, 0 = depot
    duration: Floats  # [j + carer]
    ready: Floats  # [j + carer]
    due: Floats  # [j + carer]
    may: Small  # [j, carer] 1 = has the skill
    mate: Small  # [j] or -1
    least: Floats  # [j] this one starts at least so long after its mate (negative: may be earlier)
    near: Small  # [2, j, k] by distance, by distance and time
    keys: Floats  # [order, j]
    weights: Floats  # [order] cumulative odds


class Day(NamedTuple):
    """Mutable. Routes are rings: head, first job, ..., head."""

    after: Small  # [j + carer]
    before: Small  # [j + carer]
    who: Small  # [j] carer or -1
    start: Floats  # [j + carer]
    tried: Floats  # [j + carer] tentative starts
    stamp: Small  # [j + carer]
    stack: Small  # [4 j]
    total: Floats  # [3] distance, lateness, largest lateness
    turn: Small  # [1]
    absent: Small  # [j]
    key: Floats  # [j]
    spots: Small  # [2, positions] candidate positions of a pair
    bounds: Floats  # [2, positions]
    begins: Floats  # [2, j + carer] start of a pair's job behind another, were there no mate
    detours: Floats  # [2, j + carer] and the distance it adds there
    random: Words


@inner
def link(day: Day, j: int, before: int) -> None:
    """Put a job behind another in its ring."""
    after = day.after[before]
    day.after[before], day.before[j] = j, before
    day.after[j], day.before[after] = after, j


@inner
def unlink(day: Day, j: int) -> None:
    """Take a job out of its ring."""
    before, after = day.before[j], day.after[j]
    day.after[before], day.before[after] = after, before


@inner
def detour(team: Team, day: Day, j: int, before: int) -> float:
    """Distance the job adds behind another."""
    p, here, q = team.at[before], team.at[j], team.at[day.after[before]]
    return float(team.way[p, here] + team.way[here, q] - team.way[p, q])


@inner
def value(day: Day, j: int) -> float:
    """Start of a job as tried in this turn."""
    return float(day.tried[j] if day.stamp[j] == day.turn[0] else day.start[j])


@inner
def delay(team: Team, day: Day, first: int, second: int, most: float) -> tuple[float, float]:
    """Extra lateness and largest lateness when the linked jobs `first` and `second` (or -1) push what follows.

    Stops as soon as the price reaches `most`, which also ends the endless delay of a circular wait.
    """
    day.turn[0] += 1
    jobs, largest, extra, top = team.mate.shape[0], day.total[2], 0.0, 0
    for number in range(2):
        j = second if number else first
        if j >= 0:
            p = day.before[j]
            arrival = day.start[p] + team.duration[p] + team.way[team.at[p], team.at[j]]
            day.tried[j], day.stamp[j] = max(arrival, team.ready[j]), day.turn[0]
            late = day.tried[j] - team.due[j]
            if late > 0:
                extra, largest = extra + late, max(largest, late)
            day.stack[top] = j
            top += 1
    while top > 0:
        if extra + largest - day.total[2] >= most:
            return TOO_LATE, largest
        top -= 1
        j = day.stack[top]
        now = value(day, j)
        q, mate = day.after[j], team.mate[j]
        for k in range(2):
            then = now + team.duration[j] + team.way[team.at[j], team.at[q]] if k == 0 else 0.0
            if k == 1:
                if mate < 0 or (day.who[mate] < 0 and mate != first and mate != second):
                    continue
                q, then = mate, now + team.least[mate]
            if q >= jobs:
                continue
            old = value(day, q)
            if then > old + 1e-7:
                if then > TOO_LATE or top > 3 * jobs:
                    return TOO_LATE, largest
                extra += max(0.0, then - team.due[q]) - max(0.0, old - team.due[q])
                largest = max(largest, then - team.due[q])
                day.tried[q], day.stamp[q], day.stack[top] = then, day.turn[0], q
                top += 1
    return extra, largest


@inner
def settle(team: Team, day: Day, extra: float, largest: float) -> None:
    """Make the starts of the last `delay` real."""
    for j in range(team.mate.shape[0]):
        if day.stamp[j] == day.turn[0]:
            day.start[j] = day.tried[j]
    day.total[1] += extra
    day.total[2] = largest


@inner
def reschedule(team: Team, day: Day) -> None:
    """All starts from nothing: along every route first, then what the pairs push."""
    jobs, top = team.mate.shape[0], 0
    for head in range(jobs, day.after.shape[0]):
        j, q = head, day.after[head]
        while q < jobs:
            then = day.start[j] + team.duration[j] + team.way[team.at[j], team.at[q]]
            day.start[q] = max(team.ready[q], then)
            j, q = q, day.after[q]
    for j in range(jobs):
        mate = team.mate[j]
        if mate >= 0 and day.who[j] >= 0 and day.start[mate] + team.least[j] > day.start[j]:
            day.start[j] = day.start[mate] + team.least[j]
            day.stack[top] = j
            top += 1
            top = push(team, day, top)


@inner
def push(team: Team, day: Day, top: int) -> int:
    """Carry delays on from the jobs on the stack until nothing moves."""
    jobs = team.mate.shape[0]
    while top > 0:
        top -= 1
        j = day.stack[top]
        q, mate = day.after[j], team.mate[j]
        then = day.start[j] + team.duration[j] + team.way[team.at[j], team.at[q]]
        if q < jobs and then > day.start[q]:
            day.start[q], day.stack[top] = then, q
            top += 1
        if mate >= 0 and day.start[j] + team.least[mate] > day.start[mate]:
            day.start[mate], day.stack[top] = day.start[j] + team.least[mate], mate
            top += 1
    return top


@inner
def measure(team: Team, day: Day) -> None:
    """Totals of the starts as they are."""
    jobs = team.mate.shape[0]
    distance, late, largest = 0.0, 0.0, 0.0
    for j in range(day.after.shape[0]):
        if j >= jobs or day.who[j] >= 0:
            distance += team.way[team.at[j], team.at[day.after[j]]]
        if j < jobs and day.who[j] >= 0:
            behind = max(0.0, day.start[j] - team.due[j])
            late, largest = late + behind, max(largest, behind)
    day.total[0], day.total[1], day.total[2] = distance, late, largest
