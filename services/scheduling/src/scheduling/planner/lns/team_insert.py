"""The cheapest place for a job or a pair. Distance bounds the price from below, so few places are really tried."""

from scheduling.planner.lns.jit import draw, inner
from scheduling.planner.lns.team import TOO_LATE, Day, Team, delay, detour, link, settle, unlink

NOTHING = 1e18


@inner
def insert(team: Team, day: Day, j: int, blink: float) -> None:
    """Place a job, with its mate if it has one."""
    if team.mate[j] < 0:
        best = best_single(team, day, j, blink)
        put(team, day, j, best, -1, -1)
        return
    first, second = best_pair(team, day, j, team.mate[j], blink)
    put(team, day, j, first, team.mate[j], second)


@inner
def put(team: Team, day: Day, j: int, before: int, mate: int, before_mate: int) -> None:
    """Link the job (and its mate) for good."""
    day.total[0] += detour(team, day, j, before)
    join(team, day, j, before)
    if mate >= 0:
        day.total[0] += detour(team, day, mate, before_mate)
        join(team, day, mate, before_mate)
    extra, largest = delay(team, day, j, mate, NOTHING)
    settle(team, day, extra, largest)


@inner
def join(team: Team, day: Day, j: int, before: int) -> None:
    """Link a job and note whose it is."""
    jobs = team.mate.shape[0]
    day.who[j] = before - jobs if before >= jobs else day.who[before]
    link(day, j, before)


@inner
def survey(team: Team, day: Day, j: int, row: int) -> int:
    """All places of a job in `spots[row]` with what they cost at least; returns how many.

    The bound counts the distance and the lateness of the job itself and of the one that follows.
    """
    jobs, number = team.mate.shape[0], 0
    for c in range(team.may.shape[1]):
        if team.may[j, c] == 0:
            continue
        before, first = jobs + c, True
        while first or before < jobs:
            first = False
            after = day.after[before]
            arrival = day.start[before] + team.duration[before] + team.way[team.at[before], team.at[j]]
            begin = max(team.ready[j], arrival)
            day.begins[row, before], day.detours[row, before] = begin, detour(team, day, j, before)
            late = max(0.0, begin - team.due[j])
            bound = day.detours[row, before] + late
            if after < jobs:
                then = begin + team.duration[j] + team.way[team.at[j], team.at[after]]
                if then > day.start[after]:
                    bound += max(0.0, then - team.due[after]) - max(0.0, day.start[after] - team.due[after])
            day.spots[row, number], day.bounds[row, number] = before, bound
            number += 1
            before = after
    return number


@inner
def best_single(team: Team, day: Day, j: int, blink: float) -> int:
    """The job to follow, or a head. The most promising place is tried first and spares most others."""
    number, best, found, likely = survey(team, day, j, 0), NOTHING, -1, 0
    for k in range(1, number):
        if day.bounds[0, k] < day.bounds[0, likely]:
            likely = k
    for k in range(-1, number):
        at = likely if k < 0 else k
        if k == likely or day.bounds[0, at] >= best or (found >= 0 and draw(day.random) < blink):
            continue
        if k < 0 and number > 1 and draw(day.random) < blink:
            continue
        before = day.spots[0, at]
        price = day.detours[0, before]
        link(day, j, before)
        extra, largest = delay(team, day, j, -1, best - price)
        unlink(day, j)
        price += extra + largest - day.total[2]
        if price < best:
            best, found = price, before
    return found


@inner
def collect(team: Team, day: Day, j: int, row: int) -> int:
    """`survey`, by rising bound."""
    number = survey(team, day, j, row)
    for i in range(1, number):
        bound, spot, k = day.bounds[row, i], day.spots[row, i], i
        while k > 0 and day.bounds[row, k - 1] > bound:
            day.bounds[row, k], day.spots[row, k] = day.bounds[row, k - 1], day.spots[row, k - 1]
            k -= 1
        day.bounds[row, k], day.spots[row, k] = bound, spot
    return number


@inner
def carer(team: Team, day: Day, before: int) -> int:
    """Whose route a place is in."""
    jobs = team.mate.shape[0]
    return int(before - jobs if before >= jobs else day.who[before])


@inner
def best_pair(team: Team, day: Day, j: int, mate: int, blink: float) -> tuple[int, int]:
    """The places of both jobs, by two carers."""
    many, others = collect(team, day, j, 0), collect(team, day, mate, 1)
    best, first, second = NOTHING, -1, -1
    for k in range(many):
        if day.bounds[0, k] + day.bounds[1, 0] >= best:
            break
        if first >= 0 and draw(day.random) < blink:
            continue
        place = day.spots[0, k]
        own = carer(team, day, place)
        for m in range(others):
            if day.bounds[0, k] + day.bounds[1, m] >= best:
                break
            if least_price(team, day, j, place, mate, day.spots[1, m]) >= best:
                continue
            if carer(team, day, day.spots[1, m]) == own:
                continue
            price = price_of_pair(team, day, j, place, mate, day.spots[1, m], best)
            if price < best:
                best, first, second = price, place, day.spots[1, m]
    return first, second


@inner
def least_price(team: Team, day: Day, j: int, before: int, mate: int, before_mate: int) -> float:
    """Distance and lateness of both once they wait for each other; what they push comes on top."""
    then = max(day.begins[0, before], day.begins[1, before_mate] + team.least[j])
    mate_then = max(day.begins[1, before_mate], then + team.least[mate])
    then = max(then, mate_then + team.least[j])
    late = max(0.0, then - team.due[j]) + max(0.0, mate_then - team.due[mate])
    return float(day.detours[0, before] + day.detours[1, before_mate] + late)


@inner
def price_of_pair(team: Team, day: Day, j: int, before: int, mate: int, before_mate: int, best: float) -> float:
    """Distance and lateness both jobs add at these places."""
    price = detour(team, day, j, before) + detour(team, day, mate, before_mate)
    if price >= best:
        return TOO_LATE
    link(day, j, before)
    link(day, mate, before_mate)
    extra, largest = delay(team, day, j, mate, best - price)
    unlink(day, j)
    unlink(day, mate)
    return float(price + extra + largest - day.total[2])
