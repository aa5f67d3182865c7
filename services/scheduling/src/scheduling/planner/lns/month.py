"""A month as arrays, and the search's routes back as a draft whose times the timetable confirms."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from scheduling.planner.board import Board
from scheduling.planner.draft import Draft
from scheduling.planner.lns.arrays import Case, Memory
from scheduling.planner.lns.jit import Singles, Small
from scheduling.planner.lns.run import Knobs, Limit, Watch, empty_routes, load, search, sequences_of
from scheduling.planner.model import Child, Quota, Visit

NO_LIMIT = 1 << 28
NEIGHBOURS = 300
Index = dict[str, int]


def improve(draft: Draft, seed: int, limit: Limit, knobs: Knobs | None = None, watch: Watch | None = None) -> Draft:
    """A draft at least as good as the one given, by the same objective. Same seed and steps: the same draft."""
    board = draft.board
    if not board.brigade_days or not board.visits:
        return draft
    begun = limit.clock()
    numbers = {name: number for number, name in enumerate(board.visits)}
    case = month_case(board, numbers)
    routes = empty_routes(case, _slots(case))
    sequences = {at: [numbers[visit.id] for visit in line.visits] for at, line in enumerate(draft.lines) if line.visits}
    pins = {numbers[name]: openings[0][0] for name, openings in draft.pins.items() if name in draft.where}
    load(case, routes, sequences, pins)
    memory = search(case, routes, seed, limit.since(begun), knobs or Knobs(), watch)
    return _draft_of(board, memory)


def _slots(case: Case) -> int:
    longest = int((case.late - case.early).max())
    return min(int(case.at.size), longest // max(1, int(case.duration.min()))) + 2


def _draft_of(board: Board, memory: Memory) -> Draft:
    names, draft = list(board.visits.values()), Draft(board)
    best = sequences_of(memory)
    for visits in best.values():
        for v in visits:
            if memory.best_pin[v] >= 0:
                draft.pins[names[v].id] = ((int(memory.best_pin[v]), int(memory.best_pin[v])),)
    for at, visits in best.items():
        for v in visits:
            draft.append(names[v], board.brigade_days[at])
    for name, pair in board.pairs.items():
        if name in draft.where and not {pair.first, pair.second} <= draft.where.keys():
            draft.remove(board.visits[name])
    return draft


def month_case(board: Board, numbers: Index) -> Case:
    """All terms of the problem as arrays; `numbers` orders the visits."""
    visits = list(board.visits.values())
    way, km, at, places = _ways(board, visits)
    masks = np.array([board.crew_masks(visit) for visit in visits], np.int64)
    return Case(
        way=way, km=km, at=at, duration=_ints(visit.duration for visit in visits), load=_ints(0 for _ in visits),
        prize=np.array([board.problem.prices.unplaced[visit.priority - 1] for visit in visits]), masks=masks,
        **_openings(board, visits), **_routes(board, places, km), **_calendar(board, visits),
        **_children(board, visits), **_promises(board, visits, numbers), near=_near(km, at),
        **_orders(board, visits, masks, km, at, places),
        prices=np.array([board.problem.prices.quota, board.problem.prices.extra_brigade]),
    )  # fmt: skip


def _ints(values: Iterable[object]) -> Small:
    return np.array(list(values), np.int32)


def _ways(board: Board, visits: list[Visit]) -> tuple[Small, Singles, Small, Index]:
    """Only places that can be reached; the others belong to visits no route may take."""
    used = [one.start for one in board.brigade_days] + [one.end for one in board.brigade_days]
    used += [visit.place for visit in visits if board.travel.reaches(visit.place)]
    places = {name: number for number, name in enumerate(dict.fromkeys(used))}
    rows = [board.travel.rows[name] for name in places]
    ways = np.array([[board.travel.out_of(a)[b] for b in rows] for a in rows], float).reshape(len(rows), len(rows), 2)
    at = _ints(places.get(visit.place, 0) for visit in visits)
    return ways[:, :, 0].astype(np.int32), ways[:, :, 1].astype(np.float32), at, places


def _openings(board: Board, visits: list[Visit]) -> dict[str, Any]:
    low: list[int] = []
    high: list[int] = []
    known: dict[tuple[tuple[int, int], ...], int] = {}
    first = np.zeros((len(board.days), len(visits)), np.int32)
    last = np.zeros_like(first)
    for d, day in enumerate(board.days):
        for v, visit in enumerate(visits):
            openings = board.openings(visit, day)
            if openings not in known:
                known[openings] = len(low)
                low += [start for start, _ in openings]
                high += [end for _, end in openings]
            first[d, v], last[d, v] = known[openings], known[openings] + len(openings)
    return {"first": first, "last": last, "low": _ints(low or [0]), "high": _ints(high or [0])}


def _routes(board: Board, places: Index, km: Singles) -> dict[str, Any]:
    days = {day: d for d, day in enumerate(board.days)}
    brigades = {brigade.id: number for number, brigade in enumerate(board.problem.brigades)}
    ones = board.brigade_days
    lunches = [one.brigade.lunch for one in ones]
    idle = [km[places[one.start], places[one.end]] if one.index in board.routes_required else 0.0 for one in ones]
    return {
        "day": _ints(days[one.day] for one in ones), "brigade": _ints(brigades[one.brigade.id] for one in ones),
        "start": _ints(places[one.start] for one in ones), "end": _ints(places[one.end] for one in ones),
        "early": _ints(one.shift.earliest for one in ones), "late": _ints(one.shift.latest for one in ones),
        "most": _ints(one.shift.max_minutes or NO_LIMIT for one in ones),
        "lunch": _ints([one.earliest, one.latest, one.minutes, one.after] if one else [0, 0, 0, 0] for one in lunches),
        "capacity": _ints(0 for _ in ones), "alike": _ints(range(len(ones))), "idle": np.array(idle, float),
    }  # fmt: skip


def _calendar(board: Board, visits: list[Visit]) -> dict[str, Any]:
    series = {one.id: number for number, one in enumerate(board.problem.series)}
    weeks = [day.isocalendar() for day in board.days]
    return {
        "date": _ints(day.toordinal() for day in board.days), "week": _ints(one.year * 100 + one.week for one in weeks),
        "series": _ints(series[visit.series] if visit.series is not None else -1 for visit in visits),
        "gap": _ints([one.min_gap_days for one in board.problem.series] or [0]),
        "per_week": _ints([one.max_per_week or 7 for one in board.problem.series] or [0]),
    }  # fmt: skip


def _children(board: Board, visits: list[Visit]) -> dict[str, Any]:
    limits: dict[str, Child] = {child.id: child for child in board.problem.children}
    children = {name: number for number, name in enumerate(dict.fromkeys(visit.child for visit in visits))}
    quotas: dict[tuple[str, str], Quota] = {(quota.child, quota.kind): quota for quota in board.problem.quotas}
    rows = {key: number for number, key in enumerate(quotas)}
    limit = [limits[name].day_limit if name in limits else None for name in children]
    return {
        "child": _ints(children[visit.child] if visit.child else -1 for visit in visits),
        "day_limit": _ints(minutes or NO_LIMIT for minutes in limit),
        "quota": _ints(rows.get((visit.child, visit.kind), -1) for visit in visits),
        "services": _ints(visit.services for visit in visits),
        "minimum": _ints([quota.minimum for quota in quotas.values()] or [0]),
    }


def _promises(board: Board, visits: list[Visit], numbers: Index) -> dict[str, Any]:
    routes = {(one.brigade.id, one.day): one.index for one in board.brigade_days}
    promises = [board.promises.get(visit.id) for visit in visits]
    priced = any(one is not None and one.move_price > 0 for one in promises)
    pairs = [board.pairs.get(visit.id) for visit in visits]
    lags = [
        [0, 0] if pair is None
        else [pair.min_lag, pair.max_lag] if pair.first == visit.id else [-pair.max_lag, -pair.min_lag]
        for visit, pair in zip(visits, pairs, strict=True)
    ]  # fmt: skip
    return {
        "home": _ints(routes.get((one.brigade, one.day), -1) if one else -1 for one in promises),
        "move": np.array([one.move_price if one else 0.0 for one in promises]),
        "fixed": _ints(one is not None and one.frozen for one in promises),
        "loose": _ints(v for v, one in enumerate(promises) if one is None) if priced else _ints(()),
        "mate": _ints(
            -1 if pair is None else numbers[pair.second if pair.first == visit.id else pair.first]
            for visit, pair in zip(visits, pairs, strict=True)
        ),
        "lag": np.array(lags, np.int32),
    }


def _near(km: Singles, at: Small) -> Small:
    table = km[np.ix_(at, at)].copy()
    np.fill_diagonal(table, -1)
    order: Small = np.argsort(table, axis=1, kind="stable")[:, :NEIGHBOURS].astype(np.int32)
    return order


def _orders(
    board: Board, visits: list[Visit], masks: np.ndarray[tuple[int, int], np.dtype[np.int64]], km: Singles, at: Small,
    places: Index,
) -> dict[str, Any]:  # fmt: skip
    """Random, urgent, far, near, few brigade-days, long."""
    bases = sorted({places[one.start] for one in board.brigade_days})
    far = km[bases][:, at].min(axis=0).astype(float)
    urgent = np.array([-board.problem.prices.unplaced[visit.priority - 1] for visit in visits])
    few = (masks != 0).sum(axis=1).astype(float)
    long = np.array([-visit.duration for visit in visits], float)
    odds = np.array([4.0, 2, 2, 1, 3, 2])
    return {"keys": np.stack([far * 0, urgent, -far, far, few, long]), "weights": np.cumsum(odds / odds.sum())}
