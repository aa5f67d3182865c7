"""Ruin, recreate and annealing for one day with pairs; cost = distance + lateness + largest lateness."""

import math
from collections.abc import Callable

import numpy as np

from scheduling.planner.lns.jit import Floats, Small, compiled, draw, inner, pick, seeded
from scheduling.planner.lns.run import CHUNK_SECONDS, Limit
from scheduling.planner.lns.team import Day, Team, measure, reschedule, unlink
from scheduling.planner.lns.team_insert import insert

# Odds of emptying up to two carers instead of taking strings: what two crossing routes need to change carers.
WHOLE = 0.1


@inner
def strip(team: Team, day: Day, j: int, removed: int) -> int:
    """Take a job and its mate out."""
    for number in range(2):
        one = team.mate[j] if number else j
        if one >= 0 and day.who[one] >= 0:
            unlink(day, one)
            day.who[one] = -1
            day.start[one] = team.ready[one]
    day.absent[removed] = j
    return removed + 1


@inner
def ruin(team: Team, day: Day, knobs: Floats) -> int:
    """Strings of neighbouring jobs out of near routes; returns the number of single jobs and pairs taken out."""
    jobs, removed, longest = team.mate.shape[0], 0, max(1.0, knobs[1])
    strings = int(1.0 + draw(day.random) * (4.0 * knobs[0] / (1.0 + longest) - 1.0))
    if draw(day.random) < WHOLE:
        longest, strings = float(jobs), 1 + pick(day.random, 2)
    seed, by = pick(day.random, jobs), pick(day.random, 2)
    day.turn[0] += 1
    for k in range(team.near.shape[2]):
        j = team.near[by, seed, k]
        c = day.who[j]
        if c < 0 or day.stamp[jobs + c] == day.turn[0]:
            continue
        day.stamp[jobs + c] = day.turn[0]
        length = int(1.0 + draw(day.random) * longest)
        back = pick(day.random, length)
        while back > 0 and day.before[j] < jobs:
            j = day.before[j]
            back -= 1
        skip = pick(day.random, length) if length > 2 and draw(day.random) < 0.5 else -1
        while length > 0 and j < jobs:
            q = day.after[j]
            length -= 1
            if length != skip:
                removed = strip(team, day, j, removed)
            j = q
        strings -= 1
        if strings <= 0:
            break
    return removed


@inner
def arrange(team: Team, day: Day, number: int) -> None:
    """Sort the jobs taken out by one of the insertion orders; order 0 is random."""
    lot, order = draw(day.random), 0
    while order + 1 < team.weights.shape[0] and lot >= team.weights[order]:
        order += 1
    for k in range(number):
        j = day.absent[k]
        key = draw(day.random) if order == 0 else team.keys[order, j]
        i = k - 1
        while i >= 0 and day.key[i] > key:
            day.absent[i + 1], day.key[i + 1] = day.absent[i], day.key[i]
            i -= 1
        day.absent[i + 1], day.key[i + 1] = j, key


@inner
def copy(source: Day, target: Day) -> None:
    """The routes and their times, not the scratch space."""
    for j in range(source.after.shape[0]):
        target.after[j], target.before[j], target.start[j] = source.after[j], source.before[j], source.start[j]
    for j in range(source.who.shape[0]):
        target.who[j] = source.who[j]
    for k in range(3):
        target.total[k] = source.total[k]


@compiled
def anneal_team(team: Team, day: Day, now: Day, best: Day, knobs: Floats, steps: int, hot: float, cold: float) -> None:
    """`steps` steps; `now` is the accepted state, `best` the best seen. Knobs: jobs, string, blink."""
    cooling, heat = (cold / hot) ** (1.0 / max(1, steps)), hot
    for _ in range(steps):
        number = ruin(team, day, knobs)
        reschedule(team, day)
        measure(team, day)
        arrange(team, day, number)
        for k in range(number):
            insert(team, day, day.absent[k], knobs[2])
        cost, old = day.total.sum(), now.total.sum()
        if cost < old - heat * math.log(1.0 - draw(day.random)):
            copy(day, now)
            if cost < best.total.sum() - 1e-6:
                copy(day, best)
        else:
            copy(now, day)
        heat *= cooling


@compiled
def construct(team: Team, day: Day) -> None:
    """First routes: every job in the order of its window, each at its cheapest place."""
    for k in range(team.mate.shape[0]):
        day.absent[k], day.key[k] = k, team.due[k]
    for k in range(1, team.mate.shape[0]):
        j, i = day.absent[k], k - 1
        while i >= 0 and team.due[day.absent[i]] > team.due[j]:
            day.absent[i + 1] = day.absent[i]
            i -= 1
        day.absent[i + 1] = j
    for k in range(team.mate.shape[0]):
        if day.who[day.absent[k]] < 0:
            insert(team, day, day.absent[k], 0.0)


def fresh_day(team: Team, seed: int) -> Day:
    """Nobody has anything to do yet."""
    jobs, all_ = team.mate.size, team.at.size
    ring = np.arange(all_, dtype=np.int32)
    return Day(
        after=ring.copy(), before=ring.copy(), who=np.full(jobs, -1, np.int32), start=team.ready.copy(),
        tried=np.zeros(all_), stamp=_zeros(all_), stack=_zeros(4 * jobs + 8), total=np.zeros(3), turn=_zeros(1),
        absent=_zeros(jobs), key=np.zeros(jobs), spots=_zeros(2, all_), bounds=np.zeros((2, all_)),
        begins=np.zeros((2, all_)), detours=np.zeros((2, all_)),
        random=seeded(seed),
    )  # fmt: skip


def _zeros(*shape: int) -> Small:
    return np.zeros(shape, np.int32)


def search_team(
    team: Team, seed: int, limit: Limit, knobs: tuple[float, float, float, float, float],
    watch: Callable[[float, float], bool] | None = None,
) -> Day:  # fmt: skip
    """The best day found. Knobs: jobs per step, string, blink, hot and cold temperature."""
    day = fresh_day(team, seed)
    construct(team, day)
    now, best = fresh_day(team, 1), fresh_day(team, 1)
    measure_and_copy(team, day, now, best)
    numbers = np.array(knobs[:3])
    hot, fall = knobs[3], knobs[4] / knobs[3]
    begun, done, chunk, steps = limit.clock(), 0.0, 50, 0
    while done < 1.0:
        if limit.steps is not None:
            chunk = min(500, limit.steps - steps)
            until = (steps + chunk) / max(1, limit.steps)
        else:
            until = min(1.0, done + CHUNK_SECONDS / limit.seconds)
        anneal_team(team, day, now, best, numbers, chunk, hot * fall**done, hot * fall**until)
        steps += chunk
        spent = limit.clock() - begun
        done = until if limit.steps is not None else min(1.0, spent / limit.seconds)
        if limit.steps is None:
            chunk = max(1, int(steps / spent * CHUNK_SECONDS))
        if watch is not None and watch(done, float(best.total.sum())):
            break
    return best


@compiled
def measure_and_copy(team: Team, day: Day, now: Day, best: Day) -> None:
    """Start values of a run."""
    measure(team, day)
    copy(day, now)
    copy(day, best)
