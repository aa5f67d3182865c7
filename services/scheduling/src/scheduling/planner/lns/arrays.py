"""What the search works on: the problem as arrays, and the routes it changes."""

from typing import NamedTuple

from scheduling.planner.lns.jit import Floats, Ints, Singles, Small, Words


class Case(NamedTuple):
    """Read-only. v = visit, r = route (brigade-day), d = day, p = place, c = child, s = series, q = quota."""

    way: Small  # [p, p] minutes
    km: Singles  # [p, p]
    at: Small  # [v] place
    duration: Small  # [v]
    load: Small  # [v]
    prize: Floats  # [v] price of leaving it out
    masks: Ints  # [v, r] crews that may serve the visit; 0 = never
    first: Small  # [d, v] first opening
    last: Small  # [d, v] one past the last opening
    low: Small  # [opening] earliest start
    high: Small  # [opening] latest start
    day: Small  # [r]
    brigade: Small  # [r]
    start: Small  # [r] place
    end: Small  # [r] place
    early: Small  # [r]
    late: Small  # [r]
    most: Small  # [r] longest work without lunch
    lunch: Small  # [r, 4] earliest, latest, minutes (0 = none), after
    capacity: Small  # [r]
    alike: Small  # [r] routes of one class are interchangeable while empty
    idle: Floats  # [r] km of the empty route
    child: Small  # [v] or -1
    day_limit: Small  # [c] minutes
    series: Small  # [v] or -1
    gap: Small  # [s] days
    per_week: Small  # [s]
    date: Small  # [d] ordinal
    week: Small  # [d]
    quota: Small  # [v] or -1
    services: Small  # [v]
    minimum: Small  # [q]
    home: Small  # [v] route it was promised, or -1
    move: Floats  # [v] price of leaving it
    mate: Small  # [v] the other visit of the pair, or -1
    lag: Small  # [v, 2] the mate starts lag[0]..lag[1] after this one
    fixed: Small  # [v] 1 = frozen, never taken out
    loose: Small  # [k] visits without a promise in a problem that has promises: where a warm search looks first
    near: Small  # [v, k] visits by distance, itself first
    keys: Floats  # [order, v] insertion orders, smallest first; order 0 is random
    weights: Floats  # [order] cumulative odds of the orders
    prices: Floats  # [quota, extra brigade]


class Routes(NamedTuple):
    """Mutable. Position i of route r; `count` of a child's visits by brigade and by day."""

    seq: Small  # [r, i]
    size: Small  # [r]
    early: Small  # [r, i] earliest start without lunch
    late: Small  # [r, i] latest start without lunch; position size = latest arrival at the end
    crews: Ints  # [r]
    load: Small  # [r]
    busy: Small  # [r] minutes of service and driving
    version: Small  # [r] a number that changes with every change of the route
    where: Small  # [v] route or -1
    pin: Small  # [v] start fixed by the pair, or -1
    by_brigade: Small  # [c, brigade]
    by_day: Small  # [c, d] visits
    day_route: Small  # [c, d] the route that serves the child on the day
    day_minutes: Small  # [c, d]
    in_series: Small  # [s, d]
    in_quota: Small  # [q]
    cost: Floats  # [1]
    changes: Small  # [1] counts changes, for `version`
    known: Small  # [v, r] version for which the best place was computed
    known_km: Singles  # [v, r]
    known_at: Small  # [v, r] position, or -1
    scratch: Small  # [3, i]


class Memory(NamedTuple):
    """For undoing a step and for remembering the best routes."""

    seq: Small
    size: Small
    version: Small
    pin: Small
    pool: Small  # [v] absent before this step
    key: Floats  # [v]
    touched: Small  # [r] 1 when saved in this step
    order: Small  # [r] the saved ones
    number: Small  # [1]
    best_seq: Small
    best_size: Small
    best_pin: Small
    best_cost: Floats
    absent: Small  # [v] work list
    random: Words
