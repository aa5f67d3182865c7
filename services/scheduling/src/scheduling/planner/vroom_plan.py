"""A first plan by VROOM: everything it can express (skills, days, windows, lunch, priority); the rest is repaired.

Not expressed: a shift shorter than its window (the window is cut), spacing, pairs, continuity, promises.
"""

from collections import Counter
from datetime import timedelta
from importlib import import_module
from typing import Any

from scheduling.planner.board import Board, BrigadeDay
from scheduling.planner.draft import Draft
from scheduling.planner.model import Visit

URGENCY = {1: 10, 2: 30, 3: 100}
PER_KM = 100


def vroom() -> Any:
    """The library, loaded on first use: importing the planner must stay light."""
    return import_module("vroom")


def first_draft(board: Board, seconds: float, level: int = 5) -> Draft:
    """VROOM's routes as a draft; what breaks a rule VROOM does not know stays out."""
    visits = [visit for visit in board.visits.values() if visit.id not in board.pairs]
    plan = vroom().Input()
    places = _matrices(plan, board)
    jobs, tokens = _jobs(board, visits, places)
    for one in board.brigade_days:
        plan.add_vehicle(_vehicle(one, places, {token for token, days in tokens.items() if one.index in days}))
    draft = Draft(board)
    if not jobs or not board.brigade_days:
        return draft
    plan.add_job(list(jobs.values()))
    solution = plan.solve(exploration_level=level, nb_threads=1, timeout=timedelta(seconds=seconds))
    steps = solution.routes
    for vehicle, job, kind in zip(steps["vehicle_id"], steps["id"], steps["type"], strict=True):
        if kind == "job":
            draft.append(visits[int(job)], board.brigade_days[int(vehicle)])
    return draft


def _matrices(plan: Any, board: Board) -> dict[str, int]:
    import numpy as np

    used = [place for one in board.brigade_days for place in (one.start, one.end)]
    used += [visit.place for visit in board.visits.values() if board.travel.reaches(visit.place)]
    places = {name: number for number, name in enumerate(dict.fromkeys(used))}
    rows = [board.travel.rows[name] for name in places]
    ways = np.array([[board.travel.out_of(a)[b] for b in rows] for a in rows], float).reshape(len(rows), len(rows), 2)
    plan.set_durations_matrix(profile="car", matrix_input=ways[:, :, 0].astype(np.uint32))
    plan.set_costs_matrix(profile="car", matrix_input=np.rint(ways[:, :, 1] * PER_KM).astype(np.uint32))
    return places


def _jobs(
    board: Board, visits: list[Visit], places: dict[str, int]
) -> tuple[dict[int, Any], dict[int, frozenset[int]]]:
    """One skill token per set of brigade-days that may take a visit; jobs without any are left out."""
    tokens: dict[frozenset[int], int] = {}
    jobs = {}
    for number, visit in enumerate(visits):
        masks = board.crew_masks(visit)
        by_openings = Counter(
            board.openings(visit, board.brigade_days[at].day) for at, mask in enumerate(masks) if mask
        )
        if not by_openings:
            continue
        openings = by_openings.most_common(1)[0][0]
        days = frozenset(
            at
            for at, mask in enumerate(masks)
            if mask and board.openings(visit, board.brigade_days[at].day) == openings
        )
        jobs[number] = vroom().Job(
            number, location=places[visit.place], default_service=visit.duration, priority=URGENCY[visit.priority],
            skills={tokens.setdefault(days, len(tokens) + 1)},
            time_windows=[vroom().TimeWindow(low, high) for low, high in openings],
        )  # fmt: skip
    return jobs, {token: days for days, token in tokens.items()}


def _vehicle(one: BrigadeDay, places: dict[str, int], skills: set[int]) -> Any:
    lunch, latest = one.brigade.lunch, one.shift.latest
    rest = lunch.minutes if lunch else 0
    if one.shift.max_minutes is not None:
        latest = min(latest, one.shift.earliest + one.shift.max_minutes + rest)
    breaks = []
    if lunch is not None and lunch.earliest <= min(lunch.latest, latest) - rest:
        until = min(lunch.latest, latest) - rest
        breaks = [vroom().Break(one.index, time_windows=[vroom().TimeWindow(lunch.earliest, until)], service=rest)]
    return vroom().Vehicle(
        one.index, start=places[one.start], end=places[one.end], skills=skills, breaks=breaks,
        time_window=vroom().TimeWindow(one.shift.earliest, latest),
    )  # fmt: skip
